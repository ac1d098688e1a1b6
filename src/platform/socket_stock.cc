// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Sockets that are bound already.

#include "platform/socket_stock.h"

#include "platform/socket_address.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <string>

namespace timeball::platform {

namespace {

constexpr int most_given = 1024;

std::optional<int> taken_number(const char* name)
{
    const char* const text = std::getenv(name);
    int value = 0;
    const bool is_number
        = text && std::from_chars(text, text + std::strlen(text), value).ec == std::errc{};
    unsetenv(name);
    return is_number ? std::optional{value} : std::nullopt;
}

std::optional<int> option(int fd, int level, int name)
{
    int value = 0;
    socklen_t size = sizeof value;
    if (getsockopt(fd, level, name, &value, &size) != 0)
        return std::nullopt;
    return value;
}

std::optional<Endpoint> bound_at(int fd)
{
    SocketAddress name;
    if (option(fd, SOL_SOCKET, SO_TYPE) != SOCK_DGRAM
        || getsockname(fd, name.get(), &name.size) != 0)
        return std::nullopt;
    const auto at = endpoint(name.get());
    return at && at->port != 0 ? at : std::nullopt;
}

bool fits(int fd, const SocketOptions& options)
{
    if (options.bind.address.family == Family::ipv6
        && option(fd, IPPROTO_IPV6, IPV6_V6ONLY) != (options.is_v6_only ? 1 : 0))
        return false;
    return options.interface.empty();
}

} // namespace

std::vector<BoundSocket> given_by_manager(int first)
{
    const auto process = taken_number("LISTEN_PID");
    const auto count = taken_number("LISTEN_FDS");
    unsetenv("LISTEN_FDNAMES");
    std::vector<BoundSocket> given;
    if (process != getpid() || !count)
        return given;
    std::vector<Endpoint> seen;
    for (int fd = first; fd < first + std::clamp(*count, 0, most_given); ++fd) {
        const auto at = bound_at(fd);
        if (!at)
            continue;
        const auto share = std::count(seen.begin(), seen.end(), *at);
        given.push_back({FileDescriptor{fd}, static_cast<unsigned>(share)});
        seen.push_back(*at);
    }
    return given;
}

void SocketStock::put(BoundSocket socket)
{
    const auto at = bound_at(socket.fd.get());
    if (!at)
        return;
    fcntl(socket.fd.get(), F_SETFD, FD_CLOEXEC);
    fcntl(socket.fd.get(), F_SETFL, O_NONBLOCK);
    const std::lock_guard hold{lock_};
    items_.push_back({std::move(socket.fd), *at, socket.share});
}

std::size_t SocketStock::count(const Endpoint& at) const
{
    const std::lock_guard hold{lock_};
    return static_cast<std::size_t>(std::count_if(
        items_.begin(), items_.end(), [&](const Item& item) { return item.at == at; }));
}

std::optional<FileDescriptor> SocketStock::take(const SocketOptions& options)
{
    const std::lock_guard hold{lock_};
    const auto found = std::find_if(items_.begin(), items_.end(), [&](const Item& item) {
        return item.at == options.bind && item.share == options.share
            && fits(item.fd.get(), options);
    });
    if (found == items_.end())
        return std::nullopt;
    FileDescriptor fd = std::move(found->fd);
    items_.erase(found);
    return fd;
}

void SocketStock::clear()
{
    const std::lock_guard hold{lock_};
    items_.clear();
}

} // namespace timeball::platform
