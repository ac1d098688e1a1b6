// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Reading the command line.

#include "bench/serving/load/options.h"

#include "bench/serving/load/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace timeball::load {

namespace {

// Bounds that no run passes, whatever is asked for.
constexpr double longest_run = 24 * 3600; // seconds
constexpr std::uint64_t most_questions = 4'000'000'000; // numbers have 32 bits
constexpr std::uint32_t most_clients = 1u << 24;
constexpr double most_rate = 1e8;
constexpr std::uint32_t most_batch = 256;

using Take = void (*)(Options&, std::string_view value);

struct Option {
    std::string_view word;
    bool has_value;
    Take take;
};

template <class T>
void keep(Options& options, T& where, const auto& value, std::string_view allowed)
{
    if (value)
        where = static_cast<T>(*value);
    else
        options.fault = fmt::format("it is {}", allowed);
}

void keep_number(
    Options& options, auto& where, std::string_view text, std::uint64_t least, std::uint64_t most)
{
    const auto value = whole_number(text, least, most);
    if (value)
        where = static_cast<std::uint32_t>(*value);
    else
        options.fault = fmt::format("it is a number from {} to {}", least, most);
}

void keep_real(Options& options, auto& where, std::string_view text, double least, double most)
{
    const auto value = real_number(text, least, most);
    if (value)
        where = *value;
    else
        options.fault = fmt::format("it is a number from {} to {}", least, most);
}

void take_target(Options& options, std::string_view text)
{
    if (const auto endpoint = parse_endpoint(text)) {
        options.target = *endpoint;
    } else if (const auto address = parse_address(text)) {
        options.target = {*address, options.target.port};
    } else {
        options.fault = fmt::format("'{}' is not an address", text);
    }
}

constexpr Option known[]{
    {"help", false, [](Options& o, std::string_view) { o.wants_help = true; }},
    {"version", false, [](Options& o, std::string_view) { o.wants_version = true; }},
    {"i-own-this-host", true,
        [](Options& o, std::string_view v) {
            o.is_owned = true;
            take_target(o, v);
        }},
    {"port", true,
        [](Options& o, std::string_view v) { keep_number(o, o.target.port, v, 1, 65535); }},
    {"next-hop", true,
        [](Options& o, std::string_view v) {
            keep<std::optional<Address>>(
                o, o.next_hop, std::optional{parse_address(v)}, "an address");
        }},
    {"packets", false, [](Options& o, std::string_view) { o.way = Options::Way::packets; }},
    {"xdp", false, [](Options& o, std::string_view) { o.way = Options::Way::xdp; }},
    {"source-port", true,
        [](Options& o, std::string_view v) { keep_number(o, o.source_port, v, 1, 65535); }},
    {"batch", true,
        [](Options& o, std::string_view v) { keep_number(o, o.batch, v, 1, most_batch); }},
    {"window", true, [](Options& o, std::string_view v) { keep_number(o, o.window, v, 1, 32768); }},
    {"rate", true,
        [](Options& o, std::string_view v) { keep_real(o, o.rate, v, 0.01, most_rate); }},
    {"from", true,
        [](Options& o, std::string_view v) {
            keep<std::optional<Prefix>>(o, o.from, std::optional{parse_prefix(v)}, "a prefix");
        }},
    {"clients", true,
        [](Options& o, std::string_view v) { keep_number(o, o.clients, v, 1, most_clients); }},
    {"random", false, [](Options& o, std::string_view) { o.picks_at_random = true; }},
    {"mix", true,
        [](Options& o, std::string_view v) {
            auto mix = parse_mix(v);
            if (mix)
                o.mix = *mix;
            else
                o.fault = mix.error();
        }},
    {"honest", true,
        [](Options& o, std::string_view v) { keep_number(o, o.honest, v, 1, most_clients); }},
    {"every", true,
        [](Options& o, std::string_view v) {
            const auto value = real_number(v, 0.001, longest_run);
            keep<Seconds>(o, o.every, value, "a number of seconds");
        }},
    {"abusers", true,
        [](Options& o, std::string_view v) { keep_number(o, o.abusers, v, 1, most_clients); }},
    {"abuser-rate", true,
        [](Options& o, std::string_view v) { keep_real(o, o.abuser_rate, v, 0.01, most_rate); }},
    {"spoof", true,
        [](Options& o, std::string_view v) { keep_real(o, o.spoofed_rate, v, 0.01, most_rate); }},
    {"duration", true,
        [](Options& o, std::string_view v) {
            const auto value = real_number(v, 0.001, longest_run);
            keep<Seconds>(o, o.duration, value, "a number of seconds, at most a day");
        }},
    {"count", true,
        [](Options& o, std::string_view v) {
            keep<std::uint64_t>(
                o, o.count, whole_number(v, 1, most_questions), "a number from 1 to 4000000000");
        }},
    {"timeout", true,
        [](Options& o, std::string_view v) {
            const auto value = real_number(v, 0.001, 60);
            if (value)
                o.timeout = rounded(Seconds{*value});
            else
                o.fault = "it is a number of seconds from 0.001 to 60";
        }},
    {"server-ahead", true,
        [](Options& o, std::string_view v) {
            keep<Seconds>(o, o.server_ahead, real_number(v, -1e10, 1e10), "a number of seconds");
        }},
    {"csv", false, [](Options& o, std::string_view) { o.output = Options::Output::csv; }},
    {"json", false, [](Options& o, std::string_view) { o.output = Options::Output::json; }},
};

// What fits together, once all has been read.
std::string fault_of_all(const Options& options)
{
    if (options.target.address.is_any())
        return "whom to ask?";
    if (!options.is_owned && !options.target.address.is_loopback())
        return fmt::format("{} is not a loopback address; if it is yours, say --i-own-this-host {}",
            to_string(options.target.address), to_string(options.target.address));
    if (options.target.address.is_multicast() || options.target.address.is_broadcast())
        return "the target is one host";
    if (options.window && options.rate)
        return "--window and --rate exclude each other";
    if (options.from && options.from->address.family != options.target.address.family)
        return "--from and the target are of different families";
    if (!options.from && (options.clients > 1 || options.spoofed_rate > 0))
        return "many clients need --from";
    if (options.way != Options::Way::sockets && !options.from)
        return "--packets and --xdp need --from: the kernel would refuse answers to its own "
               "address";
    if (options.way != Options::Way::sockets && options.target.address.is_loopback())
        return "--packets and --xdp do not work over loopback";
    const auto all = crowds(options);
    const auto& last = all.back().sources;
    if (options.from && std::uint64_t{last.first} + last.count > room_of(*options.from))
        return fmt::format("{} has no room for so many clients", to_string(*options.from));
    return {};
}

} // namespace

