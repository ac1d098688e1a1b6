// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Where we listen, and with what keys: interface, hwtimestamp, extra, nts.

#include "config/directives.h"
#include "config/suggest.h"
#include "config/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace timeball::config {

namespace {

using Action = InterfaceRule::Action;
using What = InterfaceRule::What;

constexpr auto actions = std::to_array<Option>({
    {"interface", "listen", Type::flag, 0, 0, "", "", "Answer there."},
    {"interface", "ignore", Type::flag, 0, 0, "", "", "Open nothing there."},
    {"interface", "drop", Type::flag, 0, 0, "", "",
        "Open it, so that nobody else does, and discard what comes."},
});

std::optional<Action> action_of(std::string_view word)
{
    if (word == "listen")
        return Action::listen;
    if (word == "ignore")
        return Action::ignore;
    if (word == "drop")
        return Action::drop;
    return std::nullopt;
}

InterfaceRule rule_of(Action action, const std::string& subject)
{
    InterfaceRule rule{.action = action};
    if (subject == "all")
        rule.what = What::all;
    else if (subject == "ipv4")
        rule.what = What::ipv4;
    else if (subject == "ipv6")
        rule.what = What::ipv6;
    else if (subject == "wildcard")
        rule.what = What::wildcard;
    else if (const auto prefix = parse_prefix(subject)) {
        rule.what = What::prefix;
        rule.prefix = *prefix;
    } else {
        rule.what = What::name;
        rule.name = subject;
    }
    return rule;
}

using NtsWord = Word<Config>;
template <std::string LiveConfig::*member>
void set_text(Config& config, const Value& value)
{
    config.live.*member = value.text;
}

constexpr auto nts_words = std::to_array<NtsWord>({
    {{"nts", "enable", Type::flag, 0, 0, "", "", "Offer Network Time Security to clients."},
        [](Config& config, const Value&) { config.live.nts_enabled = true; }},
    {{"nts", "disable", Type::flag, 0, 0, "", "", "Do not offer it, which is the default."},
        [](Config& config, const Value&) { config.live.nts_enabled = false; }},
    {{"nts", "cert", Type::text, 0, 0, "", "path", "The server's certificate chain (PEM)."},
        set_text<&LiveConfig::nts_cert>},
    {{"nts", "key", Type::text, 0, 0, "", "path", "The key that belongs to it (PEM)."},
        set_text<&LiveConfig::nts_key>},
    {{"nts", "cookie", Type::text, 0, 0, "/var/lib/ntp/nts-keys", "path",
         "Where the keys that seal cookies survive a restart."},
        set_text<&LiveConfig::nts_cookie>},
    {{"nts", "ca", Type::text, 0, 0, "the system's", "path",
         "File or directory of the certificates that are trusted in servers."},
        set_text<&LiveConfig::nts_ca>},
    {{"nts", "aead", Type::text, 0, 0, "AES_SIV_CMAC_256", "name", "Algorithm that is preferred."},
        set_text<&LiveConfig::nts_aead>},
    {{"nts", "mintls", Type::text, 0, 0, "TLS1.3", "version", "Oldest version of TLS."},
        set_text<&LiveConfig::nts_mintls>},
    {{"nts", "maxtls", Type::text, 0, 0, "TLS1.3", "version", "Newest version of TLS."},
        set_text<&LiveConfig::nts_maxtls>},
    {{"nts", "port", Type::integer, 1, 65535, "", "", "As extra port."},
        [](Config& config, const Value& value) {
            config.start.extra_port = static_cast<std::uint16_t>(value.number);
        }},
    {{"nts", "tlsciphersuites", Type::text, 0, 0, "", "", "The library's choice is kept.",
        Support::none}},
    {{"nts", "tlsecdhcurves", Type::text, 0, 0, "", "", "The library's choice is kept.",
        Support::none}},
    {{"nts", "tlscipherserverpreference", Type::flag, 0, 0, "", "", "The library's choice is kept.",
        Support::none}},
});

constexpr auto extra_words = std::to_array<NtsWord>({
    {{"extra", "port", Type::integer, 1, 65535, "", "",
         "A second UDP port to answer on, for networks that let 123 not pass."},
        [](Config& config, const Value& value) {
            config.start.extra_port = static_cast<std::uint16_t>(value.number);
        }},
});

} // namespace

void read_interface(Draft& draft, Line& line)
{
    const auto verb = line.word();
    const auto subject = line.string();
    const auto action = verb ? action_of(verb->text) : std::nullopt;
    if (!action || !subject || subject->text.empty()) {
        const auto meant = verb ? suggestion(verb->text, names_of("interface")) : "";
        draft.warn(line, verb ? verb->column : 0,
            fmt::format("'interface' wants listen, ignore or drop, and all, ipv4, ipv6, wildcard, "
                        "a name or an address{}; the line was skipped",
                meant.empty() || action ? "" : fmt::format(" (did you mean '{}'?)", meant)));
        return;
    }
    draft.config.live.interfaces.push_back(rule_of(*action, subject->text));
    expect_end(draft, line, "interface");
}

void read_hwtimestamp(Draft& draft, Line& line)
{
    auto& interfaces = draft.config.live.hwtimestamp;
    auto name = line.string();
    if (!name || name->text.empty())
        return draft.warn(
            line, 0, "'hwtimestamp' wants names of interfaces, or *; the line was skipped");
    for (; name; name = line.string())
        if (std::find(interfaces.begin(), interfaces.end(), name->text) == interfaces.end())
            interfaces.push_back(name->text);
}

void read_extra(Draft& draft, Line& line)
{
    read_words<Config>(draft, line, "extra", "extra", extra_words, draft.config);
}

void read_nts(Draft& draft, Line& line)
{
    read_words<Config>(draft, line, "nts", "nts", nts_words, draft.config);
}

void list_network_options(std::vector<Option>& table)
{
    table.insert(table.end(), actions.begin(), actions.end());
    append(table, nts_words);
    append(table, extra_words);
}

} // namespace timeball::config
