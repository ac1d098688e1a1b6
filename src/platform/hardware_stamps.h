// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Time stamps that network cards give to packets, by clocks of their own, told by the system's. The
// cards are set up once, while that is permitted, and their clocks are read on the loop; sockets of
// all threads ask for what a stamp means.

#include "base/snapshot.h"
#include "edge/devices.h"
#include "edge/log.h"
#include "platform/card_time.h"
#include "platform/libevent_loop.h"
#include "platform/none_clock.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace timeball::platform {

class HardwareStamps {
public:
    // "*" stands for all interfaces whose card can. Of those that cannot, or may not be set up, the
    // log is told, once.
    HardwareStamps(LibeventLoop& loop, Log& log, const std::vector<std::string>& interfaces);
    ~HardwareStamps();
    HardwareStamps(const HardwareStamps&) = delete;
    HardwareStamps& operator=(const HardwareStamps&) = delete;

    bool has_cards() const { return !cards_.empty(); }

    // The same moment by CLOCK_REALTIME and by the count that cards are compared with.
    struct Moment {
        Instant<Utc> system;
        Nanoseconds count{0};
    };
    static Moment now();

    // When a packet that is known at `now` was stamped, by CLOCK_REALTIME. A card stamps the
    // beginning of a frame; what is received shall count from its end, `octets` later. Nothing when
    // there is no such card, or the time of its clock is not known. Any thread.
    std::optional<Instant<Utc>> told(std::uint32_t interface, Nanoseconds stamp, const Moment& now,
        std::size_t octets = 0) const;

private:
    struct Card;

    void add(const std::string& interface, bool is_wanted);
    void read_all();

    LibeventLoop& loop_;
    Log& log_;
    NoneClock system_; // the clock devices are read by
    std::vector<std::unique_ptr<Card>> cards_; // the same from the beginning
    EventLoop::Owned timer_;
    int readings_ = 0;
};

} // namespace timeball::platform
