// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Reading the words of one line by their rows in the option table. A word that is unknown, or whose
// value makes no sense, is told and skipped; the rest of the line applies.

#include "config/draft.h"
#include "config/options.h"

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace timeball::config {

// Could this be the name of a host?
bool is_host_name(std::string_view text);

// What was skipped, and what was probably meant by it (its own name, when only the value is wrong).
struct Skipped {
    Token found;
    std::string meant;
};

// Reads the value of an option: clamped to its bounds with a warning. Nothing when the value is
// missing or makes no sense, which is told.
std::optional<Value> read_value(
    Draft& draft, Line& line, const Option& option, const Token& name, std::string_view directive);

// Tells of a word that does not belong here and passes over what looks like its value.
Skipped skip_unknown(Draft& draft, Line& line, const Token& found, std::string_view directive,
    std::string_view scope);

// Tells once of a word that is accepted and has no effect.
void tell_without_effect(Draft& draft, const Line& line, const Option& option, const Token& name);

// Tells of words behind the end of what a directive takes.
void expect_end(Draft& draft, Line& line, std::string_view directive);

template <class T>
const Word<T>* find_word(std::span<const Word<T>> words, const Token& token)
{
    const auto found = std::find_if(words.begin(), words.end(),
        [&](const Word<T>& w) { return !token.is_quoted && w.option.name == token.text; });
    return found == words.end() ? nullptr : &*found;
}

// Reads the rest of the line. `directive` is the first word of the line, for the messages; `scope`
// is the part of the table that `words` are.
template <class T>
std::vector<Skipped> read_words(Draft& draft, Line& line, std::string_view directive,
    std::string_view scope, std::span<const Word<T>> words, T& target)
{
    std::vector<Skipped> skipped;
    while (const auto token = line.word()) {
        const Word<T>* word = find_word(words, *token);
        if (word == nullptr) {
            skipped.push_back(skip_unknown(draft, line, *token, directive, scope));
            continue;
        }
        const auto value = read_value(draft, line, word->option, *token, directive);
        if (!value) {
            skipped.push_back({*token, token->text});
            continue;
        }
        if (word->option.support == Support::none)
            tell_without_effect(draft, line, word->option, *token);
        if (word->set != nullptr)
            word->set(target, *value);
    }
    return skipped;
}

} // namespace timeball::config
