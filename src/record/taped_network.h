// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// A network on tape: sockets have numbers in the order in which they were opened, and what came by
// them is a turn each.

#include "edge/network.h"
#include "record/disguise.h"
#include "record/line.h"
#include "record/tape.h"
#include "record/taped_loop.h"

#include <cstdint>
#include <map>
#include <memory>

namespace timeball::record {

class TapedSocket;

class TapedNetwork final : public Network {
public:
    // `world` and its `loop` and `disguise` are null in a replay.
    TapedNetwork(Tape& tape, Network* world, EventLoop* loop, Waiting& waiting, Disguise* disguise)
        : tape_{tape}, world_{world}, loop_{loop}, waiting_{waiting}, disguise_{disguise}
    {
    }

    Result<std::unique_ptr<DatagramSocket>, std::error_code> open(
        EventLoop& loop, const SocketOptions& options, SocketUser& user) override;
    std::vector<NetworkInterface> interfaces() const override;
    EventLoop::Owned watch(EventLoop& loop, std::function<void()> changed) override;

    // Replays what happened on a socket; false when there is none of that number.
    bool happen(std::string_view what, std::uint64_t socket, Words& words);

private:
    friend class TapedSocket;

    Tape& tape_;
    Network* world_;
    EventLoop* loop_;
    Waiting& waiting_;
    Disguise* disguise_;
    std::uint64_t last_ = 0;
    std::map<std::uint64_t, TapedSocket*> sockets_;
};

} // namespace timeball::record
