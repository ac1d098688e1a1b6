// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Opening UDP sockets. What a kernel, a container or a simulated network lacks is done without,
// where the datagram still arrives.

#include "platform/udp_network.h"

#include "platform/interfaces.h"
#include "platform/socket_address.h"
#include "platform/udp_socket.h"

#include <fcntl.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip.h>

// The C library's headers before the kernel's.
#include <linux/if_packet.h>
#include <linux/net_tstamp.h>

#include <algorithm>
#include <cassert>
#include <cstring>

namespace timeball::platform {

namespace {

bool set(const FileDescriptor& fd, int level, int option, int value)
{
    return setsockopt(fd.get(), level, option, &value, sizeof value) == 0;
}

int domain_of(const SocketOptions& options)
{
    if (options.is_link)
        return AF_PACKET; // without a protocol, it hears nothing until it is bound
    return options.bind.address.family == Family::ipv4 ? AF_INET : AF_INET6;
}

// Type and flags apart: not every kernel, real or simulated, takes them together.
Result<FileDescriptor, std::error_code> new_socket(const SocketOptions& options)
{
    FileDescriptor fd{socket(domain_of(options), SOCK_DGRAM, 0)};
    if (!fd)
        return unexpected(last_error());
    fcntl(fd.get(), F_SETFD, FD_CLOEXEC);
    fcntl(fd.get(), F_SETFL, O_NONBLOCK);
    return fd;
}

// Groups are joined on an interface by its number.
Result<std::uint32_t, std::error_code> interface_of(const SocketOptions& options)
{
    if (options.interface.empty())
        return std::uint32_t{0};
    const auto index = if_nametoindex(options.interface.c_str());
    if (index == 0)
        return unexpected(last_error());
    return index;
}

bool join_link(const FileDescriptor& fd, const Address& group, std::uint32_t interface)
{
    packet_mreq wish{};
    wish.mr_ifindex = static_cast<int>(interface);
    wish.mr_type = PACKET_MR_MULTICAST;
    wish.mr_alen = ETH_ALEN;
    std::memcpy(wish.mr_address, group.octets.data() + 16 - ETH_ALEN, ETH_ALEN);
    return setsockopt(fd.get(), SOL_PACKET, PACKET_ADD_MEMBERSHIP, &wish, sizeof wish) == 0;
}

bool join(const FileDescriptor& fd, const Address& group, std::uint32_t interface)
{
    if (group.family == Family::ipv4) {
        ip_mreqn wish{};
        wish.imr_multiaddr = to_in_addr(group);
        wish.imr_ifindex = static_cast<int>(interface);
        return setsockopt(fd.get(), IPPROTO_IP, IP_ADD_MEMBERSHIP, &wish, sizeof wish) == 0;
    }
    ipv6_mreq wish{};
    wish.ipv6mr_multiaddr = to_in6_addr(group);
    wish.ipv6mr_interface = interface;
    return setsockopt(fd.get(), IPPROTO_IPV6, IPV6_JOIN_GROUP, &wish, sizeof wish) == 0;
}

std::error_code join_groups(
    const FileDescriptor& fd, const SocketOptions& options, std::uint32_t interface)
{
    for (const Address& group : options.groups)
        if (!(options.is_link ? join_link(fd, group, interface) : join(fd, group, interface)))
            return last_error();
    if (options.groups.empty() || options.is_link)
        return {};
    const int index = static_cast<int>(interface);
    if (options.bind.address.family == Family::ipv4) {
        set(fd, IPPROTO_IP, IP_MULTICAST_LOOP, 0);
        set(fd, IPPROTO_IP, IP_MULTICAST_ALL, 0); // not what others have joined
        const ip_mreqn by{.imr_multiaddr = {}, .imr_address = {}, .imr_ifindex = index};
        setsockopt(fd.get(), IPPROTO_IP, IP_MULTICAST_IF, &by, sizeof by);
    } else {
        set(fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 0);
        set(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, index);
    }
    return {};
}

// What decides who gets a datagram, and so comes before the socket is bound: else a server would
// shadow somebody's port.
std::error_code set_place(const FileDescriptor& fd, const SocketOptions& options)
{
    if (options.is_link)
        return {};
    const bool is_ipv6 = options.bind.address.family == Family::ipv6;
    if (!options.groups.empty() && !set(fd, SOL_SOCKET, SO_REUSEADDR, 1))
        return last_error();
    if (is_ipv6 && !set(fd, IPPROTO_IPV6, IPV6_V6ONLY, options.is_v6_only))
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

// Without this a server would answer from the wrong address.
std::error_code set_essentials(const FileDescriptor& fd, const SocketOptions& options)
{
    if (options.is_link)
        return {};
    const bool is_ipv6 = options.bind.address.family == Family::ipv6;
    if (!(is_ipv6 ? set(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1)
                  : set(fd, IPPROTO_IP, IP_PKTINFO, 1)))
        return last_error();
    return {};
}

// What waits already in a socket that another process left shall not crowd out what comes: its room
// grows, but does not shrink.
void set_receive_buffer(const FileDescriptor& fd, std::size_t wanted)
{
    const auto octets = static_cast<int>(std::min<std::size_t>(wanted, 1 << 30));
    int doubled = 0; // as the kernel tells it
    socklen_t size = sizeof doubled;
    if (getsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &doubled, &size) != 0 || doubled / 2 < octets)
        set(fd, SOL_SOCKET, SO_RCVBUF, octets);
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
}

// Which transmit stamps can be asked for. Of a datagram that the card stamps there is no other one.
std::uint32_t set_stamps(const FileDescriptor& fd, const HardwareStamps* cards)
{
    constexpr int software = SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE;
    constexpr int hardware = SOF_TIMESTAMPING_RX_HARDWARE | SOF_TIMESTAMPING_RAW_HARDWARE
        | SOF_TIMESTAMPING_OPT_PKTINFO | SOF_TIMESTAMPING_OPT_CMSG;
    if (cards && set(fd, SOL_SOCKET, SO_TIMESTAMPING, software | hardware))
        return SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_TX_HARDWARE;
    if (set(fd, SOL_SOCKET, SO_TIMESTAMPING, software))
        return SOF_TIMESTAMPING_TX_SOFTWARE;
    set(fd, SOL_SOCKET, SO_TIMESTAMPNS, 1);
    return 0;
}

} // namespace

// A place in the list of open sockets, until the socket goes.
class UdpNetwork::Listing {
public:
    Listing(UdpNetwork& network, int fd, unsigned share) : network_{network}, fd_{fd}, share_{share}
    {
        const std::lock_guard hold{network_.lock_};
        network_.listed_.insert(this);
    }
    ~Listing()
    {
        const std::lock_guard hold{network_.lock_};
        network_.listed_.erase(this);
    }
    Listing(const Listing&) = delete;
    Listing& operator=(const Listing&) = delete;

