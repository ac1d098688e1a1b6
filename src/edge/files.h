// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Small files: state and statistics. Errors are values; nobody stops serving for a full disk.

#include "base/result.h"

#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace timeball {

class Files {
public:
    virtual ~Files() = default;
    virtual Result<std::string, std::error_code> read(const std::string& path)
        = 0; // at most 16 MiB

    // The whole content or the old one, never half: written beside it, flushed, renamed.
    virtual Result<void, std::error_code> replace(const std::string& path, std::string_view content)
        = 0;
    // A whole line; its end is added when it has none.
    virtual Result<void, std::error_code> append(const std::string& path, std::string_view line)
        = 0;

    // Makes `link` another name of `path` (statistics files); an older `link` is replaced.
    virtual Result<void, std::error_code> link(const std::string& path, const std::string& link)
        = 0;

    // Names ending in `suffix` in a directory, sorted, with the directory before them.
    virtual Result<std::vector<std::string>, std::error_code> list(
        const std::string& directory, std::string_view suffix)
        = 0;
    virtual bool is_directory(const std::string& path) = 0;
};

} // namespace timeball
