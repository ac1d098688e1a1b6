// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// A descriptor that is closed when its owner goes.

#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace timeball::platform {

class FileDescriptor {
public:
    FileDescriptor() = default;
    explicit FileDescriptor(int fd) : fd_{fd} { }
    FileDescriptor(FileDescriptor&& other) noexcept : fd_{std::exchange(other.fd_, -1)} { }
    FileDescriptor& operator=(FileDescriptor&& other) noexcept
    {
        FileDescriptor former{std::exchange(fd_, std::exchange(other.fd_, -1))};
        return *this;
    }
    ~FileDescriptor()
    {
        if (fd_ >= 0)
            close(fd_);
    }

    int get() const { return fd_; }
    void reset() { *this = FileDescriptor{}; }
    explicit operator bool() const { return fd_ >= 0; }

private:
    int fd_ = -1;
};

// What errno says.
inline std::error_code last_error()
{
    return {errno, std::generic_category()};
}

} // namespace timeball::platform