    BoundSocket another_name() const
    {
        return {FileDescriptor{fcntl(fd_, F_DUPFD_CLOEXEC, 0)}, share_};
    }

private:
    UdpNetwork& network_;
    int fd_;
    unsigned share_;
};

std::vector<BoundSocket> UdpNetwork::bound() const
{
    const std::lock_guard hold{lock_};
    std::vector<BoundSocket> all;
    for (const Listing* one : listed_)
        all.push_back(one->another_name());
    return all;
}

Result<std::unique_ptr<DatagramSocket>, std::error_code> UdpNetwork::open(
    EventLoop& loop, const SocketOptions& options, SocketUser& user)
{
    auto* const own = dynamic_cast<LibeventLoop*>(&loop);
    assert(own);
    const Family family = options.bind.address.family;
    auto given = stock_.take(options);
    const bool is_bound = given.has_value();
    auto fd = is_bound ? Result<FileDescriptor, std::error_code>{*std::move(given)}
                       : new_socket(options);
    if (!fd)
        return unexpected(fd.error());
    if (const auto error = is_bound ? std::error_code{} : set_place(*fd, options))
        return unexpected(error);
    if (const auto error = set_essentials(*fd, options))
        return unexpected(error);
    if (options.receive_buffer > 0)
        set_receive_buffer(*fd, options.receive_buffer);
    if (!options.is_link)
        set_niceties(*fd, options);
    const HardwareStamps* const cards = cards_ && cards_->has_cards() ? cards_.get() : nullptr;
    const std::uint32_t stamps = options.wants_stamps ? set_stamps(*fd, cards) : 0;
    const auto interface = interface_of(options);
    if (!interface)
        return unexpected(interface.error());
    const auto name = options.is_link
        ? link_address({Address::hardware(0, *interface), options.bind.port})
        : socket_address(options.bind, family);
    if (const auto error = join_groups(*fd, options, *interface))
        return unexpected(error);
    if (!is_bound && bind(fd->get(), name.get(), name.size) != 0)
        return unexpected(last_error());
    const int number = fd->get();
    // PTP counts from the beginning of a frame, as cards do.
    const bool counts_frames = !options.is_link && options.groups.empty();
    auto socket = std::make_unique<UdpSocket>(std::move(*fd),
        UdpSocket::Traits{family, stamps, options.is_link, cards, counts_frames}, *own, clock_,
        user);
    if (options.bind.port != 0 && options.groups.empty())
        socket->keep(std::make_shared<Listing>(*this, number, options.share));
    return std::unique_ptr<DatagramSocket>{std::move(socket)};
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
