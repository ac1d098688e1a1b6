// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Summaries in text.

#include "timeballq/figures.h"

#include "timeballq/cells.h"
#include "timeballq/cooked.h"
#include "timeballq/units.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace timeball::query {

namespace {

using Form = Figure::Form;

constexpr Figure sysinfo[]{
    {"peeradr", "system peer:      ", Form::address},
    {"peermode", "system peer mode: ", Form::mode},
    {"leap", "leap indicator:   ", Form::leap},
    {"stratum", "stratum:          ", Form::number},
    {"precision", "log2 precision:   ", Form::number},
    {"rootdelay", "root delay:       ", Form::number},
    {"rootdisp", "root dispersion:  ", Form::number},
    {"rootdist", "root distance     ", Form::number},
    {"refid", "reference ID:     ", Form::text},
    {"reftime", "reference time:   ", Form::date},
    {"sys_jitter", "system jitter:    ", Form::number},
    {"clk_jitter", "clock jitter:     ", Form::number},
    {"clk_wander", "clock wander:     ", Form::number},
    {"authdelay", "symm. auth. delay:", Form::number},
};

constexpr Figure kerninfo[]{
    {"koffset", "pll offset:          ", Form::number},
    {"kfreq", "pll frequency:       ", Form::number},
    {"kmaxerr", "maximum error:       ", Form::number},
    {"kesterr", "estimated error:     ", Form::number},
    {"kstflags", "kernel status:       ", Form::text},
    {"ktimeconst", "pll time constant:   ", Form::number},
    {"kprecis", "precision:           ", Form::number},
    {"kfreqtol", "frequency tolerance: ", Form::number},
    {"kppsfreq", "pps frequency:       ", Form::number},
    {"kppsstab", "pps stability:       ", Form::number},
    {"kppsjitter", "pps jitter:          ", Form::number},
    {"kppscalibdur", "calibration interval ", Form::number},
    {"kppscalibs", "calibration cycles:  ", Form::number},
    {"kppsjitexc", "jitter exceeded:     ", Form::number},
    {"kppsstbexc", "stability exceeded:  ", Form::number},
    {"kppscaliberrs", "calibration errors:  ", Form::number},
};

constexpr Figure sysstats[]{
    {"ss_uptime", "uptime:               ", Form::uptime},
    {"ss_numctlreq", "control requests:     ", Form::number},
};

constexpr Figure sysstats_twice[]{
    {"ss_reset", "sysstats reset:       ", Form::uptime},
    {"ss_received", "packets received:     ", Form::packets},
    {"ss_thisver", "current version:      ", Form::packets},
    {"ss_oldver", "older version:        ", Form::packets},
    {"ss_ver1", "NTPv1 total:          ", Form::packets},
    {"ss_ver1client", "NTPv1 clients:        ", Form::packets},
    {"ss_ver1zero", "NTPv1 mode0:          ", Form::packets},
    {"ss_ver1symm", "NTPv1 symm act:       ", Form::packets},
    {"ss_badformat", "bad length or format: ", Form::packets},
    {"ss_badauth", "authentication failed:", Form::packets},
    {"ss_declined", "declined:             ", Form::packets},
    {"ss_restricted", "restricted:           ", Form::packets},
    {"ss_limited", "rate limited:         ", Form::packets},
    {"ss_kodsent", "KoD responses:        ", Form::packets},
    {"ss_processed", "processed for time:   ", Form::packets},
};

constexpr Figure monstats[]{
    {"mru_enabled", "enabled:              ", Form::number},
    {"mru_hashslots", "hash slots in use:    ", Form::number},
    {"mru_depth", "addresses in use:     ", Form::number},
    {"mru_deepest", "peak addresses:       ", Form::number},
    {"mru_maxdepth", "maximum addresses:    ", Form::number},
    {"mru_mindepth", "reclaim above count:  ", Form::number},
    {"mru_maxage", "reclaim maxage:       ", Form::uptime},
    {"mru_minage", "reclaim minage:       ", Form::uptime},
    {"mru_mem", "kilobytes:            ", Form::number},
    {"mru_maxmem", "maximum kilobytes:    ", Form::number},
    {"mru_exists", "alloc: exists:        ", Form::number},
    {"mru_new", "alloc: new:           ", Form::number},
    {"mru_recycleold", "alloc: recycle old:   ", Form::number},
    {"mru_recyclefull", "alloc: recycle full:  ", Form::number},
    {"mru_none", "alloc: none:          ", Form::number},
    {"mru_oldest_age", "age of oldest slot:   ", Form::uptime},
};

constexpr Figure iostats[]{
    {"iostats_reset", "time since reset:     ", Form::uptime},
    {"total_rbuf", "receive buffers:      ", Form::number},
    {"free_rbuf", "free receive buffers: ", Form::number},
    {"used_rbuf", "used receive buffers: ", Form::number},
    {"rbuf_lowater", "low water refills:    ", Form::number},
    {"io_dropped", "dropped packets:      ", Form::packets},
    {"io_ignored", "ignored packets:      ", Form::packets},
    {"io_received", "received packets:     ", Form::packets},
    {"io_sent", "packets sent:         ", Form::packets},
    {"io_sendfailed", "packet send failures: ", Form::packets},
    {"io_wakeups", "input wakeups:        ", Form::number},
    {"io_goodwakeups", "useful input wakeups: ", Form::number},
};

constexpr Figure timerstats[]{
    {"timerstats_reset", "time since reset:  ", Form::uptime},
    {"timer_overruns", "timer overruns:    ", Form::number},
    {"timer_xmts", "calls to transmit: ", Form::number},
};

constexpr Figure authinfo[]{
    {"authreset", "time since reset:    ", Form::uptime},
    {"authkeys", "stored keys:         ", Form::number},
    {"authfreek", "free keys:           ", Form::number},
    {"authklookups", "key lookups:         ", Form::number},
    {"authknotfound", "keys not found:      ", Form::number},
    {"authencrypts", "encryptions:         ", Form::packets},
    {"authdigestencrypts", "digest encryptions:  ", Form::packets},
    {"authcmacencrypts", "CMAC encryptions:    ", Form::packets},
    {"authdecrypts", "decryptions:         ", Form::packets},
    {"authdigestdecrypts", "digest decryptions:  ", Form::packets},
    {"authdigestfails", "digest failures:     ", Form::packets},
    {"authcmacdecrypts", "CMAC decryptions:    ", Form::packets},
    {"authcmacfails", "CMAC failures:       ", Form::packets},
};

constexpr Figure ntsinfo[]{
    {"nts_client_send", "NTS client sends:          ", Form::number},
    {"nts_client_recv_good", "NTS client recvs good:     ", Form::number},
    {"nts_client_recv_bad", "NTS client recvs w error:  ", Form::number},
    {"nts_server_recv_good", "NTS server recvs good:     ", Form::number},
    {"nts_server_recv_bad", "NTS server recvs w error:  ", Form::number},
    {"nts_server_send", "NTS server sends:          ", Form::number},
    {"nts_cookie_make", "NTS make cookies:          ", Form::number},
    {"nts_cookie_decode", "NTS decode cookies:        ", Form::number},
    {"nts_cookie_decode_old", "NTS decode cookies old:    ", Form::number},
    {"nts_cookie_decode_old2", "NTS decode cookies old2:   ", Form::number},
    {"nts_cookie_decode_older", "NTS decode cookies older:  ", Form::number},
    {"nts_cookie_decode_too_old", "NTS decode cookies too old:", Form::number},
    {"nts_cookie_decode_error", "NTS decode cookies error:  ", Form::number},
    {"nts_ke_probes_good", "NTS KE client probes good: ", Form::number},
    {"nts_ke_probes_bad", "NTS KE client probes bad:  ", Form::number},
    {"nts_ke_serves_good", "NTS KE serves good:        ", Form::number},
    {"nts_ke_serves_bad", "NTS KE serves bad:         ", Form::number},
};

constexpr Figure pstats[]{
    {"srcadr", "remote host:          ", Form::address},
    {"dstadr", "local address:        ", Form::address},
    {"timerec", "time last received:   ", Form::uptime},
    {"timer", "time until next send: ", Form::uptime},
    {"timereach", "reachability change:  ", Form::number},
    {"sent", "packets sent:         ", Form::number},
    {"received", "packets received:     ", Form::number},
    {"badauth", "bad authentication:   ", Form::number},
    {"bogusorg", "bogus origin:         ", Form::number},
    {"oldpkt", "duplicate:            ", Form::number},
    {"seldisp", "bad dispersion:       ", Form::number},
    {"selbroken", "bad reference time:   ", Form::number},
    {"candidate", "candidate order:      ", Form::number},
    {"ntscookies", "count of nts cookies: ", Form::number},
};

constexpr Summary all_summaries[]{
    {"sysinfo", "what the server is synchronized to, and how well", sysinfo, {}, true},
    {"kerninfo", "the kernel's clock and its PPS discipline", kerninfo, {}, true},
    {"sysstats", "uptime and packets by their fate", sysstats, sysstats_twice, false},
    {"monstats", "the list of clients: its size and its limits", monstats, {}, false},
    {"iostats", "datagrams and wake-ups", iostats, {}, false},
    {"timerstats", "timers", timerstats, {}, false},
    {"authinfo", "keys and message authentication", authinfo, {}, false},
    {"ntsinfo", "network time security: packets, cookies, key exchanges", ntsinfo, {}, false},
};

// Packets per second or seconds per packet, whichever is more than one.
std::string rate(long long packets, std::optional<long long> period)
{
    if (packets <= 0 || !period)
        return std::string(13, ' ');
    const auto count = static_cast<double>(packets), seconds = static_cast<double>(*period);
    const bool is_often = packets > *period;
    const double ratio = is_often ? (seconds > 0 ? std::nearbyint(count / seconds) : count)
                                  : std::nearbyint(seconds / count);
    return fmt::format("{:>10}{:<3}", plain_number(ratio), is_often ? "p/s" : "s/p");
}

std::string mode(long long value)
{
    constexpr std::array<std::string_view, 9> names{"unspec", "sym_active", "sym_passive", "client",
        "server", "broadcast", "control", "private", "bclient"};
    const auto index = static_cast<std::size_t>(value);
    return value >= 0 && index < names.size() ? std::string{names[index]}
                                              : fmt::format("mode#{}", value);
}

// What a figure shows; nothing for text that is empty.
std::string shown(
    const control::Variable& variable, Form form, const NameOf& name_of, bool has_unit)
{
    const std::string& value = variable.value;
    if (const auto unit = shown_unit(variable.name); has_unit && !unit.empty())
        return with_unit(value, unit);
    const auto whole = control::to_integer(value);
    switch (form) {
    case Form::address:
        return name_of(value);
    case Form::text:
        return value;
    case Form::mode:
        return whole ? mode(*whole) : value;
    case Form::leap:
        return whole && *whole >= 0 && *whole <= 3 ? fmt::format("{:02b}", *whole) : value;
    case Form::date:
        return cooked_value(variable);
    case Form::uptime:
        return whole ? uptime(*whole) : value;
    case Form::number:
    case Form::packets:
        break;
    }
    const auto number = control::to_number(value);
    return whole ? fmt::format("{}", *whole) : number ? plain_number(*number) : value;
}

} // namespace

