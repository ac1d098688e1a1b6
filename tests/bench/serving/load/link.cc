// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Asking the kernel (rtnetlink(7)) for its table of neighbors.

#include "bench/serving/load/link.h"

#include "platform/file_descriptor.h"
#include "platform/socket_address.h"

#include <ifaddrs.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <cstring>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

namespace timeball::load {

namespace {

using platform::FileDescriptor;

[[noreturn]] void fail(const std::string& what)
{
    throw std::runtime_error(what + ": " + platform::last_error().message());
}

// Connected to the port of `discard` there, and so bound to our address on the way.
FileDescriptor connect_to(const Address& neighbor)
{
    const auto at = platform::socket_address({neighbor, 9}, neighbor.family);
    FileDescriptor fd{socket(at.get()->sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    if (!fd || connect(fd.get(), at.get(), at.size) != 0)
        fail(to_string(neighbor));
    return fd;
}

std::string interface_of(const FileDescriptor& connected)
{
    platform::SocketAddress own;
    if (getsockname(connected.get(), own.get(), &own.size) != 0)
        fail("getsockname");
    const auto address = platform::endpoint(own.get());
    ifaddrs* all = nullptr;
    if (getifaddrs(&all) != 0)
        fail("getifaddrs");
    const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owner{all, freeifaddrs};
    for (const ifaddrs* i = all; i; i = i->ifa_next) {
        const auto here = i->ifa_addr ? platform::endpoint(i->ifa_addr) : std::nullopt;
        if (here && address && here->address == address->address)
            return i->ifa_name;
    }
    throw std::runtime_error("no interface has our address");
}

HardwareAddress own_address(const FileDescriptor& any, const std::string& interface)
{
    ifreq request{};
    interface.copy(request.ifr_name, IFNAMSIZ - 1);
    if (ioctl(any.get(), SIOCGIFHWADDR, &request) != 0)
        fail(interface);
    HardwareAddress address;
    std::memcpy(address.data(), request.ifr_hwaddr.sa_data, address.size());
    return address;
}

// Of one entry of the table, when it is the one for `wanted` and is known.
std::optional<HardwareAddress> address_in(const nlmsghdr& message, const Address& wanted)
{
    const auto* entry = static_cast<const ndmsg*>(NLMSG_DATA(&message));
    constexpr int known = NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE | NUD_PERMANENT;
    if ((entry->ndm_state & known) == 0)
        return std::nullopt;
    std::optional<HardwareAddress> found;
    bool is_wanted = false;
    auto left = static_cast<int>(NLMSG_PAYLOAD(&message, sizeof *entry));
    const auto* first = reinterpret_cast<const char*>(entry) + NLMSG_ALIGN(sizeof *entry);
    for (const auto* a = reinterpret_cast<const rtattr*>(first); RTA_OK(a, left);
         a = RTA_NEXT(a, left)) {
        const std::size_t size = RTA_PAYLOAD(a);
        if (a->rta_type == NDA_DST && size == wanted.size())
            is_wanted = std::memcmp(RTA_DATA(a), wanted.octets.data(), size) == 0;
        else if (a->rta_type == NDA_LLADDR && size == std::tuple_size_v<HardwareAddress>)
            std::memcpy(found.emplace().data(), RTA_DATA(a), size);
    }
    return is_wanted ? found : std::nullopt;
}

std::optional<HardwareAddress> look_up(const Address& neighbor)
{
    const FileDescriptor fd{socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)};
    struct {
        nlmsghdr header{};
        ndmsg body{};
    } request;
    request.header.nlmsg_len = NLMSG_LENGTH(sizeof request.body);
    request.header.nlmsg_type = RTM_GETNEIGH;
    request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    request.body.ndm_family = neighbor.family == Family::ipv4 ? AF_INET : AF_INET6;
    if (!fd || send(fd.get(), &request, request.header.nlmsg_len, 0) < 0)
        fail("rtnetlink");
    alignas(nlmsghdr) std::array<char, 32768> room;
    std::optional<HardwareAddress> found;
    for (;;) {
        const auto got = recv(fd.get(), room.data(), room.size(), 0);
        if (got <= 0)
            fail("rtnetlink");
        auto left = static_cast<std::uint32_t>(got);
        for (auto* m = reinterpret_cast<nlmsghdr*>(room.data()); NLMSG_OK(m, left);
             m = NLMSG_NEXT(m, left)) {
            if (m->nlmsg_type == NLMSG_DONE || m->nlmsg_type == NLMSG_ERROR)
                return found;
            if (m->nlmsg_type == RTM_NEWNEIGH && !found)
                found = address_in(*m, neighbor);
        }
    }
}

} // namespace

Link link_to(const Address& neighbor)
{
    const FileDescriptor connected = connect_to(neighbor);
    const std::string interface = interface_of(connected);
    Link link{
        static_cast<int>(if_nametoindex(interface.c_str())), own_address(connected, interface), {}};
    for (int turn = 0; turn < 40; ++turn) {
        if (const auto found = look_up(neighbor)) {
            link.neighbor = *found;
            return link;
        }
        send(connected.get(), "", 1, MSG_DONTWAIT);
        std::this_thread::sleep_for(std::chrono::milliseconds{50});
    }
    throw std::runtime_error(to_string(neighbor) + ": no such neighbor on " + interface);
}

} // namespace timeball::load
