// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors

#include "timeball/figures.h"

#include "base/address.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <fmt/format.h>

namespace timeball::console {

namespace {

// Empty when the server does not tell it.
std::string_view find(const Variables& variables, std::string_view name)
{
    const std::string* value = variables.find(name);
    return value ? std::string_view{*value} : std::string_view{};
}

template <class T>
std::optional<T> integer_within(std::string_view text, std::int64_t least, std::int64_t most)
{
    const auto value = control::to_integer(text);
    if (!value || *value < least || *value > most)
        return std::nullopt;
    return static_cast<T>(*value);
}

std::optional<Seconds> milliseconds(std::string_view text)
{
    const auto ms = control::to_number(text);
    return ms ? std::optional{Seconds{*ms * 1e-3}} : std::nullopt;
}

std::optional<Frequency> parts_per_million(std::string_view text)
{
    const auto ppm = control::to_number(text);
    return ppm ? std::optional{Frequency::ppm(*ppm)} : std::nullopt;
}

std::optional<Stratum> stratum(std::string_view text)
{
    const auto value = integer_within<std::uint8_t>(text, 0, 255);
    return value ? std::optional{Stratum{*value}} : std::nullopt;
}

std::optional<Poll> poll(std::string_view text)
{
    const auto value = integer_within<std::int8_t>(text, 0, 99);
    return value ? std::optional{Poll{*value}} : std::nullopt;
}

// The last eight words, when they are numbers: NTPsec 1.2.2 sends octets of old packets before
// them.
std::vector<double> eight(std::string_view text)
{
    std::vector<double> values;
    while (values.size() < 8) {
        const std::size_t end = text.find_last_not_of(" \t");
        if (end == std::string_view::npos)
            return {};
        text = text.substr(0, end + 1);
        const std::size_t blank = text.find_last_of(" \t");
        const std::size_t start = blank == std::string_view::npos ? 0 : blank + 1;
        const auto value = control::to_number(text.substr(start));
        if (!value)
            return {};
        values.insert(values.begin(), *value);
        text = text.substr(0, start);
    }
    return values;
}

std::vector<FilterStage> filter(const Variables& variables)
{
    const auto delay = eight(find(variables, "filtdelay"));
    const auto offset = eight(find(variables, "filtoffset"));
    const auto dispersion = eight(find(variables, "filtdisp"));
    std::vector<FilterStage> stages;
    if (delay.empty() || offset.empty() || dispersion.empty())
        return stages;
    for (std::size_t i = 0; i < 8; ++i)
        stages.push_back(
            {Seconds{delay[i] * 1e-3}, Seconds{offset[i] * 1e-3}, Seconds{dispersion[i] * 1e-3}});
    return stages;
}

std::string first_of(const Variables& variables, std::string_view name, std::string_view older_name)
{
    const std::string_view value = find(variables, name);
    return std::string{value.empty() ? find(variables, older_name) : value};
}

// Letters instead of a number where NTPsec and its kin put two dots around them: ".GPS."
std::string reference_id(const Variables& variables)
{
    std::string_view text = find(variables, "refid");
    if (text.size() > 2 && text.front() == '.' && text.back() == '.')
        text = text.substr(1, text.size() - 2);
    return text == ".." ? std::string{} : std::string{text}; // nothing between the dots
}

bool is_unset(std::string_view address)
{
    return address.empty() || address == "0.0.0.0" || address == "::";
}

// ntpq's column "t".
char type_of(const Variables& variables, const PeerFigures& figures)
{
    if (figures.host_name.find('(') != std::string::npos || figures.address.starts_with("127.127."))
        return 'l';
    if (figures.reference_id == "POOL")
        return 'p';
    const auto cookies = integer_within<int>(find(variables, "ntscookies"), 0, 9);
    const auto address = parse_address(figures.address);
    const bool is_multicast = address && address->is_multicast();
    switch (integer_within<int>(find(variables, "hmode"), 0, 7).value_or(0)) {
    case 1:
        return 's';
    case 2:
        return 'S';
    case 3:
        return cookies ? static_cast<char>('0' + *cookies) : is_multicast ? 'a' : 'u';
    case 5:
        return is_multicast ? 'M' : 'B';
    case 6:
        return 'b';
    default:
        return '-';
    }
}

} // namespace

std::optional<ntp::Timestamp> timestamp(std::string_view text)
{
    if (!text.starts_with("0x"))
        return std::nullopt;
    text.remove_prefix(2);
    const std::size_t point = text.find('.');
    if (point == std::string_view::npos)
        return std::nullopt;
    std::uint32_t halves[2] = {0, 0};
    const std::string_view parts[2] = {text.substr(0, point), text.substr(point + 1)};
    for (int i : {0, 1}) {
        const auto [end, error]
            = std::from_chars(parts[i].data(), parts[i].data() + parts[i].size(), halves[i], 16);
        if (error != std::errc{} || end != parts[i].data() + parts[i].size())
            return std::nullopt;
    }
    const ntp::Timestamp t{std::uint64_t{halves[0]} << 32 | halves[1]};
    return t.is_zero() ? std::nullopt : std::optional{t};
}

Seconds between(ntp::Timestamp then, ntp::Timestamp now)
{
    return Seconds{
        std::ldexp(static_cast<double>(static_cast<std::int64_t>(now.bits - then.bits)), -32)};
}

bool SystemFigures::is_synchronized() const
{
    return leap && *leap != Leap::unsynchronized && stratum && stratum->value < 16;
}

std::optional<Seconds> SystemFigures::error_bound() const
{
    if (!root_delay || !root_dispersion)
        return std::nullopt;
    return *root_delay / 2 + *root_dispersion;
}

std::optional<Seconds> SystemFigures::since_update() const
{
    if (!clock || !reference_time)
        return std::nullopt;
    return between(*reference_time, *clock);
}

SystemFigures system_figures(const Variables& variables)
{
    const auto told = [&](std::string_view name) { return find(variables, name); };
    SystemFigures s;
    if (const auto leap = integer_within<std::uint8_t>(told("leap"), 0, 3))
        s.leap = Leap(*leap);
    s.stratum = stratum(told("stratum"));
    s.reference_id = reference_id(variables);
    s.peer.value = integer_within<std::uint16_t>(told("peer"), 0, 65535).value_or(0);
    s.offset = milliseconds(told("offset"));
    s.root_delay = milliseconds(told("rootdelay"));
    s.root_dispersion = milliseconds(told("rootdisp"));
    s.system_jitter = milliseconds(told("sys_jitter"));
    s.clock_jitter = milliseconds(told("clk_jitter"));
    s.frequency = parts_per_million(told("frequency"));
    s.wander = parts_per_million(told("clk_wander"));
    s.time_constant = poll(told("tc"));
    s.clock = timestamp(told("clock"));
    s.reference_time = timestamp(told("reftime"));
    s.tai = integer_within<int>(told("tai"), -1000, 1000);
    s.leap_second = told("leapsec");
    s.leap_expiry = told("expire");
    s.version = told("version");
    s.system = told("system");
    return s;
}

ServedFigures served_figures(const Variables& variables)
{
    const auto count = [&](std::string_view name) {
        return integer_within<std::uint64_t>(find(variables, name), 0, INT64_MAX);
    };
    ServedFigures s;
    if (const auto uptime = control::to_number(find(variables, "ss_uptime")))
        s.uptime = Seconds{*uptime};
    // Who looks at a quiet server should not take his own questions for its clients'.
    s.received = count("ss_received");
    if (const auto control = count("ss_numctlreq"); s.received && control)
        *s.received -= std::min(*s.received, *control);
    s.processed = count("ss_processed");
    s.limited = count("ss_limited");
    s.kisses = count("ss_kodsent");
    s.restricted = count("ss_restricted");
    s.bad_format = count("ss_badformat");
    s.bad_auth = count("ss_badauth");
    s.declined = count("ss_declined");
    return s;
}

std::vector<Restriction> restrictions_of(const Variables& variables)
{
    std::vector<Restriction> rows;
    for (int number = 0;; ++number) {
        const auto told = [&](const char* name) {
            return std::string{find(variables, fmt::format("{}.{}", name, number))};
        };
        Restriction row{told("addr"), told("mask"), 0, told("flags")};
        if (row.address.empty())
            return rows;
        row.hits = integer_within<std::uint64_t>(told("hits"), 0, INT64_MAX).value_or(0);
        if (is_unset(row.mask) && is_unset(row.address)) {
            row.address = row.address == "::" ? "default (IPv6)" : "default (IPv4)";
            row.mask.clear();
        }
        rows.push_back(std::move(row));
    }
}

PeerFigures peer_figures(const Variables& variables)
{
    const auto told = [&](std::string_view name) { return find(variables, name); };
    PeerFigures p;
    p.host_name = told("srchost");
    p.address = first_of(variables, "srcadr", "src");
    p.local_address = first_of(variables, "dstadr", "dst");
    p.reference_id = reference_id(variables);
    p.stratum = stratum(told("stratum"));
    p.type = type_of(variables, p);
    const auto host_poll = poll(told("hpoll"));
    const auto peer_poll = poll(told("ppoll"));
    p.poll = host_poll && peer_poll ? std::min(host_poll, peer_poll)
                                    : (host_poll ? host_poll : peer_poll);
    p.reach = integer_within<std::uint8_t>(told("reach"), 0, 255);
    p.flash = integer_within<std::uint16_t>(told("flash"), 0, 65535);
    p.offset = milliseconds(told("offset"));
    p.delay = milliseconds(told("delay"));
    p.jitter = milliseconds(told("jitter"));
    p.dispersion = milliseconds(told("dispersion"));
    p.root_delay = milliseconds(told("rootdelay"));
    p.root_dispersion = milliseconds(told("rootdisp"));
    p.received = timestamp(told("rec"));
    p.filter = filter(variables);
    return p;
}

std::string PeerFigures::name(bool is_numeric) const
{
    if (!host_name.empty() && (!is_numeric || is_refclock() || is_unset(address)))
        return host_name;
    return address.empty() ? host_name : address;
}

std::optional<Seconds> PeerFigures::root_distance() const
{
    if (!delay || !dispersion || !root_delay || !root_dispersion || !jitter)
        return std::nullopt;
    return (*delay + *root_delay) / 2 + *dispersion + *root_dispersion + *jitter;
}

std::optional<Seconds> PeerFigures::since_received(ntp::Timestamp now) const
{
    return received ? std::optional{between(*received, now)} : std::nullopt;
}

PeerStatus peer_status(std::uint16_t word)
{
    const unsigned status = word >> 8;
    return {.is_configured = (status & 0x80) != 0,
        .wants_authentication = (status & 0x40) != 0,
        .is_authentic = (status & 0x20) != 0,
        .is_reachable = (status & 0x10) != 0,
        .is_broadcast = (status & 0x08) != 0,
        .select = sync::Select(status & 0x07),
        .event_count = word >> 4 & 0xfu,
        .event_code = word & 0xfu};
}

} // namespace timeball::console
