// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Words and open files between processes.

#include "platform/parcels.h"

#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <array>
#include <cstddef>
#include <cstring>

namespace timeball::platform {

namespace {

constexpr int waiting = 1; // who may stand before the door
constexpr timeval send_patience{2, 0};

struct Name {
    sockaddr_un address{};
    socklen_t size = 0;

    const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address); }
};

// Of the abstract kind: it is there as long as its door, and no file is left behind.
Name name_of(const std::string& name)
{
    Name n;
    n.address.sun_family = AF_UNIX;
    const std::size_t length = std::min(name.size(), sizeof n.address.sun_path - 1);
    std::memcpy(n.address.sun_path + 1, name.data(), length);
    n.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + length);
    return n;
}

FileDescriptor new_socket()
{
    return FileDescriptor{socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0)};
}

std::optional<ucred> other_end(int fd)
{
    ucred who{};
    socklen_t size = sizeof who;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) != 0)
        return std::nullopt;
    return who;
}

std::vector<FileDescriptor> files_in(msghdr& message)
{
    std::vector<FileDescriptor> files;
    for (cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
            continue;
        const std::size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t i = 0; i < count; ++i) {
            int fd = -1;
            std::memcpy(&fd, CMSG_DATA(c) + i * sizeof fd, sizeof fd);
            files.emplace_back(fd);
        }
    }
    return files;
}

} // namespace

Result<FileDescriptor, std::error_code> Parcels::door(const std::string& name)
{
    FileDescriptor fd{socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    const Name at = name_of(name);
    if (!fd || bind(fd.get(), at.get(), at.size) != 0 || listen(fd.get(), waiting) != 0)
        return unexpected(last_error());
    return fd;
}

Result<Parcels, std::error_code> Parcels::knock(const std::string& name)
{
    FileDescriptor fd = new_socket();
    const Name at = name_of(name);
    // Too many before us: a connect() is as patient as sending is.
    if (fd)
        setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &send_patience, sizeof send_patience);
    if (!fd || connect(fd.get(), at.get(), at.size) != 0)
        return unexpected(last_error());
    return Parcels{std::move(fd)};
}

std::optional<Parcels> Parcels::answer(const FileDescriptor& door)
{
    FileDescriptor fd{accept4(door.get(), nullptr, nullptr, SOCK_CLOEXEC)};
    if (!fd)
        return std::nullopt;
    setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &send_patience, sizeof send_patience);
    return Parcels{std::move(fd)};
}

bool Parcels::send(std::string_view words, std::span<const int> files)
{
    alignas(cmsghdr) std::array<char, CMSG_SPACE(most_files * sizeof(int))> room{};
    iovec part{const_cast<char*>(words.data()), words.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (words.empty() || words.size() > most_words || files.size() > most_files)
        return false;
    if (!files.empty()) {
        message.msg_control = room.data();
        message.msg_controllen = CMSG_SPACE(files.size_bytes());
        cmsghdr* const c = CMSG_FIRSTHDR(&message);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(files.size_bytes());
        std::memcpy(CMSG_DATA(c), files.data(), files.size_bytes());
    }
    return sendmsg(fd_.get(), &message, MSG_NOSIGNAL) == static_cast<ssize_t>(words.size());
}

std::optional<Parcel> Parcels::receive(Nanoseconds patience)
{
    pollfd look{fd_.get(), POLLIN, 0};
    const auto limit = std::chrono::ceil<std::chrono::milliseconds>(patience).count();
    if (poll(&look, 1, static_cast<int>(limit)) <= 0)
        return std::nullopt;
    Parcel parcel;
    parcel.words.resize(most_words);
    alignas(cmsghdr) std::array<char, CMSG_SPACE(most_files * sizeof(int))> room{};
    iovec part{parcel.words.data(), parcel.words.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = room.data();
    message.msg_controllen = room.size();
    const auto got = recvmsg(fd_.get(), &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    if (got > 0)
        parcel.files = files_in(message); // also when it is refused, so that they are closed
    if (got <= 0 || (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0)
        return std::nullopt;
    parcel.words.resize(static_cast<std::size_t>(got));
    return parcel;
}

int Parcels::process() const
{
    const auto who = other_end(fd_.get());
    return who ? who->pid : 0;
}

bool Parcels::is_trusted() const
{
    const auto who = other_end(fd_.get());
    return who && (who->uid == 0 || who->uid == geteuid());
}

FileDescriptor text_file(std::string_view text)
{
    FileDescriptor fd{memfd_create("timeball", MFD_CLOEXEC)};
    while (fd && !text.empty()) {
        const auto put = write(fd.get(), text.data(), text.size());
        if (put <= 0)
            return {};
        text.remove_prefix(static_cast<std::size_t>(put));
    }
    return fd;
}

std::optional<std::string> text_of(const FileDescriptor& file, std::size_t most)
{
    struct stat about = {};
    if (fstat(file.get(), &about) != 0 || about.st_size < 0
        || static_cast<std::size_t>(about.st_size) > most)
        return std::nullopt;
    std::string text(static_cast<std::size_t>(about.st_size), '\0');
    for (std::size_t at = 0; at < text.size();) {
        const auto got
            = pread(file.get(), text.data() + at, text.size() - at, static_cast<off_t>(at));
        if (got <= 0)
            return std::nullopt;
        at += static_cast<std::size_t>(got);
    }
    return text;
}

} // namespace timeball::platform
