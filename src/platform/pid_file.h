// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The file that says which process is the daemon. It is locked as long as that lives, so one that
// was left behind is known from one that is in use, and removed at the end.

#include "base/result.h"
#include "platform/file_descriptor.h"

#include <optional>
#include <string>

namespace timeball::platform {

class PidFile {
public:
    // Or one sentence why not: "/run/ntpd.pid is held by ntpd (process 4711)". `proc` is where
    // processes are looked up.
    static Result<PidFile, std::string> claim(
        const std::string& path, const std::string& proc = "/proc");

    // Goes on with the file of a daemon that does not stop for it: its lock comes with `file`. It
    // names that daemon until sign(). Nothing when `path` is another file.
    static std::optional<PidFile> take_over(const std::string& path, FileDescriptor file);
    bool sign(); // with our own number
    int descriptor() const { return fd_.get(); }
    void leave() { fd_.reset(); } // it is another one's: neither emptied nor removed

    PidFile(PidFile&&) = default;
    PidFile& operator=(PidFile&&) = delete;
    ~PidFile();

private:
    PidFile(std::string path, FileDescriptor fd) : path_{std::move(path)}, fd_{std::move(fd)} { }

    std::string path_;
    FileDescriptor fd_;
};

} // namespace timeball::platform
