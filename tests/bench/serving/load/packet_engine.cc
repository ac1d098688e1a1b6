// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Sending goes around the queueing discipline, and so around whoever else listens to what we send.

#include "bench/serving/load/packet_engine.h"

#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <system_error>

namespace timeball::load {

namespace {

constexpr std::size_t frame_size = 1024, frames = 8192, block_size = 65536;
constexpr std::size_t ring_size = frame_size * frames;
constexpr std::uint16_t default_port = 20123;

[[noreturn]] void fail(const char* what)
{
    throw std::system_error(platform::last_error(), what);
}

template <class T>
void set(int fd, int level, int option, const T& value, const char* what)
{
    if (setsockopt(fd, level, option, &value, sizeof value) != 0)
        fail(what);
}

void bind_to(int fd, int interface, std::uint16_t protocol)
{
    sockaddr_ll at{};
    at.sll_family = AF_PACKET;
    at.sll_protocol = htons(protocol);
    at.sll_ifindex = interface;
    if (bind(fd, reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0)
        fail("bind to the interface");
}

platform::FileDescriptor open_sending(int interface)
{
    platform::FileDescriptor fd{socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0)};
    if (!fd)
        fail("packet socket");
    bind_to(fd.get(), interface, 0);
    set(fd.get(), SOL_PACKET, PACKET_QDISC_BYPASS, 1, "PACKET_QDISC_BYPASS");
    set(fd.get(), SOL_SOCKET, SO_SNDBUFFORCE, 4 << 20, "SO_SNDBUFFORCE");
    return fd;
}

// UDP from the server's port, in a packet that begins with its IP header. (IPv4 with options and
// IPv6 with extension headers pass by: no NTP server sends such.)
void filter(int fd, Family family, std::uint16_t port)
{
    const std::uint32_t protocol_at = family == Family::ipv4 ? 9 : 6;
    const std::uint32_t port_at = family == Family::ipv4 ? 20 : 40;
    std::array<sock_filter, 6> program{{
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, protocol_at),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, 3),
        BPF_STMT(BPF_LD | BPF_H | BPF_ABS, port_at),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, port, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, 0xffffffff),
        BPF_STMT(BPF_RET | BPF_K, 0),
    }};
    const sock_fprog all{static_cast<unsigned short>(program.size()), program.data()};
    set(fd, SOL_SOCKET, SO_ATTACH_FILTER, all, "filter");
}

} // namespace

PacketEngine::PacketEngine(const Options& options)
    : target_{options.target},
      source_port_{options.source_port != 0 ? options.source_port : default_port},
      head_size_{head_size(options.target.address.family)},
      link_{link_to(options.next_hop.value_or(options.target.address))},
      sending_{open_sending(link_.interface)},
      slots_(options.batch),
      outgoing_(options.batch)
{
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        outgoing_[i].msg_hdr.msg_iov = &slots_[i].part;
        outgoing_[i].msg_hdr.msg_iovlen = 1;
    }
    open_ring();
    if (options.way == Options::Way::xdp)
        xdp_.emplace(link_.interface, target_.address.family, target_.port);
}

void PacketEngine::open_ring()
{
    receiving_ = platform::FileDescriptor{socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    if (!receiving_)
        fail("packet socket");
    const int fd = receiving_.get();
    const Family family = target_.address.family;
    filter(fd, family, target_.port);
    set(fd, SOL_PACKET, PACKET_VERSION, static_cast<int>(TPACKET_V2), "PACKET_VERSION");
    tpacket_req request{};
    request.tp_block_size = block_size;
    request.tp_block_nr = ring_size / block_size;
    request.tp_frame_size = frame_size;
    request.tp_frame_nr = frames;
    set(fd, SOL_PACKET, PACKET_RX_RING, request, "PACKET_RX_RING");
    void* const memory
        = mmap(nullptr, ring_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0);
    if (memory == MAP_FAILED)
        fail("ring");
    ring_ = static_cast<std::byte*>(memory);
    // Only now: what it binds to is what comes in, of this protocol alone.
    bind_to(fd, link_.interface, family == Family::ipv4 ? ETHERTYPE_IP : ETHERTYPE_IPV6);
}

PacketEngine::~PacketEngine()
{
    if (ring_)
        munmap(ring_, ring_size);
}

std::span<std::byte> PacketEngine::room()
{
    return std::span{slots_[used_].frame}.subspan(head_size_);
}

void PacketEngine::send(const Address& from, std::size_t size)
{
    Slot& slot = slots_[used_];
    const auto frame = std::span{slot.frame}.first(head_size_ + size);
    put_head({link_.neighbor, link_.own, {from, source_port_}, target_}, frame);
    slot.part = {frame.data(), frame.size()};
    if (++used_ == slots_.size())
        flush();
}

void PacketEngine::flush()
{
    for (std::size_t at = 0; at < used_;) {
        const int sent
            = sendmmsg(sending_.get(), &outgoing_[at], static_cast<unsigned>(used_ - at), 0);
        if (sent <= 0) {
            ++at; // the queue of the device is full
            ++refused_;
        } else {
            at += static_cast<std::size_t>(sent);
        }
    }
    used_ = 0;
}

std::byte* PacketEngine::frame_at(std::size_t index) const
{
    return ring_ + index * frame_size;
}

std::size_t PacketEngine::receive(const std::function<void(const Answer&)>& take)
{
    const std::size_t sooner = receive_from_xdp(take);
    std::size_t count = 0;
    for (; count < frames; ++count) {
        std::byte* const frame = frame_at(next_);
        auto& header = *reinterpret_cast<tpacket2_hdr*>(frame);
        const std::atomic_ref<std::uint32_t> status{header.tp_status};
        if ((status.load(std::memory_order_acquire) & TP_STATUS_USER) == 0)
            break;
        const std::span packet{frame + header.tp_net, header.tp_snaplen};
        if (const auto parcel = parse_packet(packet)) {
            take({parcel->payload, parcel->source, parcel->destination.address,
                Instant<Utc>{std::chrono::seconds{header.tp_sec} + Nanoseconds{header.tp_nsec}}});
        }
        status.store(TP_STATUS_KERNEL, std::memory_order_release);
        next_ = (next_ + 1) % frames;
    }
    return sooner + count;
}

std::size_t PacketEngine::receive_from_xdp(const std::function<void(const Answer&)>& take)
{
    if (!xdp_)
        return 0;
    return xdp_->receive([&](std::span<const std::byte> packet, Instant<Utc> received) {
        if (const auto parcel = parse_packet(packet))
            take({parcel->payload, parcel->source, parcel->destination.address, received});
    });
}

void PacketEngine::wait(Nanoseconds at_most)
{
    if (xdp_)
        at_most = std::min<Nanoseconds>(at_most, std::chrono::milliseconds{1}); // it wakes nobody
    pollfd readable{receiving_.get(), POLLIN, 0};
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(at_most);
    const timespec limit{seconds.count(), (at_most - seconds).count()};
    ppoll(&readable, 1, &limit, nullptr);
}

std::uint64_t PacketEngine::overrun() const
{
    tpacket_stats figures{}; // since the last call
    socklen_t size = sizeof figures;
    if (getsockopt(receiving_.get(), SOL_PACKET, PACKET_STATISTICS, &figures, &size) == 0)
        overrun_ += figures.tp_drops;
    return overrun_;
}

} // namespace timeball::load
