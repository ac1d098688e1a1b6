// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The figures of a benchmark: part,round,contestant,figure,value, a line each. Medians over the
// rounds, and ratios within a round: whatever slowed a round down slowed all of its contestants.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace timeball::bench::serving {

double median(std::vector<double> values); // of at least one

class Figures {
public:
    // Lines that are not of this form are passed over. Of the same figure the last line counts.
    explicit Figures(std::string_view csv);

    struct Key {
        std::string part, contestant, figure;
        auto operator<=>(const Key&) const = default;
    };

    // Nothing where there is no round with it.
    std::optional<double> median_of(const Key& key) const;
    // The median of the ratios to another contestant's in the same round.
    std::optional<double> ratio(const Key& key, const std::string& to) const;
    // The same between two parts: how much less, or more, it is there.
    std::optional<double> ratio_between(const Key& key, const std::string& part) const;

    std::vector<std::string> parts() const; // sorted
    std::vector<std::string> contestants(const std::string& part) const; // as they came

private:
    using Rounds = std::map<int, double>;
    const Rounds* find(const Key& key) const;

    std::map<Key, Rounds> all_;
    std::map<std::string, std::vector<std::string>> order_; // of contestants in a part
};

} // namespace timeball::bench::serving