std::span<const Summary> summaries()
{
    return all_summaries;
}

const Summary* find_summary(std::string_view command)
{
    const auto at = std::find_if(std::begin(all_summaries), std::end(all_summaries),
        [&](const Summary& summary) { return summary.command == command; });
    return at == std::end(all_summaries) ? nullptr : &*at;
}

std::span<const Figure> peer_figures()
{
    return pstats;
}

std::string names_of(std::span<const Figure> figures, bool twice)
{
    std::string names;
    for (const char* suffix : {"", "_r"}) {
        for (const Figure& figure : figures)
            names.append(names.empty() ? "" : ",").append(figure.variable).append(suffix);
        if (!twice)
            break;
    }
    return names;
}

std::string figures_table(const control::VariableList& variables, std::span<const Figure> figures,
    const NameOf& name_of, bool has_units)
{
    std::string text;
    std::optional<long long> period;
    for (const auto& [variable, legend, form] : figures) {
        const std::string* value = variables.find(variable);
        if (!value)
            continue;
        const auto cell = shown({std::string{variable}, *value, false}, form, name_of, has_units);
        if (form == Form::uptime)
            period = control::to_integer(*value);
        if (form == Form::packets)
            text += fmt::format("{:<13} {:>13} {}\n", legend, cell,
                rate(control::to_integer(*value).value_or(0), period));
        else if (form == Form::mode)
            text += fmt::format("{}  {}\n", legend, cell);
        else if (!cell.empty())
            text += fmt::format("{:>13} {:>13}\n", legend, cell);
    }
    return text;
}

std::string double_table(const control::VariableList& variables, std::span<const Figure> figures)
{
    std::string text;
    std::optional<long long> lately, ever;
    for (const auto& [variable, legend, form] : figures) {
        const auto value = variables.integer(variable);
        const auto total = variables.integer(std::string{variable} + "_r");
        if (!value || !total)
            continue;
        if (form == Form::uptime) {
            lately = value;
            ever = total;
            text += fmt::format("{:<13} {:>13} {:>13}\n", legend, uptime(*value), uptime(*total));
        } else {
            text += fmt::format("{:<13} {:>13} {:>13} {} {}\n", legend, *value, *total,
                rate(*value, lately), rate(*total, ever));
        }
    }
    return text;
}

} // namespace timeball::query
