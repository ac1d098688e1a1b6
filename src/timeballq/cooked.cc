// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Variables in words.

#include "timeballq/cooked.h"

#include "timeballq/cells.h"
#include "timeballq/units.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace timeball::query {

namespace {

template <class Names>
bool is_among(std::string_view name, const Names& names)
{
    return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

constexpr std::string_view dates[]{"reftime", "clock", "org", "rec", "xmt"};
constexpr std::string_view plain_texts[]{"srcadr", "peeradr", "dstadr", "refid"};
constexpr std::string_view registers[]{"filtdelay", "filtoffset", "filtdisp", "filterror"};

std::string flags(long long flash)
{
    std::string text = fmt::format("{:02x}", flash);
    if (flash == 0)
        return text + " ok";
    for (const auto test : flash_tests(flash))
        text.append(" ").append(test);
    return text;
}

std::string tabbed(std::string_view list)
{
    std::string text;
    while (!list.empty()) {
        const auto end = std::min(list.find(' '), list.size());
        if (end > 0)
            text.append(text.empty() ? "" : "\t").append(list.substr(0, end));
        list.remove_prefix(std::min(list.size(), end + 1));
    }
    return text;
}

} // namespace

std::vector<std::string_view> flash_tests(long long flash)
{
    constexpr std::array<std::string_view, 13> names{"pkt_dup", "pkt_bogus", "pkt_unsync",
        "pkt_denied", "pkt_auth", "pkt_stratum", "pkt_header", "pkt_autokey", "pkt_crypto",
        "peer_stratum", "peer_dist", "peer_loop", "peer_unreach"};
    std::vector<std::string_view> failed;
    for (std::size_t bit = 0; bit < names.size(); ++bit) {
        if (flash >> bit & 1)
            failed.push_back(names[bit]);
    }
    return failed;
}

std::string cooked_value(const control::Variable& variable, bool has_unit)
{
    const std::string& value = variable.value;
    const std::string_view name = variable.name;
    if (is_among(name, dates)) {
        if (const auto time = to_timestamp(value))
            return date(*time);
    }
    if (is_among(name, plain_texts))
        return value;
    if (is_among(name, registers))
        return has_unit ? tabbed(value) + " ms" : tabbed(value);
    if (const auto unit = shown_unit(name); has_unit && !unit.empty() && !variable.is_quoted)
        return with_unit(value, unit);
    if (const auto whole = variable.is_quoted ? std::nullopt : control::to_integer(value)) {
        if (name == "leap" && *whole >= 0 && *whole <= 3)
            return fmt::format("{:02b}", *whole);
        if (name == "reach")
            return fmt::format("{:03o}", *whole);
        if (name == "flash")
            return flags(*whole);
        return fmt::format("{}", *whole);
    }
    if (const auto number = variable.is_quoted ? std::nullopt : control::to_number(value))
        return plain_number(*number);
    return '"' + value + '"';
}

std::string cooked(const control::VariableList& variables, std::size_t width, bool has_units)
{
    const std::size_t room = std::max<std::size_t>(width, 20) - 2;
    std::string text;
    std::size_t column = 0; // of the last line, with the comma and the blank that end it
    for (const auto& variable : variables) {
        const bool is_register = is_among(variable.name, registers);
        const auto item
            = (is_register ? fmt::format("{:>10} =", variable.name) : variable.name + "=")
            + cooked_value(variable, has_units) + ", ";
        if (column != 0 && column + item.size() > room) {
            text.back() = '\n';
            column = 0;
        }
        text += item;
        column += item.size();
    }
    if (text.empty())
        return text;
    text.resize(text.size() - 2);
    return text + "\n";
}

// Whatever a server sends, it does not command the terminal.
std::string raw(const std::string& reply)
{
    std::string text;
    for (const char c : reply) {
        const auto code = static_cast<unsigned char>(c);
        if (c == '\n' || (code >= 0x20 && code < 0x7f))
            text += c;
        else if (c != '\r')
            text += fmt::format("\\x{:02x}", code);
    }
    if (!text.empty() && text.back() != '\n')
        text += '\n';
    return text;
}

} // namespace timeball::query
