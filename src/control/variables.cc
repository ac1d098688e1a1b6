// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Reading lists of variables.

#include "control/variables.h"

#include "control/packet.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace timeball::control {

namespace {

bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\v' || c == '\0';
}

std::string_view trimmed(std::string_view text)
{
    while (!text.empty() && is_blank(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back()))
        text.remove_suffix(1);
    return text;
}

// Cuts the first item off `rest`: up to a comma outside of quotes. Only what stands first in a
// value opens quotes: others are garbage that NTPsec 1.2.2 sends in its filter registers.
std::string_view next_item(std::string_view& rest)
{
    bool in_quotes = false, is_first = true;
    std::size_t end = 0;
    while (end < rest.size() && (in_quotes || rest[end] != ',')) {
        if (rest[end] == '"' && (in_quotes || is_first))
            in_quotes = !in_quotes;
        is_first = rest[end] == '=' || (is_first && is_blank(rest[end]));
        ++end;
    }
    const auto item = rest.substr(0, end);
    rest.remove_prefix(std::min(rest.size(), end + 1));
    return item;
}

std::string printable(std::string_view text)
{
    std::string clean;
    for (const char c : text) {
        const auto code = static_cast<unsigned char>(c);
        if ((code >= 0x20 && code < 0x7f) || c == '\t')
            clean += c;
    }
    return clean;
}

// The next variable of `reply`, cut off it; nothing where there is only a comma.
std::optional<Variable> take_variable(std::string_view& reply)
{
    const std::string clean = printable(next_item(reply));
    const std::string_view item = trimmed(clean);
    const auto equals = item.find('=');
    const auto name = trimmed(item.substr(0, equals));
    if (name.empty())
        return std::nullopt;
    auto value = equals == item.npos ? std::string_view{} : trimmed(item.substr(equals + 1));
    const bool is_quoted = value.size() >= 2 && value.front() == '"' && value.back() == '"';
    if (is_quoted)
        value = value.substr(1, value.size() - 2);
    return Variable{std::string{name}, std::string{value}, is_quoted};
}

} // namespace

std::vector<std::string_view> names_in(std::string_view question)
{
    std::vector<std::string_view> names;
    while (!question.empty()) {
        std::string_view item = trimmed(next_item(question));
        const auto equals = item.find('=');
        item = item.substr(0, equals);
        // Old programs separate names by blanks alone.
        while (!(item = trimmed(item)).empty()) {
            const auto end = std::find_if(item.begin(), item.end(), is_blank);
            const auto size = static_cast<std::size_t>(end - item.begin());
            names.push_back(item.substr(0, size));
            item.remove_prefix(size);
        }
    }
    return names;
}

void VariableList::set(Variable variable)
{
    const auto at = std::find_if(all_.begin(), all_.end(),
        [&](const Variable& known) { return known.name == variable.name; });
    if (at == all_.end())
        all_.push_back(std::move(variable));
    else
        *at = std::move(variable);
}

const std::string* VariableList::find(std::string_view name) const
{
    const auto at = std::find_if(
        all_.begin(), all_.end(), [&](const Variable& variable) { return variable.name == name; });
    return at == all_.end() ? nullptr : &at->value;
}

std::string VariableList::get(std::string_view name) const
{
    const std::string* value = find(name);
    return value ? *value : std::string{};
}

std::optional<double> VariableList::number(std::string_view name) const
{
    const std::string* value = find(name);
    return value ? to_number(*value) : std::nullopt;
}

std::optional<long long> VariableList::integer(std::string_view name) const
{
    const std::string* value = find(name);
    return value ? to_integer(*value) : std::nullopt;
}

VariableList parse_variables(std::string_view reply)
{
    VariableList list;
    while (!reply.empty()) {
        if (auto variable = take_variable(reply))
            list.set(std::move(*variable));
    }
    return list;
}

Rows parse_rows(std::string_view reply)
{
    // The shortest variable of a row has four octets, and a reply so many fragments at most.
    constexpr long long most_rows = max_fragments * max_data / 4;
    Rows found;
    while (!reply.empty()) {
        auto variable = take_variable(reply);
        if (!variable)
            continue;
        const auto point = variable->name.rfind('.');
        const auto number = point == std::string::npos
            ? std::nullopt
            : to_integer(std::string_view{variable->name}.substr(point + 1));
        if (!number) {
            found.plain.set(std::move(*variable));
        } else if (*number >= 0 && *number < most_rows) {
            const auto index = static_cast<std::size_t>(*number);
            found.rows.resize(std::max(found.rows.size(), index + 1));
            variable->name.resize(point);
            found.rows[index].set(std::move(*variable));
        }
    }
    return found;
}

std::optional<long long> to_integer(std::string_view text)
{
    const bool is_negative = text.starts_with('-');
    if (is_negative || text.starts_with('+'))
        text.remove_prefix(1);
    const bool is_hexadecimal = text.starts_with("0x") || text.starts_with("0X");
    if (is_hexadecimal)
        text.remove_prefix(2);
    long long value = 0;
    const auto [end, fault]
        = std::from_chars(text.data(), text.data() + text.size(), value, is_hexadecimal ? 16 : 10);
    if (fault != std::errc{} || end != text.data() + text.size() || text.front() == '-')
        return std::nullopt;
    return is_negative ? -value : value;
}

std::optional<double> to_number(std::string_view text)
{
    if (const auto whole = to_integer(text))
        return static_cast<double>(*whole);
    if (text.starts_with('+'))
        text.remove_prefix(1);
    double value = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (fault != std::errc{} || end != text.data() + text.size() || !std::isfinite(value))
        return std::nullopt;
    return value;
}

std::optional<ntp::Timestamp> to_timestamp(std::string_view text)
{
    if (text.size() != 19 || !text.starts_with("0x") || text[10] != '.')
        return std::nullopt;
    std::uint64_t bits = 0;
    for (const auto half : {text.substr(2, 8), text.substr(11, 8)}) {
        std::uint32_t value = 0;
        const auto [end, fault]
            = std::from_chars(half.data(), half.data() + half.size(), value, 16);
        if (fault != std::errc{} || end != half.data() + half.size())
            return std::nullopt;
        bits = bits << 32 | value;
    }
    return ntp::Timestamp{bits};
}

} // namespace timeball::control
