// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Reading what is asked of the list of clients, and writing rows.

#include "control/client_question.h"

#include "control/variables.h"
#include "ntp/timestamp.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace timeball::control {

namespace {

constexpr std::size_t most_fragments = 128; // that may be asked for
constexpr std::size_t most_rows = 256;
constexpr std::size_t most_points = 16;
constexpr std::size_t room_for_end = 64; // "now=..., last.newest=..."

std::optional<Endpoint> endpoint_in(std::string_view text)
{
    const auto colon = text.rfind(':');
    if (colon == text.npos)
        return std::nullopt;
    const auto address = parse_address(text.substr(0, colon));
    const auto port = to_integer(text.substr(colon + 1));
    if (!address || !port || *port < 0 || *port > 65535)
        return std::nullopt;
    return Endpoint{*address, static_cast<std::uint16_t>(*port)};
}

// Reads one number of a request. False: it is none, or beyond the bounds.
template <class Number>
bool take(const Variable& v, Number& to, long long least, long long most)
{
    const auto value = to_integer(v.value);
    if (!value || *value < least || *value > most)
        return false;
    to = static_cast<Number>(*value);
    return true;
}

bool take(const Variable& v, std::optional<Seconds>& to)
{
    const auto value = to_number(v.value);
    if (!value || !(*value >= 0) || *value > 1e9)
        return false;
    to = Seconds{*value};
    return true;
}

// "addr.3": 3.
std::optional<std::size_t> index_in(std::string_view name, std::string_view stem)
{
    if (!name.starts_with(stem))
        return std::nullopt;
    name.remove_prefix(stem.size());
    std::size_t index = 0;
    const auto [end, fault] = std::from_chars(name.data(), name.data() + name.size(), index);
    if (fault != std::errc{} || end != name.data() + name.size() || index >= most_points)
        return std::nullopt;
    return index;
}

struct Points {
    std::array<std::optional<Endpoint>, most_points> from;
    std::array<std::optional<Instant<Mono>>, most_points> last;
};

bool take_point(
    const Variable& v, Points& points, const WireTime& wire, Instant<Mono> now, bool& is_sound)
{
    if (const auto index = index_in(v.name, "addr.")) {
        points.from[*index] = endpoint_in(v.value);
        is_sound = points.from[*index].has_value();
        return true;
    }
    if (const auto index = index_in(v.name, "last.")) {
        points.last[*index] = wire.read(v.value, now);
        is_sound = points.last[*index].has_value();
        return true;
    }
    return false;
}

bool take_number(const Variable& v, ClientQuestion& q, bool& has_measure)
{
    constexpr long long most = 0xffffffff;
    ClientFilter& f = q.filter;
    if (v.name == "frags") {
        has_measure = true;
        const bool is_good = take(v, q.fragments, 1, most_fragments);
        q.fragments = std::min(q.fragments, max_fragments);
        return is_good;
    }
    if (v.name == "limit") {
        has_measure = true;
        return take(v, q.rows, 1, most_rows);
    }
    if (v.name == "recent")
        return take(v, q.recent, 0, most);
    if (v.name == "mincount")
        return take(v, f.least_packets, 0, most);
    if (v.name == "mindrop")
        return take(v, f.least_dropped, 0, most);
    if (v.name == "resall")
        return take(v, f.all_flags, 0, most);
    if (v.name == "resany")
        return take(v, f.any_flags, 0, most);
    if (v.name == "maxlstint")
        return take(v, f.longest_silence);
    if (v.name == "minlstint")
        return take(v, f.shortest_silence);
    if (v.name == "minscore") {
        const auto value = to_number(v.value);
        f.least_score = value.value_or(0);
        return value.has_value();
    }
    if (v.name == "laddr") {
        // With a port or without: an IPv6 address alone has colons too.
        f.local = parse_address(v.value);
        if (const auto at = f.local ? std::nullopt : endpoint_in(v.value))
            f.local = at->address;
        return f.local.has_value();
    }
    return true; // what is not known here narrows nothing
}

} // namespace

std::string WireTime::text(Instant<Mono> t) const
{
    const auto bits = ntp::to_timestamp(Instant<Utc>{t.time_since_epoch() + utc_minus_mono}).bits;
    return fmt::format("0x{:08x}.{:08x}", bits >> 32, bits & 0xffffffff);
}

