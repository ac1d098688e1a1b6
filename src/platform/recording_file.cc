// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The file that a recording is written to.

#include "platform/recording_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

namespace timeball::platform {

Result<RecordingFile, std::error_code> RecordingFile::begin(const std::string& path)
{
    struct stat old = {};
    if (lstat(path.c_str(), &old) == 0) {
        if (!S_ISREG(old.st_mode)) // devices and links stay where they are
            return unexpected(std::make_error_code(std::errc::file_exists));
        if (std::rename(path.c_str(), (path + ".old").c_str()) != 0)
            return unexpected(last_error());
    }
    FileDescriptor fd{
        open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)};
    if (!fd)
        return unexpected(last_error());
    return RecordingFile{std::move(fd)};
}

std::error_code RecordingFile::write(std::string_view lines)
{
    const off_t before = lseek(fd_.get(), 0, SEEK_END);
    while (!lines.empty()) {
        const auto written = ::write(fd_.get(), lines.data(), lines.size());
        if (written >= 0) {
            lines.remove_prefix(static_cast<std::size_t>(written));
            continue;
        }
        if (errno == EINTR)
            continue;
        const auto fault = last_error();
        if (before >= 0 && ftruncate(fd_.get(), before) != 0)
            errno = 0; // half a line is left; who reads it knows that it is none
        return fault;
    }
    return {};
}

} // namespace timeball::platform
