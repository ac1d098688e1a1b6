// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Files on disk. From any thread, as long as two do not write the same file.

#include "edge/files.h"

namespace timeball::platform {

class DiskFiles final : public Files {
public:
    static constexpr std::size_t longest = std::size_t{16} << 20;

    Result<std::string, std::error_code> read(const std::string& path) override;

    // The mode of an older file is kept, and its owner when that is permitted; a new one is
    // readable by all. A symbolic link stays one.
    Result<void, std::error_code> replace(
        const std::string& path, std::string_view content) override;

    // The whole line or nothing of it.
    Result<void, std::error_code> append(const std::string& path, std::string_view line) override;

    Result<void, std::error_code> link(const std::string& path, const std::string& name) override;
    Result<std::vector<std::string>, std::error_code> list(
        const std::string& directory, std::string_view suffix) override;
    bool is_directory(const std::string& path) override;
};

} // namespace timeball::platform
