// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Reading words and their values, and what is said when they are wrong.

#include "config/words.h"

#include "config/suggest.h"

#include <fmt/format.h>

namespace timeball::config {

namespace {

const Option* find_option(std::string_view scope, std::string_view name)
{
    for (const Option* option : options_of(scope))
        if (option->name == name)
            return option;
    return nullptr;
}

// The directive that knows this word, when the one it stands in does not.
std::string_view home_of(std::string_view name)
{
    for (const Option& option : option_table())
        if (option.name == name && option.support == Support::full && !option.scope.empty())
            return option.scope;
    return {};
}

// The value of a word that is skipped goes with it: the next token, unless that is a word itself.
std::optional<Token> skip_value(Line& line, std::string_view scope, const Option* meant)
{
    const auto next = line.peek();
    if (!next || find_option(scope, next->text) != nullptr)
        return std::nullopt;
    const bool is_value = meant != nullptr ? meant->type != Type::flag
                                           : next->is_quoted || parse_number(next->text).is_valid;
    if (!is_value)
        return std::nullopt;
    return meant != nullptr && meant->type == Type::text ? line.string() : line.word();
}

std::string in_bounds(double value)
{
    return fmt::format("{:g}", value);
}

} // namespace

bool is_host_name(std::string_view text)
{
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    constexpr std::string_view others = "0123456789-._";
    return text.size() <= 255 && text.find_first_of(letters) != text.npos
        && std::all_of(text.begin(), text.end(), [&](char c) {
               return letters.find(c) != letters.npos || others.find(c) != others.npos;
           });
}

std::optional<Value> read_value(
    Draft& draft, Line& line, const Option& option, const Token& name, std::string_view directive)
{
    if (option.type == Type::flag || option.type == Type::special)
        return Value{};

    const bool is_directive = directive == name.text;
    const std::string word = is_directive
        ? quoted(name.text)
        : fmt::format("{} of {}", quoted(name.text), quoted(directive));
    const auto skipped = [&](std::string_view what) {
        return is_directive ? std::string{"the line was skipped"}
                            : fmt::format("{} skipped, the rest of the line applied", what);
    };
    const auto next = line.peek();
    if (!next || (next->text.empty() && option.type != Type::text)) {
        if (next)
            line.word();
        draft.warn(line, name.column,
            fmt::format("{} wants {}, and nothing follows; {}", word, allowed(option),
                skipped("the word was")));
        return std::nullopt;
    }
    if (option.type != Type::text && !option.scope.empty() && !next->is_quoted
        && find_option(option.scope, next->text) != nullptr) {
        draft.warn(line, name.column,
            fmt::format("{} wants {}, and {} follows; {}", word, allowed(option),
                quoted(next->text), skipped("the word was")));
        return std::nullopt;
    }
    const Token token = *(option.type == Type::text ? line.string() : line.word());
    Value value;
    const bool makes_sense = parse_value(option, token.text, value);
    const bool is_within = value.number >= option.least && value.number <= option.most;
    if (!makes_sense || (option.type == Type::id && !is_within)) {
        draft.warn(line, token.column,
            fmt::format("{} wants {}, not {}; {}", word, allowed(option), quoted(token.text),
                skipped("the word and its value were")));
        return std::nullopt;
    }
    if (option.type != Type::text && !is_within) {
        value.number = std::clamp(value.number, option.least, option.most);
        draft.warn(line, token.column,
            fmt::format("{} wants {}, not {}; {} is taken", word, allowed(option),
                quoted(token.text), in_bounds(value.number)));
    }
    return value;
}

Skipped skip_unknown(Draft& draft, Line& line, const Token& found, std::string_view directive,
    std::string_view scope)
{
    const auto names = names_of(scope);
    const std::string_view meant
        = found.is_quoted ? std::string_view{} : suggestion(found.text, names);
    const auto value = skip_value(line, scope, meant.empty() ? nullptr : find_option(scope, meant));

    std::string hint;
    if (!meant.empty())
        hint = fmt::format(" (did you mean '{}'?)", meant);
    else if (const auto home = home_of(found.text); !home.empty())
        hint = fmt::format(" (it is one of '{}')", home);
    const std::string what = value
        ? fmt::format("the word and its value {} were skipped", quoted(value->text))
        : "the word was skipped";
    draft.warn(line, found.column,
        fmt::format("{} is not an option of {}{}; {}, the rest of the line applied",
            quoted(found.text), quoted(directive), hint, what));
    return {found, std::string{meant}};
}

void tell_without_effect(Draft& draft, const Line& line, const Option& option, const Token& name)
{
    if (!draft.told.insert(fmt::format("{} {}", option.scope, option.name)).second)
        return;
    draft.warn(line, name.column,
        fmt::format("{} is accepted and has no effect: {}", quoted(name.text), option.meaning));
}

void expect_end(Draft& draft, Line& line, std::string_view directive)
{
    if (const auto extra = line.word())
        draft.warn(line, extra->column,
            fmt::format("{} behind the end of {}; the rest of the line was skipped",
                quoted(extra->text), quoted(directive)));
}

} // namespace timeball::config
