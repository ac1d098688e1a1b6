// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Taking a command line apart.

#include "timeballq/command.h"

#include <algorithm>

namespace timeball::query {

namespace {

constexpr std::string_view blanks = " \t\r\n";

std::string trimmed(std::string_view text)
{
    const auto first = text.find_first_not_of(blanks);
    if (first == text.npos)
        return {};
    return std::string{text.substr(first, text.find_last_not_of(blanks) - first + 1)};
}

} // namespace

std::vector<std::string> words_of(std::string_view line)
{
    std::vector<std::string> words;
    while (true) {
        const auto begin = line.find_first_not_of(blanks);
        if (begin == line.npos)
            return words;
        line.remove_prefix(begin);
        const auto end = std::min(line.find_first_of(blanks), line.size());
        words.emplace_back(line.substr(0, end));
        line.remove_prefix(end);
    }
}

std::vector<std::pair<std::string, std::string>> pairs_of(std::string_view list)
{
    std::vector<std::pair<std::string, std::string>> pairs;
    while (!list.empty()) {
        const auto end = std::min(list.find(','), list.size());
        const auto item = list.substr(0, end);
        const auto equals = item.find('=');
        auto name = trimmed(item.substr(0, equals));
        auto value = equals == item.npos ? std::string{} : trimmed(item.substr(equals + 1));
        if (!name.empty())
            pairs.emplace_back(std::move(name), std::move(value));
        list.remove_prefix(std::min(list.size(), end + 1));
    }
    return pairs;
}

std::string joined(const std::vector<std::string>& words, std::string_view between)
{
    std::string text;
    for (const auto& word : words)
        text.append(text.empty() ? "" : between).append(word);
    return text;
}

} // namespace timeball::query
