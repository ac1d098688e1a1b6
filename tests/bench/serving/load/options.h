// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The command line of timeball-load.

#include "base/address.h"
#include "bench/serving/load/crowd.h"
#include "time/time.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace timeball::load {

struct Options {
    Endpoint target;
    bool is_owned = false; // the target was given with --i-own-this-host
    std::optional<Address> next_hop; // where packets go first; else the target itself

    enum class Way { sockets, packets, xdp };
    Way way = Way::sockets;
    std::uint16_t source_port = 0; // 0: any
    std::uint32_t batch = 32; // datagrams handed to the kernel at once, at most

    std::optional<std::uint32_t> window; // a closed loop
    std::optional<double> rate; // an open one; else a closed one with a window of 32
    std::optional<Prefix> from;
    std::uint32_t clients = 1;
    Mix mix{Kind::v4};
    bool picks_at_random = false;

    std::uint32_t honest = 0; // clients that ask once in `every`
    Seconds every{1};
    std::uint32_t abusers = 0;
    double abuser_rate = 1000; // of each, a second
    double spoofed_rate = 0; // of all, a second
    bool is_alone = true; // the main crowd: none when only the three above are asked for

    Seconds duration{10};
    std::uint64_t count = 100'000'000; // questions of all crowds
    Nanoseconds timeout = std::chrono::milliseconds{500};
    Seconds server_ahead{0}; // of the server's clock to ours: taken out of the stamp errors

    enum class Output { table, csv, json };
    Output output = Output::table;
    bool has_main() const { return window || rate || is_alone; }

    bool wants_help = false;
    bool wants_version = false;
    std::string fault; // when not empty: what is wrong, and nothing else counts
};

Options parse_options(const std::vector<std::string>& arguments);

// The crowds that are asked for. Their sources do not overlap.
std::vector<Crowd> crowds(const Options& options);

std::string_view usage(); // several lines

} // namespace timeball::load
