// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// What speaks in octets.

#include "platform/byte_stream.h"

#include "platform/socket_address.h"

#include <netinet/tcp.h>
#include <sys/socket.h>

namespace timeball::platform {

namespace {

constexpr int reads_a_turn = 4; // then the others of the loop have theirs

// Connected at once, as a server of the same machine may be, or on the way.
std::error_code begin(const FileDescriptor& fd, const Endpoint& server)
{
    const auto name = socket_address(server, server.address.family);
    if (connect(fd.get(), name.get(), name.size) != 0 && errno != EINPROGRESS)
        return last_error();
    return {};
}

} // namespace

ByteStream::ByteStream(
    FileDescriptor fd, Is is, LibeventLoop& loop, const HostClock& clock, DeviceUser& user)
    : loop_{loop}, clock_{clock}, user_{user}, fd_{std::move(fd)}
{
    ready_ = is == Is::connecting ? loop_.on_writable(fd_.get(), [this] { connected(); })
                                  : loop_.on_readable(fd_.get(), [this] { receive(); });
}

ByteStream::~ByteStream()
{
    if (is_gone_)
        *is_gone_ = true;
}

Result<void, std::error_code> ByteStream::write(std::span<const std::byte> bytes)
{
    if (!fd_)
        return unexpected(std::make_error_code(std::errc::not_connected));
    const auto written = ::write(fd_.get(), bytes.data(), bytes.size());
    if (written < 0)
        return unexpected(last_error());
    if (static_cast<std::size_t>(written) < bytes.size())
        return unexpected(std::make_error_code(std::errc::no_buffer_space));
    return {};
}

void ByteStream::connected()
{
    int fault = 0;
    socklen_t size = sizeof fault;
    if (getsockopt(fd_.get(), SOL_SOCKET, SO_ERROR, &fault, &size) != 0)
        fault = errno;
    if (fault != 0)
        return close({fault, std::generic_category()});
    ready_ = loop_.on_readable(fd_.get(), [this] { receive(); });
    user_.opened();
}

void ByteStream::receive()
{
    const Instant<Utc> now = clock_.now();
    bool is_gone = false;
    is_gone_ = &is_gone;
    for (int i = 0; i < reads_a_turn; ++i) {
        std::array<std::byte, 4096> room;
        const auto got = read(fd_.get(), room.data(), room.size());
        if (got < 0 && (errno == EAGAIN || errno == EINTR))
            break;
        if (got <= 0) {
            is_gone_ = nullptr;
            return close(got < 0 ? last_error() : std::make_error_code(std::errc::no_link));
        }
        user_.received(std::span{room}.first(static_cast<std::size_t>(got)), now);
        if (is_gone)
            return;
        if (static_cast<std::size_t>(got) < room.size())
            break;
    }
    is_gone_ = nullptr;
}

void ByteStream::close(std::error_code why)
{
    ready_.reset();
    fd_.reset();
    user_.closed(why);
}

Result<std::unique_ptr<Stream>, std::error_code> connect_stream(
    LibeventLoop& loop, const HostClock& clock, const Endpoint& server, DeviceUser& user)
{
    FileDescriptor fd{socket(server.address.family == Family::ipv4 ? AF_INET : AF_INET6,
        SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    if (!fd)
        return unexpected(last_error());
    // A peer that vanished without a word is noticed in a minute.
    constexpr int on = 1, idle_seconds = 30, interval_seconds = 10, probes = 3;
    setsockopt(fd.get(), SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    setsockopt(fd.get(), IPPROTO_TCP, TCP_KEEPIDLE, &idle_seconds, sizeof idle_seconds);
    setsockopt(fd.get(), IPPROTO_TCP, TCP_KEEPINTVL, &interval_seconds, sizeof interval_seconds);
    setsockopt(fd.get(), IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof probes);
    setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (const auto fault = begin(fd, server))
        return unexpected(fault);
    return std::unique_ptr<Stream>{
        std::make_unique<ByteStream>(std::move(fd), ByteStream::Is::connecting, loop, clock, user)};
}

} // namespace timeball::platform
