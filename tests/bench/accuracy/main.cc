// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// How well timeballd keeps time, in many situations, beside the reference algorithm.

#include "contestants.h"
#include "options.h"
#include "table.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <functional>
#include <thread>

using namespace timeball;
using namespace timeball::bench;

namespace {

bool is_wanted(const Situation& situation, const Options& options)
{
    return options.situations.empty()
        || std::any_of(
            options.situations.begin(), options.situations.end(), [&](const std::string& part) {
                return situation.name.find(part) != std::string::npos;
            });
}

Seconds thread_cpu()
{
    std::timespec t{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return std::chrono::seconds{t.tv_sec} + Nanoseconds{t.tv_nsec};
}

using Contestant = Track (*)(const Situation&, std::uint64_t);

// One run for each seed; each has a world of its own, so threads share nothing.
std::vector<Track> run(Contestant contestant, const Situation& situation, const Options& options)
{
    std::vector<Track> tracks(static_cast<std::size_t>(options.seeds));
    std::atomic<std::size_t> next = 0;
    const auto work = [&] {
        for (std::size_t i; (i = next++) < tracks.size();) {
            const Seconds began = thread_cpu();
            tracks[i] = contestant(situation, i + 1);
            tracks[i].cpu = thread_cpu() - began;
        }
    };
    std::vector<std::jthread> threads;
    const int n = options.threads > 0 ? options.threads
                                      : static_cast<int>(std::thread::hardware_concurrency());
    for (int i = 0; i < std::max(n, 1); ++i)
        threads.emplace_back(work);
    threads.clear();
    return tracks;
}

void write_trace(const std::string& path, const Situation& situation, const Track& track)
{
    std::FILE* const out = std::fopen(path.c_str(), "a");
    if (!out)
        return std::perror(path.c_str());
    fmt::print(out, "# {}: seconds, error, claim (s)\n", situation.name);
    for (std::size_t i = 0; i < track.moments.size(); ++i) {
        const Moment& m = track.moments[i];
        fmt::print(out, "{} {:.9f} {:.9f}\n",
            Seconds{track.grid * static_cast<std::int64_t>(i + 1)}.count(), m.error.count(),
            m.claim.value_or(Seconds{-1}).count());
    }
    std::fclose(out);
}

Row judge(const Situation& situation, const Options& options)
{
    Row result{.situation = &situation, .daemon = {}, .rfc5905 = {}, .oracle = {}};
    const auto daemon = run(run_daemon, situation, options);
    if (options.trace)
        write_trace(*options.trace, situation, daemon.front());
    result.daemon = figures_of(situation, daemon);
    if (options.daemon_only)
        return result;
    result.rfc5905 = figures_of(situation, run(run_rfc5905, situation, options));
    result.oracle = figures_of(situation, run(run_oracle, situation, options));
    return result;
}

} // namespace

int main(int argc, char** argv)
{
    const auto options = parse({argv + 1, argv + argc});
    if (!options)
        return 2;
    const auto began = std::chrono::steady_clock::now();
    fmt::print("{} seeds; microseconds; recovery in seconds; pph: packets per hour; goals with "
               "reached / allowed\n{}",
        options->seeds, heading());
    std::uint64_t checked = 0, broken = 0;
    Seconds cpu{0};
    int judged = 0;
    for (const Situation& s : situations()) {
        if (!is_wanted(s, *options))
            continue;
        const Row r = judge(s, *options);
        fmt::print("{}", line(r));
        if (!r.daemon.first_broken.empty())
            fmt::print("    bound broken: {}\n", r.daemon.first_broken);
        std::fflush(stdout);
        checked += r.daemon.claims_checked;
        broken += r.daemon.claims_broken;
        cpu += r.daemon.cpu;
        ++judged;
    }
    fmt::print("bound: {} events checked, {} broken; {:.2f} s of CPU a simulated day; {:.0f} s\n",
        checked, broken, cpu.count() / std::max(judged, 1),
        Seconds{std::chrono::steady_clock::now() - began}.count());
    return broken == 0 ? 0 : 1;
}
