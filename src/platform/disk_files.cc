// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Files on disk.

#include "platform/disk_files.h"

#include "base/handle.h"
#include "platform/file_descriptor.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>

namespace timeball::platform {

namespace {

using Done = Result<void, std::error_code>;

Done failed()
{
    return unexpected(last_error());
}

Done write_all(int fd, std::string_view content)
{
    while (!content.empty()) {
        const auto written = write(fd, content.data(), content.size());
        if (written >= 0)
            content.remove_prefix(static_cast<std::size_t>(written));
        else if (errno != EINTR)
            return failed();
    }
    return {};
}

// Where the file really is, when a symbolic link leads there.
std::string target_of(const std::string& path)
{
    std::array<char, PATH_MAX> room;
    return realpath(path.c_str(), room.data()) ? room.data() : path;
}

std::string directory_of(const std::string& path)
{
    const auto slash = path.rfind('/');
    if (slash == std::string::npos)
        return ".";
    return path.substr(0, std::max<std::size_t>(slash, 1));
}

// A new file beside the one to be replaced, as that one is.
Result<FileDescriptor, std::error_code> new_beside(
    const std::string& beside, const std::string& path)
{
    unlink(beside.c_str()); // of an earlier attempt that was cut short
    struct stat old = {};
    const bool is_new = stat(path.c_str(), &old) != 0;
    const mode_t mode = is_new ? 0644 : old.st_mode & 07777;
    FileDescriptor fd{
        open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode & 0600)};
    if (!fd)
        return unexpected(last_error());
    // The owner first: changing it takes special bits of the mode away.
    if (!is_new && fchown(fd.get(), old.st_uid, old.st_gid) != 0
        && fchown(fd.get(), static_cast<uid_t>(-1), old.st_gid) != 0)
        errno = 0; // then it becomes ours
    if (fchmod(fd.get(), mode) != 0)
        return unexpected(last_error());
    return fd;
}

Done write_and_flush(const FileDescriptor& fd, std::string_view content)
{
    if (auto done = write_all(fd.get(), content); !done)
        return done;
    return fsync(fd.get()) == 0 ? Done{} : failed();
}

void flush_directory(const std::string& directory)
{
    const FileDescriptor fd{open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (fd)
        fsync(fd.get());
}

} // namespace

Result<std::string, std::error_code> DiskFiles::read(const std::string& path)
{
    const FileDescriptor fd{open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY)};
    if (!fd)
        return unexpected(last_error());
    std::string content;
    std::array<char, 16384> room;
    for (;;) {
        const auto got = ::read(fd.get(), room.data(), room.size());
        if (got == 0)
            return content;
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return unexpected(last_error());
        content.append(room.data(), static_cast<std::size_t>(got));
        if (content.size() > longest)
            return unexpected(std::make_error_code(std::errc::file_too_large));
    }
}

Result<void, std::error_code> DiskFiles::replace(const std::string& path, std::string_view content)
{
    const std::string target = target_of(path);
    const std::string beside = target + ".new";
    const auto fd = new_beside(beside, target);
    if (!fd)
        return unexpected(fd.error());
    Done done = write_and_flush(*fd, content);
    if (done && rename(beside.c_str(), target.c_str()) != 0)
        done = failed();
    if (!done) {
        unlink(beside.c_str());
        return done;
    }
    flush_directory(directory_of(target));
    return {};
}

Result<void, std::error_code> DiskFiles::append(const std::string& path, std::string_view line)
{
    const FileDescriptor fd{
        open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0644)};
    if (!fd)
        return failed();
    std::string whole{line};
    if (whole.empty() || whole.back() != '\n')
        whole += '\n';
    const off_t before = lseek(fd.get(), 0, SEEK_END);
    const Done done = write_all(fd.get(), whole);
    if (!done && before >= 0 && ftruncate(fd.get(), before) != 0)
        errno = 0; // half a line is left, and there is nothing more one could do
    return done;
}

Result<void, std::error_code> DiskFiles::link(const std::string& path, const std::string& name)
{
    // Made beside, then put in place, so that there is never a moment without one. rename(2) does
    // nothing when both are the same file already.
    const std::string beside = name + ".new";
    unlink(beside.c_str());
    if (::link(path.c_str(), beside.c_str()) != 0)
        return failed();
    const Done done = rename(beside.c_str(), name.c_str()) == 0 ? Done{} : failed();
    unlink(beside.c_str());
    return done;
}

Result<std::vector<std::string>, std::error_code> DiskFiles::list(
    const std::string& directory, std::string_view suffix)
{
    const Handle<DIR, closedir> open_directory{opendir(directory.c_str())};
    if (!open_directory)
        return unexpected(last_error());
    std::vector<std::string> found;
    while (const dirent* entry = readdir(open_directory.get())) {
        const std::string_view name = entry->d_name;
        if (name != "." && name != ".." && name.ends_with(suffix))
            found.push_back(directory + (directory.ends_with('/') ? "" : "/") + std::string{name});
    }
    std::ranges::sort(found);
    return found;
}

bool DiskFiles::is_directory(const std::string& path)
{
    struct stat what = {};
    return stat(path.c_str(), &what) == 0 && S_ISDIR(what.st_mode);
}

} // namespace timeball::platform
