// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// What the clock of a network card shows at a given moment, from readings of it. Both that clock
// and the count it is compared with, CLOCK_MONOTONIC_RAW, run freely, so that a straight line is
// all there is between them; steering or stepping the system's clock does not touch it.

#include "edge/devices.h"
#include "time/time.h"

#include <deque>
#include <optional>

namespace timeball::platform {

struct CardReading {
    Nanoseconds count{0}; // of CLOCK_MONOTONIC_RAW, when
    Instant<DeviceTime> card; // the card showed this,
    Nanoseconds width{0}; // by no more than half of this earlier or later
};

// The line, from its last reading on.
struct CardTime {
    Nanoseconds count{0};
    Instant<DeviceTime> card;
    double gain = 0; // of the card on the count

    Instant<DeviceTime> at(Nanoseconds counted) const;
    // How long before the moment of this count the card showed `stamp`; negative: after.
    Nanoseconds age(Instant<DeviceTime> stamp, Nanoseconds counted) const;
};

class CardTimeFit {
public:
    // Of readings that do not lie on the line of those before, as after somebody has stepped the
    // card's clock, the new one is kept alone.
    void add(const CardReading& reading);

    // Nothing until there are enough readings, nor when they are not those of a clock that runs.
    std::optional<CardTime> line() const;

private:
    std::deque<CardReading> readings_; // newest last
};

} // namespace timeball::platform
