// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// What may not be changed over the network.

#include "config/remote.h"

#include "config/options.h"

#include <fmt/format.h>

#include <algorithm>

namespace timeball::config {

namespace {

// Directives with a syntax of their own that name files, and those that are of no use here.
constexpr std::string_view files[]
    = {"driftfile", "leapfile", "includefile", "filegen", "device", "nts", "statistics"};
constexpr std::string_view useless[] = {"end", "reset", "extra"};

bool names_a_file(std::string_view directive, std::string_view word)
{
    const auto& table = option_table();
    // The words of a reference clock stand behind `server` and `fudge` too.
    return std::any_of(table.begin(), table.end(), [&](const Option& o) {
        return o.name == word && o.unit == "path"
            && (o.scope == directive || o.scope == "refclock"
                || (word == directive && o.scope.empty()));
    });
}

template <std::size_t n>
bool is_in(const std::string_view (&all)[n], std::string_view word)
{
    return std::find(std::begin(all), std::end(all), word) != std::end(all);
}

} // namespace

bool refuse_remotely(Draft& draft, const Line& line)
{
    Line copy = line;
    const auto directive = copy.word();
    if (!directive || directive->is_quoted)
        return false;
    const auto refuse = [&](const Token& token, std::string_view why) {
        draft.warn(line, token.column,
            fmt::format("{} {} over the network; the line was skipped", quoted(token.text), why));
        return true;
    };
    if (is_in(files, directive->text) || names_a_file(directive->text, directive->text))
        return refuse(*directive, "names a file, which is not permitted");
    if (is_in(useless, directive->text))
        return refuse(*directive, "has no meaning");
    while (const auto word = copy.word()) {
        if (names_a_file(directive->text, word->text))
            return refuse(*word, "names a file, which is not permitted");
        if (directive->text == "enable" && word->text == "stats")
            return refuse(*word, "writes files, which is not permitted");
    }
    return false;
}

} // namespace timeball::config
