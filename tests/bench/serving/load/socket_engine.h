// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Datagrams through one socket. To ask from many addresses they must be this machine's own: all of
// 127.0.0.0/8 is, other prefixes by `ip route add local PREFIX dev lo`.

#include "bench/serving/load/engine.h"
#include "bench/serving/load/options.h"
#include "bench/serving/load/question.h"
#include "platform/control_messages.h"
#include "platform/file_descriptor.h"
#include "platform/socket_address.h"

#include <array>
#include <vector>

namespace timeball::load {

class SocketEngine final : public Engine {
public:
    // Throws std::system_error.
    explicit SocketEngine(const Options& options);

    std::span<std::byte> room() override { return slots_[used_].bytes; }
    void send(const Address& from, std::size_t size) override;
    void flush() override;
    std::uint64_t refused() const override { return refused_; }
    std::size_t receive(const std::function<void(const Answer&)>& take) override;
    void wait(Nanoseconds at_most) override;
    std::uint64_t overrun() const override;

private:
    static constexpr std::size_t incoming = 32;
    struct Slot { // of a question
        std::array<std::byte, most_question> bytes;
        platform::ControlRoom control;
        iovec part{};
    };
    struct Place { // of an answer
        std::array<std::byte, 1024> bytes;
        platform::ControlRoom control;
        platform::SocketAddress from;
        iovec part{};
    };

    Endpoint target_;
    platform::SocketAddress to_;
    platform::FileDescriptor socket_;
    std::vector<Slot> slots_;
    std::vector<mmsghdr> outgoing_;
    std::size_t used_ = 0;
    std::uint64_t refused_ = 0;
    std::vector<Place> places_;
    std::vector<mmsghdr> incoming_;
};

} // namespace timeball::load
