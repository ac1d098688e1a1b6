// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Did you mean ...?

#include "config/suggest.h"

#include <algorithm>
#include <string>
#include <vector>

namespace timeball::config {

namespace {

constexpr std::size_t longest = 64; // nothing that one may mean is longer

std::string lower(std::string_view text)
{
    std::string result{text};
    for (char& c : result)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return result;
}

std::size_t plausible_mistakes(std::size_t length)
{
    return length <= 5 ? 1 : length <= 9 ? 2 : 3;
}

} // namespace

std::size_t edit_distance(std::string_view a, std::string_view b)
{
    // Three rows of the table of distances between the beginnings of a and b.
    std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = last[j - 1] + (a[i - 1] != b[j - 1]);
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before[j - 2] + 1);
        }
        std::swap(before, last);
        std::swap(last, row);
    }
    return last[b.size()];
}

std::string_view suggestion(std::string_view found, std::span<const std::string_view> known)
{
    if (found.size() > longest)
        return {};
    const std::string wanted = lower(found);
    std::string_view best;
    std::size_t fewest = plausible_mistakes(wanted.size()) + 1;
    for (const std::string_view word : known) {
        const auto distance = edit_distance(wanted, lower(word));
        // A short word is made of any other by replacing most of it.
        if (distance < fewest && distance < std::max<std::size_t>(word.size(), 2) - 1) {
            fewest = distance;
            best = word;
        }
    }
    return best;
}

} // namespace timeball::config
