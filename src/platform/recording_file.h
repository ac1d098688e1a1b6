// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The file that a recording is written to. It stays open, so that it can be written when the
// privileges that it was opened with are gone.

#include "base/result.h"
#include "platform/file_descriptor.h"

#include <string>
#include <string_view>
#include <system_error>

namespace timeball::platform {

class RecordingFile {
public:
    // A new file that only its owner reads; an older one becomes PATH.old. What is no plain file
    // is not touched.
    static Result<RecordingFile, std::error_code> begin(const std::string& path);

    // All of it, or nothing where that can be helped.
    std::error_code write(std::string_view lines);

private:
    explicit RecordingFile(FileDescriptor fd) : fd_{std::move(fd)} { }

    FileDescriptor fd_;
};

} // namespace timeball::platform
