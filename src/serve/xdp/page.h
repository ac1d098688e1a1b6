// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Served time and limits in the integers that the program in the kernel reckons with.

#include "edge/fast_path.h"
#include "serve/xdp/board.h"

namespace timeball::serve::xdp {

// The clock as a line over CLOCK_BOOTTIME.
struct ClockLine {
    Nanoseconds boot{0};
    Instant<Utc> shown{}; // at `boot`
    Frequency rate; // by which it gains from there
};

// How to answer; says nothing of time, so that nobody is answered.
Page page_of(const FastSetting& setting);

// The same with the time, when it is one that the program can tell. Not: no time, a step or a leap
// second under way, a smear, or figures beyond what the integers hold.
Page with_time(Page page, const ntp::ServedTime& time, const ClockLine& clock);

Ruling ruling_of(const FastRule& rule);

} // namespace timeball::serve::xdp
