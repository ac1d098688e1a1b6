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
    all.back().oracle_poll = Poll{8}; // the known floor is for this interval
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
        .recovery_goal = 30s,
        .oracle = {.wander = 0, .frequency_spread = Frequency::ppm(100)},
        .oracle_poll = Poll{4}});
    all.push_back({.name = "frequency-step",
        .title = "2 ppm frequency step, internet; poll 6 to 10; until below 1 ms again",
        .oscillator = usual,
        .upstreams = {{internet, internet}},
        .happenings = {{22h, [](Stage& s) { s.oscillator().change_frequency(Frequency::ppm(2)); }}},
        .settled = 22h,
        .span = 36h,
        .disturbed = 22h,
        .chrony = {.recovery = 6178s},
        .ntpd = {.recovery = 23522s},
        .floor = {.recovery = 2000s},
        .recovery_goal = 2500s,
        .oracle = {.wander = 0, .jump_every = 24h, .frequency_jump = Frequency::ppm(2)}});
    all.push_back({.name = "server-steps",
        .title = "the only server steps by 1 s, internet; poll 6 to 10; until within 1 ms of it",
        .oscillator = usual,
        .upstreams = {{internet, internet}},
        .happenings = {{22h,
            [](Stage& s) {
                s.server(0).lies_by(1s);
                s.refer_to(1s);
            }}},
        .settled = 30h,
        .span = 36h,
        .disturbed = 22h,
        .chrony = {.recovery = 4057s},
        .ntpd = {.recovery = 3127s},
        .floor = {.recovery = 520s},
        .recovery_goal = 600s,
        .is_truth_told = false,
        .oracle = {.wander = 0, .jump_every = 24h, .offset_jump = 1s}});
    all.push_back({.name = "clock-moved",
        .title = "somebody sets our clock back by 20 ms, internet; until below 1 ms again",
        .oscillator = usual,
        .upstreams = {{internet, internet}},
        .happenings = {{22h, [](Stage& s) { s.move_clock(-20ms); }}},
        .settled = 30h,
        .span = 36h,
        .disturbed = 22h,
        .oracle = {.wander = 0, .jump_every = 24h, .offset_jump = 100ms}});
}

void add_crowds(std::vector<Situation>& all)
{
    const auto crowd = [&](Situation s, Figures known) {
        s.oscillator = usual;
        s.chrony.rms = us(known.chrony);
        s.ntpd.rms = us(known.ntpd);
        s.floor.rms = us(known.floor);
        all.push_back(polled(std::move(s), false));
    };
    const Upstream good{internet, internet};
    crowd({.name = "falsetickers",
              .title = "3 good servers, 2 falsetickers (+200 ms, -150 ms)",
              .upstreams
              = {good, good, good, {internet, internet, 200ms}, {internet, internet, -150ms}}},
        {629, 1350, 132});
    std::vector<Upstream> unlike;
    for (const auto& [delay, jitter] :
        {std::pair{10ms, 0.7e-3}, {20ms, 1.4e-3}, {30ms, 2.8e-3}, {50ms, 5.6e-3}}) {
        const sim::Path path{.delay = delay, .jitter = Seconds{jitter}};
        unlike.push_back({path, path});
    }
    crowd({.name = "unlike",
              .title = "4 servers: 10 ms + 0.7 ms, 20 + 1.4, 30 + 2.8, 50 + 5.6 each way",
              .upstreams = unlike},
        {445, 465, 92});
    crowd({.name = "one-steps",
              .title = "one of 4 servers steps by 1 s after 24 hours",
              .upstreams = {good, good, good, good},
              .happenings = {{24h, [](Stage& s) { s.server(1).lies_by(1s); }}}},
        {581, 289, 132});
}

void lengthen(Stage& stage)
{
    auto& net = stage.world().net();
    net.path(Stage::client(), stage.server(0).address()).delay += 15ms;
    net.path(stage.server(0).address(), Stage::client()).delay += 15ms;
}

void add_paths(std::vector<Situation>& all)
{
    sim::Path rush = internet;
    rush.rush_hour = {50ms, 1h, 10min};
    all.push_back(one_server("rush-hour", "internet, one direction +50 ms for 10 min of each hour",
        internet, true, {112, 2890, 68}));
    all.back().upstreams = {{rush, internet}};
    const sim::Path even{.delay = 20ms, .jitter = 1ms, .queue = Queue::normal};
    all.push_back(polled({.name = "normal",
                             .title = "20 ms + normal 1 ms each way: noise without an edge",
                             .oscillator = usual,
                             .upstreams = {{even, even}},
                             .chrony = {.rms = us(200)}},
        true));
    const sim::Path loud{.delay = 20ms, .jitter = 10ms};
    const sim::Path quiet{.delay = 20ms, .jitter = 100us};
    all.push_back(polled({.name = "one-way-noise",
                             .title = "20 ms + exponential 10 ms there, 20 ms + 0.1 ms back",
                             .oscillator = usual,
                             .upstreams = {{loud, quiet}},
                             .chrony = {.rms = us(131)}},
        true));
    all.push_back(polled({.name = "longer-route",
                             .title = "the path gets 15 ms longer, both ways, after 6 hours",
                             .oscillator = usual,
                             .upstreams = {{internet, internet}},
                             .happenings = {{6h, lengthen}}},
        true));
    all.back().is_floor_fair = false; // it is not told of the longer route
}

