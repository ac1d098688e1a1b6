// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Words of a recording.

#include "record/line.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <limits>
#include <optional>

namespace timeball::record {

namespace {

constexpr std::string_view digits = "0123456789abcdef";

bool is_plain(char c)
{
    return c > ' ' && c < 0x7f && c != '%' && c != '=';
}

void put_hex(std::string& out, unsigned char octet)
{
    out += digits[octet >> 4];
    out += digits[octet & 15];
}

std::optional<unsigned char> hex(std::string_view two)
{
    const auto high = two.size() == 2 ? digits.find(two[0]) : digits.npos;
    const auto low = two.size() == 2 ? digits.find(two[1]) : digits.npos;
    if (high == digits.npos || low == digits.npos)
        return std::nullopt;
    return static_cast<unsigned char>(high << 4 | low);
}

template <class T>
std::optional<T> parsed(std::string_view word, int base = 10)
{
    T value{};
    const auto [end, fault] = std::from_chars(word.data(), word.data() + word.size(), value, base);
    if (word.empty() || fault != std::errc{} || end != word.data() + word.size())
        return std::nullopt;
    return value;
}

} // namespace

// --- writing -------------------------------------------------------------------------------------

Line& Line::plain(std::string_view word)
{
    if (!text_.empty())
        text_ += ' ';
    text_ += word;
    return *this;
}

Line& Line::number(std::int64_t value)
{
    return plain(fmt::format("{}", value));
}

Line& Line::natural(std::uint64_t value)
{
    return plain(fmt::format("{}", value));
}

Line& Line::real(double value)
{
    return plain(fmt::format("{:016x}", std::bit_cast<std::uint64_t>(value)));
}

Line& Line::octets(std::span<const std::byte> bytes)
{
    plain(bytes.empty() ? "%" : "");
    for (const std::byte b : bytes)
        put_hex(text_, std::to_integer<unsigned char>(b));
    return *this;
}

Line& Line::text(std::string_view words)
{
    plain(words.empty() ? "%" : "");
    for (const char c : words) {
        if (is_plain(c)) {
            text_ += c;
            continue;
        }
        text_ += '%';
        put_hex(text_, static_cast<unsigned char>(c));
    }
    return *this;
}

Line& Line::address(const Address& address)
{
    return plain(to_string(address));
}

Line& Line::endpoint(const Endpoint& endpoint)
{
    return address(endpoint.address).number(endpoint.port);
}

Line& Line::fault(std::error_code why)
{
    const bool is_generic = why.category() == std::generic_category();
    return plain(is_generic ? "generic" : "system").number(why.value());
}

// --- reading -------------------------------------------------------------------------------------

std::string_view Words::plain()
{
    const auto word = rest_.substr(0, rest_.find(' '));
    rest_.remove_prefix(std::min(word.size() + 1, rest_.size()));
    return word.empty() ? spoiled(word) : word;
}

std::int64_t Words::number()
{
    const auto value = parsed<std::int64_t>(plain());
    return value ? *value : spoiled(std::int64_t{0});
}

std::uint64_t Words::natural()
{
    const auto value = parsed<std::uint64_t>(plain());
    return value ? *value : spoiled(std::uint64_t{0});
}

double Words::real()
{
    const auto word = plain();
    const auto bits = parsed<std::uint64_t>(word, 16);
    return bits && word.size() == 16 ? std::bit_cast<double>(*bits) : spoiled(0.0);
}

std::vector<std::byte> Words::octets()
{
    std::vector<std::byte> bytes;
    auto word = plain();
    if (word == "%")
        return bytes;
    for (; !word.empty(); word.remove_prefix(std::min<std::size_t>(2, word.size()))) {
        const auto octet = hex(word.substr(0, 2));
        if (!octet)
            return spoiled(bytes);
        bytes.push_back(std::byte{*octet});
    }
    return bytes;
}

std::string Words::text()
{
    std::string result;
    auto word = plain();
    if (word == "%")
        return result;
    while (!word.empty()) {
        if (word.front() != '%') {
            result += word.front();
            word.remove_prefix(1);
            continue;
        }
        const auto octet = hex(word.substr(1, 2));
        if (!octet)
            return spoiled(result);
        result += static_cast<char>(*octet);
        word.remove_prefix(3);
    }
    return result;
}

// From 1965 to 2255, so that the difference of any two is a number.
std::int64_t Words::sum(std::int64_t last, std::int64_t passed)
{
    constexpr std::int64_t least = -150'000'000'000'000'000, most = 9'000'000'000'000'000'000;
    std::int64_t result = 0;
    if (__builtin_add_overflow(last, passed, &result) || result < least || result > most)
        return spoiled(last);
    return result;
}

Address Words::address()
{
    const auto address = parse_address(plain());
    return address ? *address : spoiled(Address{});
}

Endpoint Words::endpoint()
{
    const Address of = address();
    const auto port = number();
    if (port < 0 || port > std::numeric_limits<std::uint16_t>::max())
        return spoiled(Endpoint{});
    return {of, static_cast<std::uint16_t>(port)};
}

std::error_code Words::fault()
{
    const auto category = plain();
    const int value = static_cast<int>(number());
    if (category == "generic")
        return {value, std::generic_category()};
    return category == "system" ? std::error_code{value, std::system_category()}
                                : spoiled(std::make_error_code(std::errc::invalid_argument));
}

} // namespace timeball::record
