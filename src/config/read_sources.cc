// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Where time comes from: server, pool, peer, refclock, and what changes them afterwards (unpeer,
// fudge, device).

#include "config/directives.h"
#include "config/drivers.h"
#include "config/source_words.h"
#include "config/suggest.h"
#include "config/words.h"

#include <fmt/format.h>

#include <algorithm>

namespace timeball::config {

namespace {

// 127.127.t.u, the classic name of a reference clock.
struct ClockAddress {
    int number, unit;
};

std::optional<ClockAddress> parse_clock_address(std::string_view host)
{
    const auto address = parse_address(host);
    if (!address || address->family != Family::ipv4 || address->to_ipv4() >> 16 != 0x7f7f)
        return std::nullopt;
    return ClockAddress{static_cast<int>(address->to_ipv4() >> 8 & 0xff),
        static_cast<int>(address->to_ipv4() & 0xff)};
}

std::string host_of(const RefclockConfig& clock)
{
    if (clock.number)
        return fmt::format("127.127.{}.{}", *clock.number, clock.unit);
    std::string name = clock.driver;
    for (char& c : name)
        c = static_cast<char>(c - 'a' + 'A');
    return fmt::format("{}({})", name, clock.unit);
}

bool is_left_out_for_safety(
    Draft& draft, const Line& line, const std::vector<Skipped>& skipped, const Token& host)
{
    for (const Skipped& s : skipped)
        if (s.meant == "key" || s.meant == "nts") {
            draft.warn(line, s.found.column,
                fmt::format("{} was left out: without '{}' its time would not be authenticated",
                    quoted(host.text), s.meant));
            return true;
        }
    return false;
}

// Polls are given alone or in pairs, in any order.
void settle_polls(Draft& draft, const Line& line, SourceDraft& said)
{
    SourceConfig& source = said.source;
    const bool is_clock = source.type == SourceType::refclock;
    if (is_clock && !said.has_maxpoll)
        source.maxpoll = source.minpoll;
    if (source.maxpoll >= source.minpoll)
        return;
    if (said.has_maxpoll)
        draft.warn(line, 0,
            fmt::format("'maxpoll' {} is below 'minpoll' {}; {} is taken for both",
                source.maxpoll.log2, source.minpoll.log2, source.minpoll.log2));
    source.maxpoll = source.minpoll;
}

void add(Draft& draft, const Line& line, SourceConfig source, const Token& host)
{
    source.file = line.file();
    source.line = line.number();
    if (!draft.source_identities.insert(identity(source)).second) {
        draft.warn(line, host.column,
            fmt::format("{} is configured already; the line was skipped", quoted(host.text)));
        return;
    }
    draft.config.live.sources.push_back(std::move(source));
}

// What is wrong with an address as an upstream, or nothing.
std::string_view fault_of(std::string_view host)
{
    const auto percent = host.find('%'); // an interface's name may stand for the scope
    const auto address = parse_address(host.substr(0, percent));
    if (!address)
        return is_host_name(host) ? "" : "is neither an address nor a name";
    if (address->is_any())
        return "is no server's address";
    if (address->is_multicast() || address->is_broadcast())
        return "is not the address of one server";
    return {};
}

bool is_public_pool(std::string_view host)
{
    return host.ends_with("pool.ntp.org");
}

// A host may carry the port of its NTS key exchange: "nts.example.net:4460".
void split_port(Draft& draft, const Line& line, SourceConfig& source, const Token& host)
{
    std::string& text = source.host;
    if (text.size() > 1 && text.front() == '[' && text.back() == ']')
        text = text.substr(1, text.size() - 2);
    const auto colon = text.rfind(':');
    if (colon == text.npos || parse_address(text) || text.find('%') < colon)
        return;
    const auto port = parse_number(std::string_view{text}.substr(colon + 1));
    if (!port.is_integer || port.value < 1 || port.value > 65535)
        return;
    text = text.substr(0, colon);
    if (text.size() > 1 && text.front() == '[' && text.back() == ']')
        text = text.substr(1, text.size() - 2);
    if (source.nts) {
        source.nts_port = static_cast<std::uint16_t>(port.value);
        return;
    }
    draft.warn(line, host.column,
        fmt::format("{}: a port stands behind the name of an NTS server only (did you mean "
                    "'port {}'?); it was skipped, the rest of the line applied",
            quoted(host.text), static_cast<int>(port.value)));
}

void shorten_reference_id(Draft& draft, const Line& line, std::string& id)
{
    if (id.size() <= 4)
        return;
    draft.warn(line, 0,
        fmt::format("'refid' has at most four characters; {} became {}", quoted(id),
            quoted(id.substr(0, 4))));
    id.resize(4);
}

void finish_clock(Draft& draft, const Line& line, SourceDraft& said, const Token& name)
{
    RefclockConfig& clock = said.clock;
    shorten_reference_id(draft, line, clock.reference_id);
    said.source.refclock = clock;
    said.source.host = host_of(clock);
    // Two devices of a driver that is told apart by path or network need not be numbered by hand.
    while (!said.has_unit && (!clock.path.empty() || clock.driver == "ptp")
        && draft.source_identities.count(identity(said.source)) > 0 && clock.unit < 255) {
        ++clock.unit;
        said.source.refclock = clock;
        said.source.host = host_of(clock);
    }
    settle_polls(draft, line, said);
    if (clock.driver == "local")
        draft.warn(line, name.column,
            "the local clock is not a source of time: a server that others rely on should not use "
            "it ('tos orphan' serves an isolated network better)");
    add(draft, line, said.source, name);
}

SourceDraft clock_draft(const DriverName& driver, int unit)
{
    SourceDraft said;
    said.source.type = SourceType::refclock;
    said.clock.driver = driver.name;
    said.clock.number = driver.number;
    said.clock.unit = unit;
    said.clock.stratum = driver.name == "local" ? std::optional<Stratum>{Stratum{5}} : std::nullopt;
    return said;
}

void read_classic_clock(Draft& draft, Line& line, std::string_view directive, const Token& host,
    const ClockAddress& address)
{
    const DriverName* driver = find_driver(address.number);
    if (driver == nullptr || !driver->is_ours) {
        draft.warn(line, host.column,
            fmt::format("{}: reference clock driver {}{} is not supported; the clock was left out",
                quoted(host.text), address.number,
                driver == nullptr ? "" : fmt::format(" ({})", driver->name)));
        return;
    }
    SourceDraft said = clock_draft(*driver, address.unit);
    said.has_unit = true;
    read_words<SourceDraft>(draft, line, directive, "refclock", clock_words(), said);
    finish_clock(draft, line, said, host);
}

void read_upstream(Draft& draft, Line& line, std::string_view directive, SourceType type)
{
    SourceDraft said;
    SourceConfig& source = said.source;
    source.type = type;
    auto host = line.string();
    for (; host && (host->text == "-4" || host->text == "-6"); host = line.string())
        source.family = host->text == "-4" ? Family::ipv4 : Family::ipv6;
    if (!host || host->text.empty()) {
        draft.warn(line, 0,
            fmt::format("'{}' wants a name or an address; the line was skipped", directive));
        return;
    }
    if (const auto clock = parse_clock_address(host->text))
        return read_classic_clock(draft, line, directive, *host, *clock);

    const auto skipped
        = read_words<SourceDraft>(draft, line, directive, "server", server_words(), said);
    if (is_left_out_for_safety(draft, line, skipped, *host))
        return;
    source.host = host->text;
    split_port(draft, line, source, *host);
    if (const auto fault = fault_of(source.host); !fault.empty()) {
        draft.warn(line, host->column,
            fmt::format("{} {}; the line was skipped", quoted(host->text), fault));
        return;
    }
    if (const auto address = parse_address(source.host);
        address && source.family && *source.family != address->family) {
        draft.warn(line, host->column,
            fmt::format("{} is of the other family; the line was skipped", quoted(host->text)));
        return;
    }
    if (source.burst && (type == SourceType::pool || is_public_pool(source.host))) {
        draft.warn(line, host->column,
            fmt::format("'burst' is for servers of one's own, not for the pool {}; the word was "
                        "skipped, the rest of the line applied ('iburst' is welcome)",
                quoted(host->text)));
        source.burst = false;
    }
    if (type == SourceType::peer)
        draft.say(draft.is_change ? Diagnostic::Severity::note : Diagnostic::Severity::warning,
            line, 1,
            fmt::format("'peer': {} is used as a server; symmetric associations are not made",
                quoted(host->text)));
    settle_polls(draft, line, said);
    add(draft, line, source, *host);
}

// The clock that a fudge or device line speaks of.
SourceConfig* find_clock(Draft& draft, Line& line, std::string_view directive)
{
    const auto name = line.string();
    const auto address = name ? parse_clock_address(name->text) : std::nullopt;
    if (!address) {
        draft.warn(line, name ? name->column : 0,
            fmt::format("'{}' wants the address of a reference clock, 127.127.t.u; the line was "
                        "skipped",
                directive));
        return nullptr;
    }
    for (SourceConfig& source : draft.config.live.sources)
        if (source.refclock && source.refclock->number == address->number
            && source.refclock->unit == address->unit)
            return &source;
    draft.warn(line, name->column,
        fmt::format("there is no reference clock {}; the line was skipped", quoted(name->text)));
    return nullptr;
}

void apply_fudge(Draft& draft, Line line)
{
    line.word();
    SourceConfig* source = find_clock(draft, line, "fudge");
    if (source == nullptr)
        return;
    SourceDraft said{.source = *source, .clock = *source->refclock};
    read_words<SourceDraft>(draft, line, "fudge", "refclock", clock_words(), said);
    said.clock.unit = source->refclock->unit;
    shorten_reference_id(draft, line, said.clock.reference_id);
    source->refclock = said.clock;
}

void apply_device(Draft& draft, Line line)
{
    line.word();
    SourceConfig* source = find_clock(draft, line, "device");
    if (source == nullptr)
        return;
    SourceDraft said{.source = *source, .clock = *source->refclock};
    read_words<SourceDraft>(draft, line, "device", "device", device_words(), said);
    source->refclock = said.clock;
}

void apply_unpeer(Draft& draft, Line line)
{
    line.word();
    auto& sources = draft.config.live.sources;
    const auto what = line.string();
    if (!what) {
        draft.warn(line, 0, "'unpeer' wants an address, a name or a clock; the line was skipped");
        return;
    }
    std::string host = what->text;
    if (host == "clock") {
        const auto name = line.word();
        const auto word = line.word();
        const auto unit = line.word();
        const DriverName* driver = name ? find_driver(name->text) : nullptr;
        RefclockConfig clock;
        clock.driver = driver ? driver->name : "";
        clock.number = driver ? driver->number : std::nullopt;
        clock.unit = word && word->text == "unit" && unit
            ? static_cast<int>(std::clamp(parse_number(unit->text).value, 0.0, 255.0))
            : 0;
        host = driver ? host_of(clock) : "";
    }
    if (host.size() > 1 && host.front() == '[' && host.back() == ']')
        host = host.substr(1, host.size() - 2);
    const auto gone = std::remove_if(sources.begin(), sources.end(), [&](const SourceConfig& s) {
        if (s.host != host)
            return false;
        draft.source_identities.erase(identity(s));
        return true;
    });
    if (gone == sources.end())
        draft.warn(line, what->column,
            fmt::format("{} is not configured: nothing was removed", quoted(what->text)));
    sources.erase(gone, sources.end());
}

} // namespace

void read_server(Draft& draft, Line& line)
{
    read_upstream(draft, line, "server", SourceType::server);
}

void read_pool(Draft& draft, Line& line)
{
    read_upstream(draft, line, "pool", SourceType::pool);
}

void read_peer(Draft& draft, Line& line)
{
    read_upstream(draft, line, "peer", SourceType::peer);
}

void read_refclock(Draft& draft, Line& line)
{
    const auto name = line.string();
    const DriverName* driver = name ? find_driver(name->text) : nullptr;
    if (driver == nullptr || !driver->is_ours) {
        std::vector<std::string_view> known;
        for (const DriverName& d : driver_names())
            if (d.is_ours)
                known.push_back(d.name);
        const auto meant = name && driver == nullptr ? suggestion(name->text, known) : "";
        draft.warn(line, name ? name->column : 0,
            fmt::format("reference clock driver {} is not supported{}; the clock was left out",
                name ? quoted(name->text) : "''",
                meant.empty() ? "" : fmt::format(" (did you mean '{}'?)", meant)));
        return;
    }
    SourceDraft said = clock_draft(*driver, 0);
    read_words<SourceDraft>(draft, line, "refclock", "refclock", clock_words(), said);
    finish_clock(draft, line, said, *name);
}

void read_unpeer(Draft& draft, Line& line)
{
    draft.unpeers.push_back(Line{line.text(), line.file(), line.number()});
}

void read_fudge(Draft& draft, Line& line)
{
    draft.fudges.push_back(Line{line.text(), line.file(), line.number()});
}

void read_device(Draft& draft, Line& line)
{
    draft.devices.push_back(Line{line.text(), line.file(), line.number()});
}

void add_command_line_server(Draft& draft, const std::string& host)
{
    Line line{"server " + host + " iburst", "", 0};
    line.word();
    read_server(draft, line);
}

void finish_sources(Draft& draft)
{
    for (const Line& line : draft.unpeers)
        apply_unpeer(draft, line);
    for (const Line& line : draft.fudges)
        apply_fudge(draft, line);
    for (const Line& line : draft.devices)
        apply_device(draft, line);
}

} // namespace timeball::config
