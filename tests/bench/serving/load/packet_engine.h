// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Whole packets past the sockets (packet(7)): any source address, about a million a second from one
// core. Answers are read from a ring in which the kernel puts what comes from the server's port.

#include "bench/serving/load/engine.h"
#include "bench/serving/load/frame.h"
#include "bench/serving/load/link.h"
#include "bench/serving/load/options.h"
#include "bench/serving/load/question.h"
#include "bench/serving/load/xdp_ring.h"
#include "platform/file_descriptor.h"

#include <sys/socket.h>

#include <array>
#include <optional>
#include <vector>

namespace timeball::load {

class PacketEngine final : public Engine {
public:
    // Throws std::system_error and std::runtime_error.
    explicit PacketEngine(const Options& options);
    ~PacketEngine() override;
    PacketEngine(const PacketEngine&) = delete;
    PacketEngine& operator=(const PacketEngine&) = delete;

    std::span<std::byte> room() override;
    void send(const Address& from, std::size_t size) override;
    void flush() override;
    std::uint64_t refused() const override { return refused_; }
    std::size_t receive(const std::function<void(const Answer&)>& take) override;
    void wait(Nanoseconds at_most) override;
    std::uint64_t overrun() const override;

private:
    struct Slot {
        std::array<std::byte, 64 + most_question> frame;
        iovec part{};
    };

    void open_ring();
    std::size_t receive_from_xdp(const std::function<void(const Answer&)>& take);
    std::byte* frame_at(std::size_t index) const;

    Endpoint target_;
    std::uint16_t source_port_;
    std::size_t head_size_;
    Link link_;
    platform::FileDescriptor sending_, receiving_;
    std::vector<Slot> slots_;
    std::vector<mmsghdr> outgoing_;
    std::size_t used_ = 0;
    std::uint64_t refused_ = 0;
    std::byte* ring_ = nullptr;
    std::size_t next_ = 0; // frame of the ring
    mutable std::uint64_t overrun_ = 0;
    std::optional<XdpRing> xdp_;
};

} // namespace timeball::load
