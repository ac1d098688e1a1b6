// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The option table as a whole, and values read out of text.

#include "config/options.h"

#include "config/directives.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace timeball::config {

const std::vector<Option>& option_table()
{
    static const std::vector<Option> whole = [] {
        std::vector<Option> table;
        append(table, directives());
        list_source_options(table);
        list_access_options(table);
        list_limit_options(table);
        list_clock_options(table);
        list_network_options(table);
        list_file_options(table);
        list_timeball_options(table);
        return table;
    }();
    return whole;
}

std::vector<const Option*> options_of(std::string_view scope)
{
    std::vector<const Option*> result;
    for (const Option& option : option_table())
        if (option.scope == scope)
            result.push_back(&option);
    return result;
}

std::vector<std::string_view> names_of(std::string_view scope)
{
    std::vector<std::string_view> result;
    for (const Option& option : option_table())
        if (option.scope == scope)
            result.push_back(option.name);
    return result;
}

namespace {

std::string shown(double value)
{
    if (value == std::floor(value) && std::fabs(value) < 1e15)
        return fmt::format("{}", static_cast<std::int64_t>(value));
    return fmt::format("{:g}", value);
}

} // namespace

std::string allowed(const Option& option)
{
    const std::string unit = option.unit.empty() || option.unit == "key"
        ? std::string{}
        : fmt::format(" ({})", option.unit);
    // What is bounded only so that it stays a sensible number needs no second bound in a sentence.
    std::string range;
    if (option.most < 1e9)
        range = fmt::format(" from {} to {}", shown(option.least), shown(option.most));
    else if (option.least > -1e9)
        range = fmt::format(" of {} or more", shown(option.least));
    switch (option.type) {
    case Type::integer:
        return fmt::format("a whole number{}{}", range, unit);
    case Type::number:
        return fmt::format("a number{}{}", range, unit);
    case Type::id:
        return fmt::format("a key from {} to {}", shown(option.least), shown(option.most));
    case Type::offset:
        return fmt::format("a number{}", unit);
    case Type::boolean:
        return "true or false";
    case Type::text:
        return option.unit.empty() ? "a value" : fmt::format("a value{}", unit);
    case Type::flag:
    case Type::special:
        break;
    }
    return "nothing behind it";
}

ParsedNumber parse_number(std::string_view text)
{
    ParsedNumber result;
    const bool is_negative = text.starts_with('-');
    std::string_view digits = text;
    if (is_negative || text.starts_with('+'))
        digits.remove_prefix(1);
    if (digits.empty() || digits[0] == '-' || digits[0] == '+')
        return result;
    const bool is_hex = digits.starts_with("0x") || digits.starts_with("0X");
    if (is_hex)
        digits.remove_prefix(2);
    const char* const end = digits.data() + digits.size();
    std::uint64_t whole = 0;
    const auto integer = std::from_chars(digits.data(), end, whole, is_hex ? 16 : 10);
    if (integer.ec == std::errc{} && integer.ptr == end) {
        result.is_integer = true;
        result.value = static_cast<double>(whole);
    } else {
        if (is_hex)
            return result;
        const auto real = std::from_chars(digits.data(), end, result.value);
        if (real.ec != std::errc{} || real.ptr != end || !std::isfinite(result.value))
            return ParsedNumber{};
    }
    result.is_valid = true;
    if (is_negative)
        result.value = -result.value;
    return result;
}

bool parse_value(const Option& option, std::string_view text, Value& value)
{
    if (option.type == Type::text) {
        value.text = text;
        return true;
    }
    double weeks = 0;
    while (option.type == Type::offset && (text.ends_with('g') || text.ends_with('G'))) {
        weeks += text.back() == 'g' ? 1024 : 8192;
        text.remove_suffix(1);
    }
    const ParsedNumber number = parse_number(text);
    const bool wants_integer = option.type == Type::integer || option.type == Type::id;
    if (!number.is_valid || (wants_integer && !number.is_integer))
        return false;
    value.number = number.value + weeks * 7 * 86400;
    return true;
}

} // namespace timeball::config
