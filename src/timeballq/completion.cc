// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Completing a line that is being typed: commands, variables, associations, and what mrulist takes.

#include "timeballq/client_table.h"
#include "timeballq/command.h"

#include <fmt/format.h>

#include <algorithm>

namespace timeball::query {

namespace {

constexpr std::string_view system_names[]{"leap", "stratum", "precision", "rootdelay", "rootdisp",
    "rootdist", "refid", "reftime", "tc", "peer", "offset", "frequency", "sys_jitter", "clk_jitter",
    "clock", "processor", "system", "version", "clk_wander", "tai", "leapsec", "expire", "mintc",
    "sys_var_list"};
constexpr std::string_view peer_names[]{"srcadr", "srcport", "dstadr", "dstport", "leap", "hmode",
    "stratum", "ppoll", "hpoll", "precision", "rootdelay", "rootdisp", "refid", "reftime", "rec",
    "xmt", "reach", "unreach", "delay", "offset", "jitter", "dispersion", "keyid", "filtdelay",
    "filtoffset", "pmode", "filtdisp", "flash", "headway", "srchost", "ntscookies",
    "peer_var_list"};

bool takes_association(std::string_view arguments)
{
    return arguments.find("&N") != arguments.npos || arguments.starts_with("FIRST");
}

} // namespace

std::vector<std::string> Interpreter::completions(std::string_view line) const
{
    Words words = words_of(line);
    if (words.empty() || line.ends_with(' '))
        words.emplace_back();
    std::string_view last = words.back();
    std::vector<std::string> found;
    const auto offer = [&](std::string_view candidate) {
        if (candidate.starts_with(last) && candidate != last
            && std::find(found.begin(), found.end(), candidate) == found.end())
            found.emplace_back(candidate);
    };

    const bool is_name = words.size() == 1 || (words.size() == 2 && words[0] == "help")
        || (words.size() == 2 && words[0] == "watch");
    if (is_name) {
        for (const Command& command : table())
            offer(command.name);
        return found;
    }
    const auto matches = matching(words[0]);
    if (matches.size() != 1)
        return found;
    const Command& command = *matches.front();
    if (command.name == "mrulist") {
        for (const auto word : mrulist_words())
            offer(word);
        for (const auto key : {"lstint", "avgint", "addr", "count", "score", "drop"}) {
            if (last.starts_with("sort="))
                offer(fmt::format("sort={}{}", last.starts_with("sort=-") ? "-" : "", key));
        }
        return found;
    }
    if (takes_association(command.arguments) && last.starts_with('&')) {
        for (std::size_t i = 1; i <= associations_.size(); ++i)
            offer(fmt::format("&{}", i));
        return found;
    }
    if (command.arguments.find("NAME") != command.arguments.npos) {
        // The last of several names; those before it stay.
        const auto comma = last.rfind(',');
        const std::string before{comma == last.npos ? "" : last.substr(0, comma + 1)};
        const bool is_peer = words.size() > 2 && words[1] != "0";
        for (const auto name : is_peer ? std::span<const std::string_view>{peer_names}
                                       : std::span<const std::string_view>{system_names})
            offer(before + std::string{name});
        return found;
    }
    // "yes|no", "hash|ipv4"
    for (std::string_view rest = command.arguments; !rest.empty();) {
        const auto end = std::min(rest.find_first_of("[]| "), rest.size());
        const auto word = rest.substr(0, end);
        if (!word.empty() && std::all_of(word.begin(), word.end(), [](char c) {
                return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
            }))
            offer(word);
        rest.remove_prefix(std::min(rest.size(), end + 1));
    }
    return found;
}

} // namespace timeball::query
