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

bool is_at(const std::string& path, int fd)
{
    struct stat ours = {}, there = {};
    return fstat(fd, &ours) == 0 && stat(path.c_str(), &there) == 0 && ours.st_ino == there.st_ino
        && ours.st_dev == there.st_dev;
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

    PidFile file{path, std::move(fd)};
    if (!file.sign())
        return unexpected(fmt::format("{}: {}", path, last_error().message()));
    return file;
}

std::optional<PidFile> PidFile::take_over(const std::string& path, FileDescriptor file)
{
    if (!is_at(path, file.get()))
        return std::nullopt;
    return PidFile{path, std::move(file)};
}

bool PidFile::sign()
{
    const std::string content = fmt::format("{}\n", getpid());
    return ftruncate(fd_.get(), 0) == 0
        && pwrite(fd_.get(), content.data(), content.size(), 0)
        == static_cast<ssize_t>(content.size());
}

// Where the directory no longer lets us, an empty file names nobody.
PidFile::~PidFile()
{
    if (!fd_ || !is_at(path_, fd_.get()) || number_in(fd_.get()).value_or(getpid()) != getpid())
        return; // somebody else's by now
    if (unlink(path_.c_str()) != 0 && ftruncate(fd_.get(), 0) != 0)
        errno = 0;
}

} // namespace timeball::platform
