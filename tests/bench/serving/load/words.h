// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Numbers and lists as people write them on a command line.

#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace timeball::load {

inline std::vector<std::string_view> split(std::string_view text, char at)
{
    std::vector<std::string_view> words;
    for (;;) {
        const auto end = text.find(at);
        words.push_back(text.substr(0, end));
        if (end == text.npos)
            return words;
        text.remove_prefix(end + 1);
    }
}

template <class T>
std::optional<T> number(std::string_view text)
{
    T value{};
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (fault != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

inline std::optional<std::uint64_t> whole_number(
    std::string_view text, std::uint64_t least, std::uint64_t most)
{
    const auto value = number<std::uint64_t>(text);
    return value && *value >= least && *value <= most ? value : std::nullopt;
}

inline std::optional<double> real_number(std::string_view text, double least, double most)
{
    const auto value = number<double>(text);
    return value && *value >= least && *value <= most ? value : std::nullopt; // and is no NaN
}

} // namespace timeball::load
