// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// How well timeballd keeps time, in many situations, beside the reference algorithm.

#include "contestants.h"
#include "cost.h"
#include "csv.h"
#include "options.h"
#include "pictures.h"
#include "table.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <ctime>
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

void write(const std::string& path, const std::string& text)
{
    std::FILE* const out = std::fopen(path.c_str(), "w");
    if (!out || std::fputs(text.c_str(), out) < 0)
        std::perror(path.c_str());
    if (out)
        std::fclose(out);
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

struct Judged {
    Row row;
    Course course;
};

Judged judge(const Situation& situation, const Options& options)
{
    const bool has_reference = situation.reference_jitter.has_value();
    auto daemon = run(has_reference ? run_engine_on_reference : run_daemon, situation, options);
    if (options.trace)
        write_trace(*options.trace, situation, daemon.front());
    Judged j;
    j.row.situation = j.course.situation = &situation;
    j.row.daemon = figures_of(situation, daemon);
    j.course.daemon = std::move(daemon.front());
    if (options.daemon_only)
        return j;
    auto rfc5905 = run(has_reference ? run_rfc5905_on_reference : run_rfc5905, situation, options);
    j.row.rfc5905 = figures_of(situation, rfc5905);
    j.course.rfc5905 = std::move(rfc5905.front());
    auto oracle = run(has_reference ? run_oracle_on_reference : run_oracle, situation, options);
    j.row.oracle = figures_of(situation, oracle);
    j.course.oracle = std::move(oracle.front());
    return j;
}

void write_results(
    const std::vector<Row>& rows, const std::vector<Course>& courses, const Options& options)
{
    if (options.csv)
        write(*options.csv, csv(rows, options.seeds));
    if (!options.results)
        return;
    write(*options.results + "/results.csv", csv(rows, options.seeds));
    write(*options.results + "/rms.svg", picture_of_rms(rows));
    write(*options.results + "/courses.svg", picture_of_courses(courses));
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
    std::vector<Row> rows;
    std::vector<Course> courses;
    Figures sum;
    for (const Situation& s : situations()) {
        if (!is_wanted(s, *options))
            continue;
        auto [row, course] = judge(s, *options);
        fmt::print("{}", line(row));
        if (!row.daemon.first_broken.empty())
            fmt::print("    bound broken: {}\n", row.daemon.first_broken);
        std::fflush(stdout);
        sum.claims_checked += row.daemon.claims_checked;
        sum.claims_broken += row.daemon.claims_broken;
        sum.cpu += row.daemon.cpu;
        rows.push_back(std::move(row));
        courses.push_back(std::move(course));
    }
    write_results(rows, courses, *options);
    fmt::print(
        "bound: {} events checked, {} broken; {:.1f} simulated days a second of CPU; {:.0f} s\n",
        sum.claims_checked, sum.claims_broken, static_cast<double>(rows.size()) / sum.cpu.count(),
        Seconds{std::chrono::steady_clock::now() - began}.count());
    for (const int sources : {4, 16}) {
        const Cost cost = cost_of_engine(sources);
        fmt::print("{} sources: {:.1f} us of CPU for a sample, {:.1f} us for a look in between, "
                   "{:.1f} kB a source\n",
            sources, cost.take.count() * 1e6, cost.look.count() * 1e6, cost.source / 1024);
    }
    return sum.claims_broken == 0 ? 0 : 1;
}
