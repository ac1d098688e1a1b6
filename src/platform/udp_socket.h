// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// A UDP socket: batches, addresses of both ends, the kernel's time stamps, and what the network
// says about what was sent. Used by the thread of its loop.

#include "edge/network.h"
#include "platform/control_messages.h"
#include "platform/datagram_batch.h"
#include "platform/file_descriptor.h"
#include "platform/hardware_stamps.h"
#include "platform/host_clock.h"
#include "platform/libevent_loop.h"

#include <array>
#include <memory>
#include <vector>

namespace timeball::platform {

class UdpSocket final : public DatagramSocket {
public:
    struct Traits {
        Family family = Family::ipv4;
        std::uint32_t transmit_stamps = 0; // that can be asked for: SOF_TIMESTAMPING_TX_...
        bool is_link = false; // Ethernet: not UDP, but all else is the same
        const HardwareStamps* cards = nullptr; // that stamp; none: no card does
        bool counts_frames = true; // what is received counts from the end of its frame
    };
    // `fd` is open, bound and does not block.
    UdpSocket(FileDescriptor fd, const Traits& traits, LibeventLoop& loop, const HostClock& clock,
        SocketUser& user);
    ~UdpSocket() override;

    // What shall last as long as the socket.
    void keep(std::shared_ptr<void> companion) { companion_ = std::move(companion); }

    Result<void, std::error_code> send(std::span<const std::byte> bytes, const Endpoint& to,
        const LocalAddress* from, std::uint32_t token) override;
    void flush() override;
    void set_receive_buffer(std::size_t octets) override;
    void poll_busily(Nanoseconds span) override { busy_poll_ = span; }
    bool split(const ClientSplit& split) override;
    Endpoint local() const override { return local_; }
    SocketCounts counts() const override { return counts_; }

private:
    // A datagram that left and whose stamp is yet to come. The kernel gives the stamp with the
    // whole datagram; its end, a transmit timestamp or a MAC, tells which one it is.
    using End = std::array<std::byte, 16>;
    struct Departed {
        std::uint32_t token = 0; // 0: none
        End end{};
    };
    // What the error queue said, until the user is told.
    struct News {
        std::uint32_t token; // of the datagram that left at `when`; 0: one was refused
        Instant<Utc> when;
        StampKind stamp;
        Endpoint to;
        std::error_code why;
    };
    static constexpr std::size_t awaited = 32, most_news = 64;
    enum class Fetched { full, some, none };

    void watch();
    void turn();
    void take_turn(const bool& is_gone);
    Fetched receive(const bool& is_gone);
    Fetched keep_looking(const bool& is_gone, Fetched fetched);
    void deliver(const mmsghdr& message, Nanoseconds ahead, const HardwareStamps::Moment& fetched);
    HardwareStamps::Moment moment() const;
    std::optional<Instant<Utc>> card_stamp(
        const Received& beside, std::size_t octets, const HardwareStamps::Moment& now) const;

    void compose(msghdr& message, SocketAddress& name, ControlRoom& control, const Endpoint& to,
        const LocalAddress* from, std::uint32_t token) const;
    std::error_code transmit(const msghdr& message, std::uint32_t token);
    std::size_t transmit_queued(std::size_t first);
    void departed(const msghdr& message, std::uint32_t token);

    void read_stamps();
    bool read_error(); // one entry of the error queue; false when there is none
    void take_stamp(std::span<const std::byte> frame, const Received& beside);
    void tell();
    void rest();

    LibeventLoop& loop_;
    const HostClock& clock_;
    SocketUser& user_;
    FileDescriptor fd_;
    std::shared_ptr<void> companion_; // goes before the descriptor
    Traits traits_;
    Nanoseconds busy_poll_{0};
    bool has_sendmmsg_ = true;
    Endpoint local_;
    SocketCounts counts_;

    std::array<Departed, awaited> departed_{};
    std::size_t next_departed_ = 0;
    std::size_t awaiting_ = 0;
    std::vector<News> news_;

    bool* is_gone_ = nullptr; // while the user is being told something, who may end us
    bool is_delivering_ = false; // a batch: what is sent waits for its end
    unsigned idle_turns_ = 0;

    EventLoop::Owned readable_, resting_;
    std::unique_ptr<LibeventLoop::Trigger> telling_;
};

} // namespace timeball::platform
