// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Tokens of an ntp.conf.

#include "config/line.h"

#include <utility>

namespace timeball::config {

namespace {

constexpr std::string_view blanks = " \t\v\f\r";
constexpr std::string_view specials = "{}(),;|=";

bool is_one_of(std::string_view set, char c)
{
    return set.find(c) != set.npos;
}

} // namespace

Line::Line(std::string_view text, std::string file, int number)
    : text_{text}, file_{std::move(file)}, number_{number}
{
}

std::optional<Token> Line::next(const std::string& text, std::size_t& at, bool is_word)
{
    at = std::min(text.find_first_not_of(blanks, at), text.size());
    if (at == text.size() || text[at] == '#')
        return std::nullopt;

    Token token;
    token.column = static_cast<int>(at) + 1;
    if (text[at] == '"') {
        const auto end = std::min(text.find('"', at + 1), text.size());
        token.text = text.substr(at + 1, end - at - 1);
        token.is_quoted = true;
        at = std::min(end + 1, text.size());
        return token;
    }
    const auto start = at;
    if (is_word && is_one_of(specials, text[at])) {
        ++at;
    } else {
        while (at < text.size() && text[at] != '#' && !is_one_of(blanks, text[at])
            && !(is_word && is_one_of(specials, text[at])))
            ++at;
    }
    token.text = text.substr(start, at - start);
    return token;
}

std::optional<Token> Line::peek() const
{
    auto at = at_;
    return next(text_, at, true);
}

bool Line::has_open_quote() const
{
    std::size_t at = 0; // behind the closing quote, if there is one
    while (const auto token = next(text_, at, false))
        if (token->is_quoted
            && (at == static_cast<std::size_t>(token->column) || text_[at - 1] != '"'))
            return true;
    return false;
}

} // namespace timeball::config
