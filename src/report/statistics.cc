// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The lines of the statistics files.

#include "report/statistics.h"

#include "ntp/reference_id.h"
#include "report/status_word.h"

#include <fmt/format.h>

#include <array>

namespace timeball::report {

namespace {

using namespace std::chrono_literals;

constexpr std::int64_t epoch_day = 40587; // Modified Julian Day of 1970-01-01
constexpr std::int64_t epoch_1900 = 2'208'988'800; // seconds from 1900 to 1970

// The day, and the second of it to the millisecond.
std::string moment(Instant<Utc> when)
{
    const auto since = when.time_since_epoch();
    const auto day = std::chrono::floor<std::chrono::days>(since);
    const auto of_day = std::chrono::floor<std::chrono::milliseconds>(since - day).count();
    return fmt::format("{} {}.{:03}", epoch_day + day.count(), of_day / 1000, of_day % 1000);
}

// Seconds of the protocol's own count, exact to the nanosecond; 0 for what was never.
std::string stamp(Instant<Utc> t)
{
    if (t == Instant<Utc>{})
        return "0.000000000";
    const auto whole = std::chrono::floor<std::chrono::seconds>(t.time_since_epoch());
    return fmt::format(
        "{}.{:09}", epoch_1900 + whole.count(), (t.time_since_epoch() - whole).count());
}

std::string name_of(const Association& source)
{
    return source.is_refclock ? source.host_name : to_string(source.remote.address);
}

constexpr std::array<std::string_view, 16> system_events{"unspecified", "freq_not_set", "freq_set",
    "spike_detect", "freq_mode", "clock_sync", "restart", "panic_stop", "no_sys_peer", "leap_armed",
    "leap_disarmed", "leap_event", "clock_step", "kern", "TAI", "stale_leapsecond_values"};
constexpr std::array<std::string_view, 16> peer_events{"", "mobilize", "demobilize", "unreachable",
    "reachable", "restart", "no_reply", "rate_exceeded", "access_denied", "leap_armed", "sys_peer",
    "clock_event", "bad_auth", "popcorn", "interleave_mode", "interleave_error"};

} // namespace

std::string loopstats_line(Instant<Utc> when, const sync::SystemState& system)
{
    return fmt::format("{} {:.9f} {:.6f} {:.9f} {:.6f} {}", moment(when), system.offset.count(),
        system.frequency.ppm(), system.clock_jitter.count(), system.wander.ppm(),
        system.time_constant.log2);
}

std::string peerstats_line(Instant<Utc> when, const Association& source)
{
    const sync::SourceView& v = source.view;
    return fmt::format("{} {} {:x} {:.9f} {:.9f} {:.9f} {:.9f}", moment(when), name_of(source),
        peer_status(source), v.offset.count(), v.delay.count(), v.dispersion.count(),
        v.jitter.count());
}

std::string rawstats_line(Instant<Utc> when, const RawReply& r)
{
    return fmt::format("{} {} {} {} {} {} {} {} {} {} {} {} {} {:.6f} {:.6f} {} {} {} {:x}",
        moment(when), to_string(r.remote.address), to_string(r.local.address), stamp(r.origin),
        stamp(r.receive), stamp(r.transmit), stamp(r.destination), static_cast<int>(r.leap),
        r.version, r.mode, r.stratum.value == 0 ? 16 : r.stratum.value, r.poll.log2,
        r.precision.log2, r.root_delay.count(), r.root_dispersion.count(),
        to_string(r.reference_id, r.stratum), r.sent, r.bogus, r.flash);
}

std::string clockstats_line(
    Instant<Utc> when, std::string_view clock_name, std::string_view timecode)
{
    return fmt::format("{} {} {}", moment(when), clock_name, timecode);
}

std::string sysstats_line(Instant<Utc> when, Seconds since, const ServerCounters& c)
{
    return fmt::format("{} {} {} {} {} {} {} {} {} {} {} {} {}", moment(when),
        static_cast<std::int64_t>(since.count()), c.received, c.processed, c.this_version,
        c.old_version, c.restricted, c.bad_format, c.bad_auth, c.declined, c.limited, c.kisses_sent,
        c.version1);
}

ResourceUse ResourceUse::since(const ResourceUse& earlier) const
{
    ResourceUse d = *this;
    d.user -= earlier.user;
    d.system -= earlier.system;
    d.minor_faults -= earlier.minor_faults;
    d.major_faults -= earlier.major_faults;
    d.swaps -= earlier.swaps;
    d.blocks_in -= earlier.blocks_in;
    d.blocks_out -= earlier.blocks_out;
    d.waits -= earlier.waits;
    d.preemptions -= earlier.preemptions;
    d.signals -= earlier.signals;
    return d;
}

std::string usestats_line(Instant<Utc> when, Seconds since, const ResourceUse& use)
{
    return fmt::format("{} {} {:.3f} {:.3f} {} {} {} {} {} {} {} {} {}", moment(when),
        static_cast<std::int64_t>(since.count()), use.user.count(), use.system.count(),
        use.minor_faults, use.major_faults, use.swaps, use.blocks_in, use.blocks_out, use.waits,
        use.preemptions, use.signals, use.most_memory);
}

std::string event_name(std::uint8_t code)
{
    const std::size_t number = code & 0x7f;
    const auto& names = (code & 0x80) != 0 ? peer_events : system_events;
    if (number >= names.size() || names[number].empty())
        return fmt::format("code_{:02x}", code);
    return std::string{names[number]};
}

std::string protostats_line(Instant<Utc> when, std::string_view source, std::uint16_t status,
    std::uint8_t code, std::string_view text)
{
    return fmt::format("{} {} {:04x} {:02x} {}{}{}", moment(when), source, status, code,
        event_name(code), text.empty() ? "" : " ", text);
}

} // namespace timeball::report
