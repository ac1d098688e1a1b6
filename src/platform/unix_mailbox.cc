// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Datagrams of processes of this machine.

#include "platform/unix_mailbox.h"

#include "platform/clock_reading.h"
#include "platform/control_messages.h"
#include "platform/file_descriptor.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <algorithm>

namespace timeball::platform {

namespace {

constexpr int datagrams_a_turn = 16; // then the others of the loop have theirs
constexpr mode_t permissions = 0660;
// A stamp that is older, or of the future, belongs to a system clock that was stepped meanwhile.
constexpr Nanoseconds oldest_stamp = std::chrono::seconds{5};

// Which file it is, whatever it is called.
struct Identity {
    dev_t device = 0;
    ino_t number = 0;
    bool operator==(const Identity&) const = default;
};

Identity identity(const std::string& path)
{
    struct stat about = {};
    if (lstat(path.c_str(), &about) != 0 || !S_ISSOCK(about.st_mode))
        return {};
    return {about.st_dev, about.st_ino};
}

class UnixMailbox final : public Mailbox {
public:
    UnixMailbox(FileDescriptor fd, std::string path, LibeventLoop& loop, const HostClock& clock,
        DeviceUser& user)
        : clock_{clock},
          user_{user},
          path_{std::move(path)},
          identity_{identity(path_)},
          fd_{std::move(fd)},
          readable_{loop.on_readable(fd_.get(), [this] { receive(); })}
    {
    }

    // After a takeover the name is that of the next daemon's.
    ~UnixMailbox() override
    {
        if (is_gone_)
            *is_gone_ = true;
        if (identity_ != Identity{} && identity(path_) == identity_)
            unlink(path_.c_str());
    }
    UnixMailbox(const UnixMailbox&) = delete;
    UnixMailbox& operator=(const UnixMailbox&) = delete;

private:
    void receive()
    {
        bool is_gone = false;
        is_gone_ = &is_gone;
        for (int i = 0; i < datagrams_a_turn; ++i) {
            std::array<std::byte, 2048> room;
            ControlRoom control;
            iovec part{room.data(), room.size()};
            msghdr message{};
            message.msg_iov = &part;
            message.msg_iovlen = 1;
            message.msg_control = control.bytes.data();
            message.msg_controllen = control.bytes.size();
            const auto got = recvmsg(fd_.get(), &message, MSG_DONTWAIT);
            if (got < 0)
                break;
            user_.received(std::span{room}.first(static_cast<std::size_t>(got)), time_of(message));
            if (is_gone)
                return;
        }
        is_gone_ = nullptr;
    }

    Instant<Utc> time_of(const msghdr& message) const
    {
        const auto stamp = control_of(message).software_stamp;
        const auto system = system_time();
        const Instant<Utc> when{stamp.value_or(Nanoseconds{0})};
        if (!stamp || when > system || when < system - oldest_stamp)
            return clock_.now();
        return when + clock_.ahead_of_system();
    }

    const HostClock& clock_;
    DeviceUser& user_;
    std::string path_;
    Identity identity_;
    FileDescriptor fd_;
    bool* is_gone_ = nullptr; // while the user is being told something, who may end us
    EventLoop::Owned readable_;
};

} // namespace

Result<std::unique_ptr<Mailbox>, std::error_code> open_unix_mailbox(
    LibeventLoop& loop, const HostClock& clock, const std::string& path, DeviceUser& user)
{
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    if (path.size() >= sizeof name.sun_path)
        return unexpected(std::make_error_code(std::errc::filename_too_long));
    std::ranges::copy(path, name.sun_path);

    FileDescriptor fd{socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    if (!fd)
        return unexpected(last_error());
    constexpr int on = 1;
    setsockopt(fd.get(), SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
    if (identity(path) != Identity{})
        unlink(path.c_str());
    if (bind(fd.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0
        || chmod(path.c_str(), permissions) != 0)
        return unexpected(last_error());
    return std::unique_ptr<Mailbox>{
        std::make_unique<UnixMailbox>(std::move(fd), path, loop, clock, user)};
}

} // namespace timeball::platform