void add_oscillators(std::vector<Situation>& all)
{
    for (const bool fast : {false, true}) {
        // Only the error after the last hour without answers counts.
        Situation s = one_server("holdover", "6 h without answers after a day, quiet oscillator",
            internet, fast, fast ? Figures{911, 2770, 266} : Figures{451, 2230, 338});
        s.oscillator.wander = 1e-10;
        s.happenings = {{24h, [](Stage& st) { st.server(0).dies(); }}};
        s.span = 30h;
        s.settled = s.span - 10s;
        all.push_back(s);
    }
    for (const bool fast : {false, true}) {
        Situation s = one_server("daily-curve", "1 ppm sinusoidal frequency over a day, internet",
            internet, fast, fast ? Figures{139, 152, 82} : Figures{780, 1380, 388});
        s.oscillator.swing = Frequency::ppm(1);
        s.settled = fast ? 12h : 24h;
        s.span = fast ? 36h : 72h;
        s.oracle.wander = 2e-9; // knows how fast the frequency changes, not why
        all.push_back(s);
    }
}

void add_reference_clock(std::vector<Situation>& all)
{
    all.push_back({.name = "reference-clock",
        .title = "a reference clock, 1 us jitter, a reading each second",
        .oscillator = usual,
        .reference_jitter = 1us,
        .settled = 4h,
        .span = 12h,
        .chrony = {.rms = us(0.35)},
        .ntpd = {.rms = us(1.5)},
        .floor = {.rms = us(0.21)}});
}

// Without known figures: the floor is our own.
void add_others(std::vector<Situation>& all)
{
    const auto other = [&](Situation s, bool fast) {
        if (s.oscillator.wander == 0)
            s.oscillator = usual;
        all.push_back(polled(std::move(s), fast));
    };
    const sim::Path air{.delay = 2ms, .jitter = 500us, .rush_hour = {40ms, 47s, 11s}};
    const sim::Path air_back{.delay = 2ms, .jitter = 500us, .rush_hour = {30ms, 61s, 13s}};
    other({.name = "wifi",
              .title = "wireless: 2 ms + 0.5 ms each way, bursts of +40 ms and +30 ms",
              .upstreams = {{air, air_back}}},
        true);
    const sim::Path up{.delay = 200ms, .jitter = 20ms, .queue = Queue::uneven};
    const sim::Path down{.delay = 200ms, .jitter = 1ms};
    other({.name = "satellite",
              .title = "satellite: 200 ms each way, + heavy-tailed 20 ms up, + 1 ms down",
              .upstreams = {{up, down}}},
        false);
    const sim::Path poor{.delay = 30ms, .jitter = 10ms, .queue = Queue::uneven};
    const sim::Path superb{.delay = 1ms, .jitter = 20us};
    other({.name = "one-superb",
              .title = "two servers at 30 ms + heavy-tailed 10 ms, one at 1 ms + 20 us",
              .upstreams = {{poor, poor}, {superb, superb}, {poor, poor}}},
        false);
    sim::Path lossy = internet;
    lossy.loss = 0.3;
    sim::OscillatorTraits warm = usual;
    warm.swing = Frequency::ppm(1);
    other({.name = "warm-and-lossy",
              .title = "daily temperature curve of 1 ppm and 30 % loss each way, internet",
              .oscillator = warm,
              .upstreams = {{lossy, lossy}},
              .oracle = {.wander = 2e-9}},
        false);
    sim::Path longer = internet;
    longer.delay = 35ms;
    other({.name = "one-crooked",
              .title = "4 servers, one of them with 15 ms of asymmetry",
              .upstreams = {{internet, internet}, {longer, internet}, {internet, internet},
                  {internet, internet}}},
        false);
    other({.name = "all-crooked",
              .title = "one server behind 38 ms there and 2 ms back",
              .upstreams = {{{.delay = 38ms, .jitter = 1ms}, {.delay = 2ms, .jitter = 1ms}}}},
        true);
    all.back().is_floor_fair = false; // knowing the least delays, it is not bent at all
    const Upstream good{internet, internet};
    const Upstream creeping{internet, internet, 0s, Frequency::ppm(2)};
    other({.name = "creeping-liars",
              .title = "2 of 5 servers run away from the truth at 2 ppm together",
              .upstreams = {good, good, good, creeping, creeping}},
        false);
    other({.name = "flapping",
              .title = "the server answers for 10 minutes of each hour, internet",
              .upstreams = {good},
              .oracle_poll = Poll{4}},
        true);
    for (int hour = 5; hour < 12; ++hour) {
        all.back().happenings.push_back({1h * hour, [](Stage& s) { s.server(0).dies(); }});
        all.back().happenings.push_back({1h * hour + 50min, [](Stage& s) { s.server(0).lives(); }});
    }
}

