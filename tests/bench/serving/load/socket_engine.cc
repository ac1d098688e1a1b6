// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// One socket, not connected: its datagrams leave from the addresses of many.

#include "bench/serving/load/socket_engine.h"

#include "platform/clock_reading.h"

#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace timeball::load {

namespace {

constexpr int buffer_size = 8 << 20; // old answers do no harm here: the kernel has stamped them

[[noreturn]] void fail(const char* what)
{
    throw std::system_error(platform::last_error(), what);
}

void set(int fd, int level, int option, int value)
{
    if (setsockopt(fd, level, option, &value, sizeof value) != 0)
        fail("setsockopt");
}

platform::FileDescriptor open(const Options& options)
{
    const bool is_ipv4 = options.target.address.family == Family::ipv4;
    platform::FileDescriptor fd{
        socket(is_ipv4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    if (!fd)
        fail("socket");
    set(fd.get(), SOL_SOCKET, SO_TIMESTAMPNS, 1);
    if (is_ipv4) {
        set(fd.get(), IPPROTO_IP, IP_PKTINFO, 1);
    } else {
        set(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, 1);
        set(fd.get(), IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
        set(fd.get(), IPPROTO_IPV6, IPV6_FREEBIND, 1);
    }
    // Beyond the system's bounds where that is permitted.
    for (const auto& [forced, plain] :
        {std::pair{SO_RCVBUFFORCE, SO_RCVBUF}, std::pair{SO_SNDBUFFORCE, SO_SNDBUF}}) {
        if (setsockopt(fd.get(), SOL_SOCKET, forced, &buffer_size, sizeof buffer_size) != 0)
            set(fd.get(), SOL_SOCKET, plain, buffer_size);
    }
    const auto at = platform::socket_address(
        {Address::any(options.target.address.family), options.source_port},
        options.target.address.family);
    if (bind(fd.get(), at.get(), at.size) != 0)
        fail("bind");
    return fd;
}

} // namespace

SocketEngine::SocketEngine(const Options& options)
    : target_{options.target},
      to_{platform::socket_address(options.target, options.target.address.family)},
      socket_{open(options)},
      slots_(options.batch),
      outgoing_(options.batch),
      places_(incoming),
      incoming_(incoming)
{
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        msghdr& header = outgoing_[i].msg_hdr;
        header.msg_iov = &slots_[i].part;
        header.msg_iovlen = 1;
        header.msg_name = to_.get();
        header.msg_namelen = to_.size;
    }
    for (std::size_t i = 0; i < places_.size(); ++i) {
        places_[i].part = {places_[i].bytes.data(), places_[i].bytes.size()};
        msghdr& header = incoming_[i].msg_hdr;
        header.msg_iov = &places_[i].part;
        header.msg_iovlen = 1;
        header.msg_name = places_[i].from.get();
    }
}

void SocketEngine::send(const Address& from, std::size_t size)
{
    Slot& slot = slots_[used_];
    slot.part = {slot.bytes.data(), size};
    const LocalAddress local{from, 0};
    platform::put_control(outgoing_[used_].msg_hdr, slot.control, target_.address.family,
        from.is_any() ? nullptr : &local, target_, false);
    if (++used_ == slots_.size())
        flush();
}

void SocketEngine::flush()
{
    int tries = 0;
    for (std::size_t at = 0; at < used_;) {
        const int sent
            = sendmmsg(socket_.get(), &outgoing_[at], static_cast<unsigned>(used_ - at), 0);
        if (sent > 0) {
            at += static_cast<std::size_t>(sent);
            tries = 0;
        } else if (++tries == 3 || errno == EAGAIN || errno == ENOBUFS) {
            ++at; // an error may also be an earlier one's; after three it is this one's
            ++refused_;
            tries = 0;
        }
    }
    used_ = 0;
}

std::size_t SocketEngine::receive(const std::function<void(const Answer&)>& take)
{
    for (std::size_t i = 0; i < places_.size(); ++i) {
        msghdr& header = incoming_[i].msg_hdr;
        header.msg_namelen = sizeof places_[i].from.storage;
        header.msg_control = places_[i].control.bytes.data();
        header.msg_controllen = places_[i].control.bytes.size();
    }
    const int got = recvmmsg(socket_.get(), incoming_.data(),
        static_cast<unsigned>(incoming_.size()), MSG_DONTWAIT, nullptr);
    const std::size_t count = got > 0 ? static_cast<std::size_t>(got) : 0;
    for (std::size_t i = 0; i < count; ++i) {
        const auto from = platform::endpoint(places_[i].from.get());
        const auto beside = platform::control_of(incoming_[i].msg_hdr);
        if (!from || !beside.to)
            continue;
        const Instant<Utc> received{
            beside.software_stamp.value_or(platform::system_time().time_since_epoch())};
        take({std::span{places_[i].bytes}.first(incoming_[i].msg_len), *from, beside.to->address,
            received});
    }
    return count;
}

void SocketEngine::wait(Nanoseconds at_most)
{
    pollfd readable{socket_.get(), POLLIN, 0};
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(at_most);
    const timespec limit{seconds.count(), (at_most - seconds).count()};
    ppoll(&readable, 1, &limit, nullptr);
}

std::uint64_t SocketEngine::overrun() const
{
    std::array<std::uint32_t, SK_MEMINFO_VARS> figures{};
    socklen_t size = sizeof figures;
    if (getsockopt(socket_.get(), SOL_SOCKET, SO_MEMINFO, figures.data(), &size) != 0)
        return 0;
    return figures[SK_MEMINFO_DROPS];
}

} // namespace timeball::load
