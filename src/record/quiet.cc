// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// A world in which nothing happens.

#include "record/quiet.h"

#include <algorithm>

namespace timeball::record {

namespace {

class QuietSocket final : public DatagramSocket {
public:
    explicit QuietSocket(const Endpoint& bound) : bound_{bound} { }
    Result<void, std::error_code> send(
        std::span<const std::byte>, const Endpoint&, const LocalAddress*, std::uint32_t) override
    {
        return {};
    }
    Endpoint local() const override { return bound_; }

private:
    Endpoint bound_;
};

class QuietThread final : public Threads::Thread {
public:
    EventLoop& loop() override { return loop_; }

private:
    QuietLoop loop_;
};

} // namespace

Result<std::unique_ptr<DatagramSocket>, std::error_code> QuietNetwork::open(
    EventLoop&, const SocketOptions& options, SocketUser&)
{
    return std::unique_ptr<DatagramSocket>{std::make_unique<QuietSocket>(options.bind)};
}

void QuietRandom::fill(std::span<std::byte> room)
{
    std::fill(room.begin(), room.end(), std::byte{0});
}

std::unique_ptr<Threads::Thread> QuietThreads::start(
    const std::string&, std::function<void(EventLoop&)>, std::function<void()>)
{
    return std::make_unique<QuietThread>();
}

} // namespace timeball::record