std::optional<Instant<Mono>> WireTime::read(std::string_view text, Instant<Mono> now) const
{
    const auto dot = text.find('.');
    if (!text.starts_with("0x") || dot == text.npos)
        return std::nullopt;
    std::uint32_t seconds = 0, fraction = 0;
    const auto hex = [](std::string_view digits, std::uint32_t& to) {
        const char* const end = digits.data() + digits.size();
        const auto [last, fault] = std::from_chars(digits.data(), end, to, 16);
        return fault == std::errc{} && last == end;
    };
    if (!hex(text.substr(2, dot - 2), seconds) || !hex(text.substr(dot + 1), fraction))
        return std::nullopt;
    const Instant<Utc> utc = ntp::to_instant({static_cast<std::uint64_t>(seconds) << 32 | fraction},
        Instant<Utc>{now.time_since_epoch() + utc_minus_mono});
    return Instant<Mono>{utc.time_since_epoch() - utc_minus_mono};
}

std::string_view nonce_in(std::string_view text)
{
    constexpr std::string_view name = "nonce=";
    const auto at = text.find(name);
    if (at == text.npos)
        return {};
    text.remove_prefix(at + name.size());
    return text.substr(0, text.find_first_of(", \r\n"));
}

Result<ClientQuestion, Error> parse_client_question(
    std::string_view text, const WireTime& wire, Instant<Mono> now)
{
    ClientQuestion q;
    Points points;
    bool has_measure = false;
    for (const Variable& v : parse_variables(text)) {
        bool is_sound = true;
        if (!take_point(v, points, wire, now, is_sound))
            is_sound = take_number(v, q, has_measure);
        if (!is_sound)
            return unexpected(Error::bad_value);
    }
    if (!has_measure)
        return unexpected(Error::bad_value);
    for (std::size_t i = 0; i < most_points; ++i)
        if (points.from[i] && points.last[i])
            q.behind.push_back({*points.from[i], *points.last[i]});
    return q;
}

bool is_wanted(const ClientRow& row, const ClientFilter& filter, Instant<Mono> now)
{
    const Seconds silence{now - row.last};
    return row.packets >= filter.least_packets && row.dropped >= filter.least_dropped
        && row.score >= filter.least_score && (row.flags & filter.all_flags) == filter.all_flags
        && (filter.any_flags == 0 || (row.flags & filter.any_flags) != 0)
        && (!filter.longest_silence || silence <= *filter.longest_silence)
        && (!filter.shortest_silence || silence >= *filter.shortest_silence)
        && (!filter.local || filter.local->family == row.from.address.family);
}

ClientReply::ClientReply(const ClientQuestion& question, const WireTime& wire,
    std::string_view nonce, const std::optional<ClientMark>& resumed)
    : wire_{wire},
      room_{question.fragments * max_data - room_for_end},
      most_rows_{question.rows == 0 ? most_rows : question.rows}
{
    if (resumed)
        text_ = fmt::format("last.older={}, addr.older={},\r\n", wire_.text(resumed->last),
            to_string(resumed->from));
    text_ += fmt::format("nonce={}", nonce);
}

bool ClientReply::add(const ClientRow& row)
{
    if (rows_ >= most_rows_)
        return false;
    const std::string line = fmt::format(",\r\naddr.{0}={1}, last.{0}={2}, first.{0}={3}, "
                                         "ct.{0}={4}, mv.{0}={5}, rs.{0}={6:#x}, sc.{0}={7:.3f}, "
                                         "dr.{0}={8}",
        rows_, to_string(row.from), wire_.text(row.last), wire_.text(row.first), row.packets,
        row.version << 3 | row.mode, row.flags, row.score, row.dropped);
    if (text_.size() + line.size() > room_)
        return false;
    text_ += line;
    ++rows_;
    newest_ = row.last;
    return true;
}

std::string ClientReply::finish(bool has_newest, Instant<Mono> now)
{
    if (has_newest) {
        text_ += fmt::format(",\r\nnow={}", wire_.text(now));
        if (rows_ > 0)
            text_ += fmt::format(", last.newest={}", wire_.text(newest_));
    }
    return std::move(text_) + "\r\n";
}

} // namespace timeball::control
