// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// What stands beside a datagram.

#include "platform/control_messages.h"

#include "platform/clock_reading.h"
#include "platform/socket_address.h"

// The C library's headers before the kernel's.
#include <linux/errqueue.h>
#include <linux/if_packet.h>
#include <linux/net_tstamp.h>

#include <cstdint>
#include <cstring>

namespace timeball::platform {

namespace {

template <class T>
bool read(const cmsghdr& part, T& value)
{
    if (part.cmsg_len < CMSG_LEN(sizeof value))
        return false;
    std::memcpy(&value, CMSG_DATA(&part), sizeof value);
    return true;
}

std::optional<Nanoseconds> stamp(const timespec& t)
{
    if (t.tv_sec == 0 && t.tv_nsec == 0)
        return std::nullopt;
    return since_zero(t);
}

void read_socket_part(const cmsghdr& part, Received& result)
{
    if (part.cmsg_type == SCM_TIMESTAMPING) {
        scm_timestamping stamps; // software, (nothing any more), hardware
        if (read(part, stamps)) {
            result.software_stamp = stamp(stamps.ts[0]);
            result.hardware_stamp = stamp(stamps.ts[2]);
        }
    } else if (part.cmsg_type == SCM_TIMESTAMPNS) {
        timespec t;
        if (read(part, t))
            result.software_stamp = stamp(t);
    } else if (part.cmsg_type == SCM_TIMESTAMPING_PKTINFO) {
        scm_ts_pktinfo info;
        if (read(part, info)) {
            result.stamped_by = info.if_index;
            result.frame_octets = info.pkt_length;
        }
    }
}

void read_error(const cmsghdr& part, Received& result)
{
    sock_extended_err error;
    if (read(part, error))
        result.error = QueuedError{
            static_cast<int>(error.ee_errno), error.ee_origin == SO_EE_ORIGIN_TIMESTAMPING};
}

void read_ipv4_part(const cmsghdr& part, Received& result)
{
    in_pktinfo info;
    if (part.cmsg_type == IP_PKTINFO && read(part, info))
        result.to
            = LocalAddress{address(info.ipi_addr), static_cast<std::uint32_t>(info.ipi_ifindex)};
    else if (part.cmsg_type == IP_RECVERR)
        read_error(part, result);
}

void read_ipv6_part(const cmsghdr& part, Received& result)
{
    in6_pktinfo info;
    if (part.cmsg_type == IPV6_PKTINFO && read(part, info))
        result.to = LocalAddress{address(info.ipi6_addr, info.ipi6_ifindex), info.ipi6_ifindex};
    else if (part.cmsg_type == IPV6_RECVERR)
        read_error(part, result);
}

void read_link_part(const cmsghdr& part, Received& result)
{
    if (part.cmsg_type == PACKET_TX_TIMESTAMP)
        read_error(part, result);
}

// Writes the parts one after the other. What CMSG_NXTHDR would find depends on octets that are
// not written yet.
class Parts {
public:
    Parts(msghdr& message, ControlRoom& room) : message_{message}, room_{room}
    {
        message_.msg_control = nullptr;
        message_.msg_controllen = 0;
    }

    template <class T>
    void put(int level, int type, const T& value)
    {
        auto* part = reinterpret_cast<cmsghdr*>(room_.bytes.data() + message_.msg_controllen);
        std::memset(part, 0, CMSG_SPACE(sizeof value));
        part->cmsg_level = level;
        part->cmsg_type = type;
        part->cmsg_len = CMSG_LEN(sizeof value);
        std::memcpy(CMSG_DATA(part), &value, sizeof value);
        message_.msg_control = room_.bytes.data();
        message_.msg_controllen += CMSG_SPACE(sizeof value);
    }

private:
    msghdr& message_;
    ControlRoom& room_;
};

bool is_own(const Address& a)
{
    return !a.is_any() && !a.is_multicast() && !a.is_broadcast();
}

} // namespace

Received control_of(const msghdr& message)
{
    Received result;
    auto* all = const_cast<msghdr*>(&message); // what the macros take
    for (cmsghdr* part = CMSG_FIRSTHDR(all); part; part = CMSG_NXTHDR(all, part)) {
        if (part->cmsg_level == SOL_SOCKET)
            read_socket_part(*part, result);
        else if (part->cmsg_level == IPPROTO_IP)
            read_ipv4_part(*part, result);
        else if (part->cmsg_level == IPPROTO_IPV6)
            read_ipv6_part(*part, result);
        else if (part->cmsg_level == SOL_PACKET)
            read_link_part(*part, result);
    }
    return result;
}

void put_control(msghdr& message, ControlRoom& room, Family family, const LocalAddress* from,
    const Endpoint& to, std::uint32_t stamps)
{
    Parts parts{message, room};
    if (from && is_own(from->address)) {
        // The interface only where the address means nothing without it: the way back to a client
        // need not be the way it came.
        const bool is_local = to.address.is_link_local() || from->address.is_link_local();
        const auto interface = is_local ? from->interface : 0;
        if (family == Family::ipv4) {
            in_pktinfo info{};
            info.ipi_ifindex = static_cast<int>(interface);
            info.ipi_spec_dst = to_in_addr(from->address);
            parts.put(IPPROTO_IP, IP_PKTINFO, info);
        } else {
            in6_pktinfo info{};
            info.ipi6_ifindex = interface;
            info.ipi6_addr = to_in6_addr(from->address);
            parts.put(IPPROTO_IPV6, IPV6_PKTINFO, info);
        }
    }
    if (stamps != 0)
        parts.put(SOL_SOCKET, SO_TIMESTAMPING, stamps);
}

} // namespace timeball::platform