Options parse_options(const std::vector<std::string>& arguments)
{
    Options options;
    options.target = {Address::any(Family::ipv4), 123};
    for (std::size_t i = 0; i < arguments.size() && options.fault.empty(); ++i) {
        const std::string_view argument = arguments[i];
        if (!argument.starts_with("--")) {
            take_target(options, argument);
            continue;
        }
        const auto equals = argument.find('=');
        const auto word = argument.substr(2, equals == argument.npos ? equals : equals - 2);
        const auto option
            = std::ranges::find_if(known, [&](const Option& o) { return o.word == word; });
        if (option == std::end(known))
            options.fault = fmt::format("--{} is not an option", word);
        else if (!option->has_value && equals != argument.npos)
            options.fault = fmt::format("--{} takes no value", word);
        else if (!option->has_value)
            option->take(options, {});
        else if (equals == argument.npos && i + 1 == arguments.size())
            options.fault = fmt::format("--{} needs a value", word);
        else {
            const std::string_view value
                = equals != argument.npos ? argument.substr(equals + 1) : arguments[++i];
            option->take(options, value);
            if (!options.fault.empty())
                options.fault = fmt::format("--{} '{}': {}", word, value, options.fault);
        }
    }
    options.is_alone = options.honest == 0 && options.abusers == 0 && options.spoofed_rate == 0;
    if (options.fault.empty() && !options.wants_help && !options.wants_version)
        options.fault = fault_of_all(options);
    return options;
}

std::vector<Crowd> crowds(const Options& options)
{
    std::vector<Crowd> all;
    std::uint32_t next = 0;
    const auto sources = [&](std::uint32_t count) {
        const Sources s{options.from, next, count};
        next += count;
        return s;
    };
    if (options.has_main()) {
        Crowd main{.name = "clients", .sources = sources(options.clients), .mix = options.mix};
        main.rate = options.rate.value_or(0);
        main.window = options.rate ? 0 : options.window.value_or(32);
        main.picks_at_random = options.picks_at_random;
        all.push_back(std::move(main));
    }
    if (options.honest > 0) {
        all.push_back({.name = "honest", .sources = sources(options.honest)});
        all.back().rate = options.honest / options.every.count();
        all.back().is_individual = true;
    }
    if (options.abusers > 0) {
        all.push_back({.name = "abusers", .sources = sources(options.abusers)});
        all.back().rate = options.abusers * options.abuser_rate;
    }
    if (options.spoofed_rate > 0) {
        // All that is left, up to as many addresses as anybody would make up.
        const std::uint64_t left = options.from ? room_of(*options.from) - next : 1;
        all.push_back({.name = "spoofed",
            .sources
            = sources(static_cast<std::uint32_t>(std::min<std::uint64_t>(left, most_clients)))});
        all.back().rate = options.spoofed_rate;
        all.back().picks_at_random = true;
        all.back().is_spoofed = true;
    }
    return all;
}

std::string_view usage()
{
    return "usage: timeball-load [option ...] LOOPBACK-ADDRESS\n"
           "       timeball-load [option ...] --i-own-this-host ADDRESS\n"
           "  --window N            closed loop: so many questions on their way (32)\n"
           "  --rate R              open loop: so many questions a second\n"
           "  --duration S          seconds (10)\n"
           "  --count N             questions (10^8)\n"
           "  --clients N           different addresses, of --from (1)\n"
           "  --from PREFIX         addresses to ask from\n"
           "  --random              clients ask in no order\n"
           "  --mix KIND[:N],...    v1 v2 v3 v4 interleaved control wrong-mac garbage (v4)\n"
           "  --honest N            clients that ask once in\n"
           "  --every S             so many seconds (1)\n"
           "  --abusers N           clients that ask\n"
           "  --abuser-rate R       so often a second, each (1000)\n"
           "  --spoof R             so many questions a second from addresses made up\n"
           "  --packets             make packets, past the sockets of this machine\n"
           "  --xdp                 the same, and take answers where they enter the machine\n"
           "  --next-hop ADDRESS    a router on the way, for --packets and --xdp\n"
           "  --port PORT           of the server (123)\n"
           "  --source-port PORT    of all clients\n"
           "  --batch N             questions for the kernel at once, at most (32)\n"
           "  --timeout S           after which an answer counts as lost (0.5)\n"
           "  --server-ahead S      of this clock: taken out of the stamp errors\n"
           "  --csv, --json         figures in place of the table\n"
           "  --help, --version\n";
}

} // namespace timeball::load
