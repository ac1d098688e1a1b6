// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The directives of ntp.conf, and how a line finds its own.

#include "config/directives.h"

#include "config/suggest.h"
#include "config/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace timeball::config {

namespace {

template <std::string LiveConfig::*member>
void set_text(Config& config, const Value& value)
{
    config.live.*member = value.text;
}

void set_statsdir(Config& config, const Value& value)
{
    config.live.statsdir = value.text;
    if (!value.text.empty() && value.text.back() != '/')
        config.live.statsdir += '/';
}

constexpr Option own(std::string_view name, std::string_view meaning)
{
    return {"", name, Type::special, 0, 0, "", "", meaning};
}

constexpr Option obsolete(std::string_view name, std::string_view why)
{
    return {"", name, Type::special, 0, 0, "", "", why, Support::none};
}

constexpr std::string_view no_broadcast = "Broadcast and multicast are not supported; nobody can "
                                          "tell whose time it is.";
constexpr std::string_view no_autokey = "Autokey is broken and not supported; use nts or keys.";

// In the order of the manual.
constexpr auto table = std::to_array<Directive>({
    {own("server", "A server to ask for the time."), read_server},
    {own("pool", "A name that stands for many servers, of which some are asked."), read_pool},
    {own("peer", "As server: symmetric associations are not made."), read_peer},
    {own("unpeer", "Forget a server, a pool or a clock."), read_unpeer},
    {own("unconfig", "As unpeer."), read_unpeer},
    {own("refclock", "A reference clock attached to this machine."), read_refclock},
    {own("fudge", "Options for a reference clock by its classic address."), read_fudge},
    {own("device", "Device files of a reference clock by its classic address."), read_device},
    {own("restrict", "Who may ask for what."), read_restrict},
    {own("unrestrict", "Take flags away from an entry, or the whole entry."), read_unrestrict},
    {own("delrestrict", "Remove an entry."), read_delrestrict},
    {own("limit", "How often one may ask, by rate."), read_limit},
    {own("discard", "How often one may ask, by headway."), read_discard},
    {own("mru", "How many clients are kept account of."), read_mru},
    {own("tos", "How sources are chosen."), read_tos},
    {own("tinker", "How the clock is steered."), read_tinker},
    {own("enable", "Switch on."), read_enable},
    {own("disable", "Switch off; goes before enable."), read_disable},
    {own("driftfile", "Where the frequency of the clock is kept."), read_driftfile},
    {{"", "nonvolatile", Type::number, 0, 1e-3, "1e-7", "s/s",
         "How much the frequency must have changed before the drift file is written."},
        nullptr,
        [](Config& config, const Value& value) {
            config.live.drift_threshold = Frequency::ratio(value.number);
        }},
    {own("leapfile", "The table of leap seconds."), read_leapfile},
    {{"", "leapsmearinterval", Type::number, 0, 86400, "0", "s",
         "Spread a leap second over this time in what clients are told; 0 is off."},
        nullptr,
        [](Config& config, const Value& value) {
            config.live.leap_smear_interval = Seconds{value.number};
        }},
    {own("interface", "Where to listen."), read_interface},
    {own("nic", "As interface."), read_interface},
    {own("extra", "A second port."), read_extra},
    {own("hwtimestamp", "Interfaces whose network card shall stamp packets; * is all that can."),
        read_hwtimestamp},
    {{"", "dscp", Type::integer, 0, 63, "46", "", "Code point (DSCP) of packets that are sent."},
        nullptr, [](Config& config, const Value& value) { config.live.dscp = value.integer(); }},
    {{"", "keys", Type::text, 0, 0, "", "path", "The file of symmetric keys."}, nullptr,
        set_text<&LiveConfig::keysfile>},
    {own("trustedkey", "Which keys may authenticate: numbers, and ranges as (10 ... 20)."),
        read_trustedkey},
    {{"", "controlkey", Type::id, 1, 65535, "", "key",
         "The key that may change the server over the network."},
        nullptr,
        [](Config& config, const Value& value) {
            config.live.control_key = {static_cast<std::uint32_t>(value.number)};
        }},
    {own("nts", "Network Time Security."), read_nts},
    {{"", "statsdir", Type::text, 0, 0, "", "path", "Where statistics files are written."}, nullptr,
        set_statsdir},
    {own("statistics", "Which statistics are written."), read_statistics},
    {own("filegen", "How a statistics file is named and renewed."), read_filegen},
    {{"", "saveconfigdir", Type::text, 0, 0, "", "path",
         "Where the configuration in force is saved when ntpq's saveconfig asks for it; without "
         "it, "
         "nowhere."},
        nullptr,
        [](Config& config, const Value& value) {
            config.live.saveconfigdir = value.text;
            if (!value.text.empty() && value.text.back() != '/')
                config.live.saveconfigdir += '/';
        }},
    {{"", "logfile", Type::text, 0, 0, "the system log", "path", "Where messages are written."},
        nullptr, set_text<&LiveConfig::logfile>},
    {own("logconfig", "Which messages are written."), read_logconfig},
    {own("setvar",
         "A variable to show to those who ask: NAME = VALUE, and default to show it "
         "unasked."),
        read_setvar},
    {{"", "pidfile", Type::text, 0, 0, "", "path", "Where the process number is written."}, nullptr,
        [](Config& config, const Value& value) { config.start.pidfile = value.text; }},
    {own("includefile", "Read a file here, or the *.conf files of a directory.")},
    {own("end", "Read no further in this file.")},
    {own("reset", "For use at run time: clear counters.")},

    {obsolete("broadcast", no_broadcast)},
    {obsolete("broadcastclient", no_broadcast)},
    {obsolete("broadcastdelay", no_broadcast)},
    {obsolete("multicastclient", no_broadcast)},
    {obsolete("manycastclient", no_broadcast)},
    {obsolete("manycastserver", no_broadcast)},
    {obsolete("ttl", no_broadcast)},
    {obsolete("novolley", no_broadcast)},
    {obsolete("automax", no_autokey)},
    {obsolete("crypto", no_autokey)},
    {obsolete("keysdir", no_autokey)},
    {obsolete("revoke", no_autokey)},
    {obsolete("autokey", no_autokey)},
    {obsolete("ident", no_autokey)},
    {obsolete("requestkey", "Private mode (ntpdc) is not answered.")},
    {obsolete("ntpsigndsocket", "Replies signed for a Windows domain are not made.")},
    {obsolete("rlimit", "Limits of the process are the service manager's business.")},
    {obsolete("tick", "The length of a clock tick needs no setting.")},
    {obsolete("simulate", "The simulator is a program of its own.")},
    {obsolete("mdnstries", "The server is not announced by multicast DNS.")},
    {obsolete("trap", "There are no traps.")},
    {obsolete("phone", "There are no modem clocks.")},
    {obsolete("pollskewlist", "Polls are spread at random.")},
});

const Directive* find(const Token& token)
{
    const auto* found = std::find_if(table.begin(), table.end(),
        [&](const Directive& d) { return !token.is_quoted && d.option.name == token.text; });
    return found == table.end() ? nullptr : found;
}

void tell_unknown(Draft& draft, const Line& line, const Token& token)
{
    const auto meant = token.is_quoted ? "" : suggestion(token.text, names_of(""));
    std::string hint;
    if (token.is_quoted)
        hint = " (a directive stands without quotes)";
    else if (!meant.empty())
        hint = fmt::format(" (did you mean '{}'?)", meant);
    else
        for (const Option& option : option_table())
            if (hint.empty() && option.name == token.text && option.support == Support::full)
                hint = fmt::format(" (it is one of '{}')", option.scope);
    const std::string text
        = fmt::format("{} is not a directive{}; the line was skipped", quoted(token.text), hint);
    if (meant == "restrict")
        draft.error(line, token.column, text + ", and what it should restrict is open");
    else
        draft.warn(line, token.column, text);
}

} // namespace

std::span<const Directive> directives()
{
    return table;
}

void read_line(Draft& draft, Line& line)
{
    if (line.has_open_quote())
        draft.warn(line, 0, "a quote is not closed; it ends with the line");
    const auto token = line.word();
    if (!token)
        return;
    const Directive* directive = find(*token);
    if (directive == nullptr)
        return tell_unknown(draft, line, *token);
    if (directive->option.support == Support::none)
        return tell_without_effect(draft, line, directive->option, *token);
    if (directive->read != nullptr)
        return directive->read(draft, line);
    if (directive->set == nullptr)
        return;
    if (const auto value = read_value(draft, line, directive->option, *token, token->text)) {
        directive->set(draft.config, *value);
        expect_end(draft, line, token->text);
    }
}

} // namespace timeball::config
