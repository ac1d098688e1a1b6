// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// timeball-load: loads a time server and judges its answers.

#include "bench/serving/load/options.h"
#include "bench/serving/load/packet_engine.h"
#include "bench/serving/load/results.h"
#include "bench/serving/load/run.h"
#include "bench/serving/load/socket_engine.h"
#include "config.h"
#include "platform/clock_reading.h"
#include "platform/kernel_random.h"

#include <sys/prctl.h>

#include <csignal>
#include <cstdio>
#include <exception>
#include <memory>
#include <string>

namespace {

using namespace timeball;
using namespace timeball::load;

volatile std::sig_atomic_t is_interrupted = 0;

Instant<Mono> mono()
{
    timespec t{};
    clock_gettime(CLOCK_MONOTONIC, &t);
    return Instant<Mono>{platform::since_zero(t)};
}

std::unique_ptr<Engine> make_engine(const Options& options)
{
    if (options.way != Options::Way::sockets)
        return std::make_unique<PacketEngine>(options);
    return std::make_unique<SocketEngine>(options);
}

int run(const std::vector<std::string>& arguments)
{
    const Options options = parse_options(arguments);
    if (!options.fault.empty()) {
        std::fprintf(stderr, "timeball-load: %s\n%s", options.fault.c_str(), usage().data());
        return 2;
    }
    if (options.wants_help || options.wants_version) {
        std::fputs(
            options.wants_help ? usage().data() : "timeball-load " PACKAGE_VERSION "\n", stdout);
        return 0;
    }
    for (const int signal : {SIGINT, SIGTERM})
        std::signal(signal, [](int) { is_interrupted = 1; });
    prctl(PR_SET_TIMERSLACK, 1UL); // an even pace wants to be woken in time

    const auto engine = make_engine(options);
    std::uint64_t seed = 0;
    platform::KernelRandom{}.fill(std::as_writable_bytes(std::span{&seed, 1}));
    const Outcome outcome = load::run(
        options, {*engine, mono, platform::system_time, [] { return is_interrupted != 0; }, seed});
    const std::string text = options.output == Options::Output::csv ? csv(outcome)
        : options.output == Options::Output::json                   ? json(outcome)
                                                                    : table(options, outcome);
    std::fputs(text.c_str(), stdout);
    return is_good(outcome) ? 0 : 1;
}

} // namespace

int main(int count, char** words)
{
    try {
        return run({words + 1, words + count});
    } catch (const std::exception& fault) {
        std::fprintf(stderr, "timeball-load: %s\n", fault.what());
        return 2;
    }
}
