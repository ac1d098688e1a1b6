// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The addresses of this host, and word when they change.

#include "platform/interfaces.h"

#include "platform/file_descriptor.h"
#include "platform/socket_address.h"

#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <sys/socket.h>

// The C library's headers before the kernel's.
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <memory>
#include <tuple>
#include <utility>

namespace timeball::platform {

namespace {

constexpr Nanoseconds settling_time = std::chrono::milliseconds{200};
constexpr Nanoseconds looking_interval = std::chrono::minutes{1};

std::uint8_t prefix_length(const sockaddr* mask)
{
    const auto netmask = mask ? endpoint(mask) : std::nullopt;
    if (!netmask)
        return 0;
    int bits = 0;
    for (const std::byte octet : netmask->address.octets)
        bits += std::popcount(std::to_integer<std::uint8_t>(octet));
    return static_cast<std::uint8_t>(bits);
}

auto rank(const NetworkInterface& i)
{
    return std::tie(i.index, i.name, i.address, i.prefix_length, i.is_up, i.is_loopback);
}

// The kernel's word.
FileDescriptor netlink()
{
    FileDescriptor fd{socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE)};
    sockaddr_nl name{};
    name.nl_family = AF_NETLINK;
    name.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR;
    if (fd && bind(fd.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0)
        return fd;
    return {};
}

class Listening final : public EventLoop::Registration {
public:
    Listening(LibeventLoop& loop, FileDescriptor fd, std::function<void()> changed)
        : loop_{loop},
          changed_{std::move(changed)},
          fd_{std::move(fd)},
          readable_{loop.on_readable(fd_.get(), [this] { drain(); })}
    {
    }

private:
    void drain()
    {
        // What it says is of no interest, and neither is an overrun: interfaces() is asked anew.
        std::array<std::byte, 8192> room;
        while (recv(fd_.get(), room.data(), room.size(), MSG_DONTWAIT) > 0 || errno == ENOBUFS)
            errno = 0;
        settled_ = loop_.after(settling_time, [this] { changed_(); });
    }

    LibeventLoop& loop_;
    std::function<void()> changed_;
    FileDescriptor fd_;
    EventLoop::Owned readable_, settled_;
};

class Looking final : public EventLoop::Registration {
public:
    Looking(LibeventLoop& loop, std::function<void()> changed)
        : changed_{std::move(changed)},
          seen_{present_interfaces()},
          timer_{loop.every(looking_interval, [this] { look(); })}
    {
    }

private:
    void look()
    {
        auto now = present_interfaces();
        const bool is_same = std::ranges::equal(
            now, seen_, [](const auto& a, const auto& b) { return rank(a) == rank(b); });
        seen_ = std::move(now);
        if (!is_same)
            changed_();
    }

    std::function<void()> changed_;
    std::vector<NetworkInterface> seen_;
    EventLoop::Owned timer_;
};

} // namespace

std::vector<NetworkInterface> present_interfaces()
{
    std::vector<NetworkInterface> result;
    ifaddrs* first = nullptr;
    if (getifaddrs(&first) != 0)
        return result;
    const Handle<ifaddrs, freeifaddrs> all{first};
    for (const ifaddrs* i = first; i; i = i->ifa_next) {
        const auto at = i->ifa_addr ? endpoint(i->ifa_addr) : std::nullopt;
        if (!at)
            continue;
        result.push_back(
            {i->ifa_name, if_nametoindex(i->ifa_name), at->address, prefix_length(i->ifa_netmask),
                (i->ifa_flags & IFF_UP) != 0, (i->ifa_flags & IFF_LOOPBACK) != 0});
    }
    std::ranges::sort(result, [](const auto& a, const auto& b) { return rank(a) < rank(b); });
    return result;
}

EventLoop::Owned watch_interfaces(LibeventLoop& loop, std::function<void()> changed)
{
    if (FileDescriptor fd = netlink())
        return std::make_unique<Listening>(loop, std::move(fd), std::move(changed));
    return std::make_unique<Looking>(loop, std::move(changed));
}

} // namespace timeball::platform
