// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Measuring the engine alone, with samples as the internet gives them.

#include "cost.h"

#include "sim/chance.h"
#include "sync/engine.h"

#include <ctime>
#include <malloc.h>

namespace timeball::bench {

using namespace std::chrono_literals;

namespace {

constexpr int rounds = 1000; // samples of each source, one every 64 s

Seconds cpu()
{
    std::timespec t{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return std::chrono::seconds{t.tv_sec} + Nanoseconds{t.tv_nsec};
}

double allocated()
{
    const auto info = mallinfo2();
    return static_cast<double>(info.uordblks + info.hblkhd);
}

sync::SourceId id_of(int source)
{
    return {static_cast<std::uint32_t>(source + 1)};
}

struct Spent {
    Seconds take{0}, look{0};
    double memory = 0;
};

Spent spend(int sources)
{
    const double before = allocated();
    sim::Chance chance{1};
    sync::Engine engine{sync::Policy{}};
    for (int i = 0; i < sources; ++i) {
        engine.add(id_of(i), {});
        engine.reach(id_of(i), 0xff);
    }
    Spent spent;
    Instant<FreeRun> now{1'800'000'000s};
    for (int round = 0; round < rounds; ++round)
        for (int i = 0; i < sources; ++i) {
            now += 64s / sources;
            const sync::ClockReading clock{now, Instant<Utc>{now.time_since_epoch()}, {}};
            const Seconds there = chance.exponential(1ms), back = chance.exponential(1ms);
            const sync::Sample sample{.when = now - 20ms,
                .offset = rounded((there - back) / 2),
                .delay = 40ms + there + back,
                .dispersion = 1us};
            const Seconds began = cpu();
            (void)engine.take(id_of(i), sample, clock);
            const Seconds taken = cpu();
            (void)engine.look(clock);
            spent.take += taken - began;
            spent.look += cpu() - taken;
        }
    spent.memory = allocated() - before;
    return spent;
}

} // namespace

Cost cost_of_engine(int sources)
{
    const Spent all = spend(sources);
    const double samples = static_cast<double>(rounds) * sources;
    return {all.take / samples, all.look / samples, all.memory / sources};
}

} // namespace timeball::bench
