// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Opening UDP sockets. What a kernel, a container or a simulated network lacks is done without,
// where the datagram still arrives.

#include "platform/udp_network.h"

#include "platform/interfaces.h"
#include "platform/socket_address.h"
#include "platform/udp_socket.h"

#include <fcntl.h>
#include <netinet/ip.h>

// The C library's headers before the kernel's.
#include <linux/net_tstamp.h>

#include <algorithm>
#include <cassert>

namespace timeball::platform {

namespace {

bool set(const FileDescriptor& fd, int level, int option, int value)
{
    return setsockopt(fd.get(), level, option, &value, sizeof value) == 0;
}

// Type and flags apart: not every kernel, real or simulated, takes them together.
Result<FileDescriptor, std::error_code> new_socket(Family family)
{
    FileDescriptor fd{socket(family == Family::ipv4 ? AF_INET : AF_INET6, SOCK_DGRAM, 0)};
    if (!fd)
        return unexpected(last_error());
    fcntl(fd.get(), F_SETFD, FD_CLOEXEC);
    fcntl(fd.get(), F_SETFL, O_NONBLOCK);
    return fd;
}

// Without these a server would answer from the wrong address, or shadow somebody's port.
std::error_code set_essentials(const FileDescriptor& fd, const SocketOptions& options)
{
    const bool is_ipv6 = options.bind.address.family == Family::ipv6;
    if (is_ipv6 && !set(fd, IPPROTO_IPV6, IPV6_V6ONLY, options.is_v6_only))
        return last_error();
    if (!(is_ipv6 ? set(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1)
                  : set(fd, IPPROTO_IP, IP_PKTINFO, 1)))
        return last_error();
    if (options.shares_port && !set(fd, SOL_SOCKET, SO_REUSEPORT, 1))
        return last_error();
    if (!options.interface.empty()
        && setsockopt(fd.get(), SOL_SOCKET, SO_BINDTODEVICE, options.interface.c_str(),
               static_cast<socklen_t>(options.interface.size() + 1))
            != 0)
        return last_error();
    return {};
}

void set_niceties(const FileDescriptor& fd, const SocketOptions& options)
{
    const int traffic_class = options.dscp << 2;
    // Datagrams as small as ours need no path MTU, and nobody shall make us fragment them.
    if (options.bind.address.family == Family::ipv6) {
        set(fd, IPPROTO_IPV6, IPV6_TCLASS, traffic_class);
        if (!set(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_OMIT))
            set(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_DONT);
        if (!options.is_v6_only)
            set(fd, IPPROTO_IP, IP_TOS, traffic_class);
        if (options.hears_refusals)
            set(fd, IPPROTO_IPV6, IPV6_RECVERR, 1);
    } else {
        set(fd, IPPROTO_IP, IP_TOS, traffic_class);
        // Said by each datagram (DF): what cannot be fragmented needs no identification, and to
        // find one for each of many clients costs the kernel a cache miss, a twelfth of a reply.
        if (!set(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_PROBE))
            set(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT);
        if (options.hears_refusals)
            set(fd, IPPROTO_IP, IP_RECVERR, 1);
    }
    if (options.receive_buffer > 0) {
        const auto octets
            = static_cast<int>(std::min<std::size_t>(options.receive_buffer, 1 << 30));
        set(fd, SOL_SOCKET, SO_RCVBUF, octets);
    }
}

// Whether transmit stamps can be asked for.
bool set_stamps(const FileDescriptor& fd)
{
    if (set(fd, SOL_SOCKET, SO_TIMESTAMPING,
            SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE))
        return true;
    set(fd, SOL_SOCKET, SO_TIMESTAMPNS, 1);
    return false;
}

} // namespace

Result<std::unique_ptr<DatagramSocket>, std::error_code> UdpNetwork::open(
    EventLoop& loop, const SocketOptions& options, SocketUser& user)
{
    auto* const own = dynamic_cast<LibeventLoop*>(&loop);
    assert(own);
    const Family family = options.bind.address.family;
    auto fd = new_socket(family);
    if (!fd)
        return unexpected(fd.error());
    if (const auto error = set_essentials(*fd, options))
        return unexpected(error);
    set_niceties(*fd, options);
    const bool has_stamps = options.wants_stamps && set_stamps(*fd);
    const auto name = socket_address(options.bind, family);
    if (bind(fd->get(), name.get(), name.size) != 0)
        return unexpected(last_error());
    return std::unique_ptr<DatagramSocket>{std::make_unique<UdpSocket>(
        std::move(*fd), UdpSocket::Traits{family, has_stamps}, *own, clock_, user)};
}

std::vector<NetworkInterface> UdpNetwork::interfaces() const
{
    return present_interfaces();
}

EventLoop::Owned UdpNetwork::watch(EventLoop& loop, std::function<void()> changed)
{
    auto* const own = dynamic_cast<LibeventLoop*>(&loop);
    assert(own);
    return watch_interfaces(*own, std::move(changed));
}

} // namespace timeball::platform