// What nobody asked for: each found a fault at some time, or might have.
void add_unforeseen_ones(std::vector<Situation>& all)
{
    const Upstream good{internet, internet};
    const auto at_poll = [&](Situation s, int lowest, int highest) {
        s.oscillator = s.oscillator.wander == 0 ? usual : s.oscillator;
        s.minpoll = Poll{static_cast<std::int8_t>(lowest)};
        s.maxpoll = Poll{static_cast<std::int8_t>(highest)};
        s.settled = std::max(s.settled, Nanoseconds{12h});
        s.span = s.settled + 24h;
        all.push_back(std::move(s));
    };
    const auto detour = [](Seconds by) {
        return [by](Stage& s) {
            s.world().net().path(Stage::client(), s.server(0).address()).delay += by;
        };
    };
    at_poll(
        {.name = "detour",
            .title = "one direction +10 ms from the 8th hour to the 12th, internet; poll 6 to 10",
            .upstreams = {good},
            .happenings = {{8h, detour(10ms)}, {12h, detour(-10ms)}},
            .is_floor_fair = false},
        6, 10);
    at_poll({.name = "one-runs-away",
                .title = "one of 3 servers runs away at 5 ppm; poll 6 to 10",
                .upstreams = {good, {internet, internet, 0s, Frequency::ppm(5)}, good}},
        6, 10);
    at_poll({.name = "two-disagree",
                .title = "one of 2 servers is off by 50 ms after 8 hours; poll 6 to 10",
                .upstreams = {good, good},
                .happenings = {{8h, [](Stage& s) { s.server(1).lies_by(50ms); }}},
                .is_truth_told = false,
                .is_floor_fair = false},
        6, 10);
    Situation heating{.name = "heating",
        .title = "0.1 ppm a minute for an hour, and back, internet; poll 6 to 10",
        .upstreams = {good},
        .oracle = {.wander = 1e-8}};
    for (int minute = 0; minute < 60; ++minute)
        for (const auto& [from, ppm] : {std::pair{14h, 0.1}, {20h, -0.1}})
            heating.happenings.push_back({from + 1min * minute,
                [by = Frequency::ppm(ppm)](Stage& s) { s.oscillator().change_frequency(by); }});
    at_poll(heating, 6, 10);
    sim::Path loud = internet;
    loud.jitter = 8ms;
    at_poll({.name = "quieter",
                .title = "20 ms + 8 ms each way, from the 8th hour on + 0.2 ms; poll 6 to 10",
                .upstreams = {{loud, loud}},
                .happenings = {{8h,
                    [](Stage& s) {
                        auto& net = s.world().net();
                        net.path(Stage::client(), s.server(0).address()).jitter = 200us;
                        net.path(s.server(0).address(), Stage::client()).jitter = 200us;
                    }}},
                .is_floor_fair = false},
        6, 10);
    at_poll({.name = "back-and-wrong",
                .title = "the only server is away for 2 hours and comes back 20 ms off",
                .upstreams = {good},
                .happenings = {{14h, [](Stage& s) { s.server(0).dies(); }},
                    {16h,
                        [](Stage& s) {
                            s.server(0).lives().lies_by(20ms);
                            s.refer_to(20ms);
                        }}},
                .settled = 22h,
                .disturbed = 16h,
                .is_truth_told = false,
                .is_floor_fair = false},
        6, 10);
    at_poll({.name = "poll-3", .title = "internet, poll 3 only", .upstreams = {good}}, 3, 3);
    at_poll({.name = "poll-10-17",
                .title = "internet, poll 10 to 17",
                .upstreams = {good},
                .oracle_poll = Poll{12}},
        10, 17);
}

std::vector<Situation> all_situations()
{
    std::vector<Situation> all;
    add_quiet_ones(all);
    add_disturbed_ones(all);
    add_paths(all);
    add_crowds(all);
    add_oscillators(all);
    add_reference_clock(all);
    add_others(all);
    add_unforeseen_ones(all);
    return all;
}

} // namespace

const std::vector<Situation>& situations()
{
    static const std::vector<Situation> all = all_situations();
    return all;
}

} // namespace timeball::bench
