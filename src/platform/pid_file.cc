// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The file that says which process is the daemon.

#include "platform/pid_file.h"

#include "platform/who_else.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <optional>

namespace timeball::platform {

namespace {

std::optional<int> number_in(int fd)
{
    std::array<char, 32> room;
    const auto got = pread(fd, room.data(), room.size(), 0);
    int number = 0;
    if (got <= 0 || std::from_chars(room.data(), room.data() + got, number).ec != std::errc{}
        || number <= 0)
        return std::nullopt;
    return number;
}

// Another time daemon that wrote the file and does not lock it. A number that went to some other
// program meanwhile means nothing.
std::optional<OtherProcess> holder(int fd, const std::string& proc)
{
    const auto number = number_in(fd);
    if (!number || *number == getpid())
        return std::nullopt;
    auto process = process_named_by(*number, proc);
    if (!process || !is_time_daemon(process->name))
        return std::nullopt;
    return process;
}

} // namespace

Result<PidFile, std::string> PidFile::claim(const std::string& path, const std::string& proc)
{
    FileDescriptor fd{
        open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0644)};
    if (!fd)
        return unexpected(fmt::format("{}: {}", path, last_error().message()));
    if (flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
        const auto number = number_in(fd.get()).value_or(0);
        const auto who = process_named_by(number, proc).value_or(OtherProcess{number, ""});
        return unexpected(fmt::format("{} is held by {}", path, to_string(who)));
    }
    if (const auto who = holder(fd.get(), proc))
        return unexpected(fmt::format("{} is held by {}", path, to_string(*who)));

    const std::string content = fmt::format("{}\n", getpid());
    if (ftruncate(fd.get(), 0) != 0
        || pwrite(fd.get(), content.data(), content.size(), 0)
            != static_cast<ssize_t>(content.size()))
        return unexpected(fmt::format("{}: {}", path, last_error().message()));
    return PidFile{path, std::move(fd)};
}

// Where the directory no longer lets us, an empty file names nobody.
PidFile::~PidFile()
{
    if (!fd_)
        return;
    struct stat ours = {}, there = {};
    if (fstat(fd_.get(), &ours) != 0 || stat(path_.c_str(), &there) != 0
        || ours.st_ino != there.st_ino || ours.st_dev != there.st_dev)
        return; // somebody else's by now
    if (unlink(path_.c_str()) != 0 && ftruncate(fd_.get(), 0) != 0)
        errno = 0;
}

} // namespace timeball::platform
