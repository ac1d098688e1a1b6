// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The situations. "Each way" is one direction of the path: a minimum and a time in queues.

#include "situation.h"

#include "stage.h"

namespace timeball::bench {

using namespace std::chrono_literals;
using sim::Queue;

namespace {

// 10 ms and 20 ppm off at the start; a usual quartz.
constexpr sim::OscillatorTraits usual{
    .offset = 10ms, .frequency = Frequency::ppm(20), .wander = 1e-9};

constexpr sim::Path lan{.delay = 50us, .jitter = 10us};
constexpr sim::Path internet{.delay = 20ms, .jitter = 1ms};
constexpr sim::Path noisy{.delay = 10ms, .jitter = 7ms, .queue = Queue::uneven};

struct Figures {
    double chrony, ntpd, floor;
};
constexpr Seconds us(double n)
{
    return Seconds{n * 1e-6};
}

Situation polled(Situation s, bool fast)
{
    s.name += fast ? "-fast" : "-default";
    s.title += fast ? "; poll 4 to 6" : "; poll 6 to 10";
    s.minpoll = Poll{static_cast<std::int8_t>(fast ? 4 : 6)};
    s.maxpoll = Poll{static_cast<std::int8_t>(fast ? 6 : 10)};
    s.settled = fast ? 4h : 12h;
    s.span = fast ? 12h : 36h;
    return s;
}

Situation one_server(const std::string& name, const std::string& title, const sim::Path& path,
    bool fast, const Figures& known)
{
    return polled({.name = name,
                      .title = title,
                      .oscillator = usual,
                      .upstreams = {{path, path}},
                      .chrony = {.rms = us(known.chrony)},
                      .ntpd = {.rms = us(known.ntpd)},
                      .floor = {.rms = us(known.floor)}},
        fast);
}

void add_quiet_ones(std::vector<Situation>& all)
{
    const char* const title = "LAN, 50 us + exponential 10 us each way";
    all.push_back(one_server("lan", title, lan, true, {5.4, 16, 2.6}));
    all.push_back(one_server("lan", title, lan, false, {16.8, 255, 6.5}));
    const char* const far = "internet, 20 ms + exponential 1 ms each way";
    all.push_back(one_server("internet", far, internet, true, {102, 150, 40}));
    all.push_back(one_server("internet", far, internet, false, {442, 460, 205}));
    const char* const loud = "noisy, 10 ms + heavy-tailed 7 ms each way";
    all.push_back(one_server("noisy", loud, noisy, true, {563, 551, 66}));
    all.back().chrony.max = 9ms;
    all.push_back(one_server("noisy", loud, noisy, false, {1350, 2980, 470}));
}

void add_disturbed_ones(std::vector<Situation>& all)
{
    all.push_back({.name = "cold-start",
        .title = "100 ppm and 0.1 s off at the start, internet; until it stays below 1 ms",
        .oscillator = {.offset = 100ms, .frequency = Frequency::ppm(100), .wander = 1e-9},
        .upstreams = {{internet, internet}},
        .settled = 2h,
        .span = 8h,
        .disturbed = 0s,
        .chrony = {.recovery = 139s},
        .ntpd = {.recovery = 4374s},
        .floor = {.recovery = 10s},
        .recovery_goal = 30s});
    all.push_back({.name = "frequency-step",
        .title = "2 ppm frequency step, internet; poll 6 to 10; until below 1 ms again",
        .oscillator = usual,
        .upstreams = {{internet, internet}},
        .happenings = {{12h, [](Stage& s) { s.oscillator().change_frequency(Frequency::ppm(2)); }}},
        .settled = 12h,
        .span = 26h,
        .disturbed = 12h,
        .chrony = {.recovery = 6178s},
        .ntpd = {.recovery = 23522s},
        .floor = {.recovery = 2000s},
        .recovery_goal = 2500s});
}

std::vector<Situation> all_situations()
{
    std::vector<Situation> all;
    add_quiet_ones(all);
    add_disturbed_ones(all);
    return all;
}

} // namespace

const std::vector<Situation>& situations()
{
    static const std::vector<Situation> all = all_situations();
    return all;
}

} // namespace timeball::bench
