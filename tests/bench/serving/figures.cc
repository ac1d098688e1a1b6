// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Reading the lines, and the arithmetic.

#include "bench/serving/figures.h"

#include "bench/serving/load/words.h"

#include <algorithm>

namespace timeball::bench::serving {

namespace {

std::optional<double> ratio_of(
    const std::map<int, double>* ours, const std::map<int, double>* theirs)
{
    if (!ours || !theirs)
        return std::nullopt;
    std::vector<double> ratios;
    for (const auto& [round, value] : *ours) {
        if (const auto other = theirs->find(round); other != theirs->end() && other->second != 0)
            ratios.push_back(value / other->second);
    }
    if (ratios.empty())
        return std::nullopt;
    return median(std::move(ratios));
}

} // namespace

double median(std::vector<double> values)
{
    std::ranges::sort(values);
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

Figures::Figures(std::string_view csv)
{
    for (const std::string_view line : load::split(csv, '\n')) {
        const auto cells = load::split(line, ',');
        if (cells.size() != 5)
            continue;
        const auto round = load::number<int>(cells[1]);
        const auto value = load::number<double>(cells[4]);
        if (!round || !value)
            continue;
        const Key key{std::string{cells[0]}, std::string{cells[2]}, std::string{cells[3]}};
        all_[key][*round] = *value;
        auto& contestants = order_[key.part];
        if (std::ranges::find(contestants, key.contestant) == contestants.end())
            contestants.push_back(key.contestant);
    }
}

const Figures::Rounds* Figures::find(const Key& key) const
{
    const auto at = all_.find(key);
    return at == all_.end() ? nullptr : &at->second;
}

std::optional<double> Figures::median_of(const Key& key) const
{
    const Rounds* rounds = find(key);
    if (!rounds)
        return std::nullopt;
    std::vector<double> values;
    for (const auto& [round, value] : *rounds)
        values.push_back(value);
    return median(std::move(values));
}

std::optional<double> Figures::ratio(const Key& key, const std::string& to) const
{
    return ratio_of(find(key), find({key.part, to, key.figure}));
}

std::optional<double> Figures::ratio_between(const Key& key, const std::string& part) const
{
    return ratio_of(find(key), find({part, key.contestant, key.figure}));
}

std::vector<std::string> Figures::parts() const
{
    std::vector<std::string> names;
    for (const auto& [name, contestants] : order_)
        names.push_back(name);
    return names;
}

std::vector<std::string> Figures::contestants(const std::string& part) const
{
    const auto at = order_.find(part);
    return at == order_.end() ? std::vector<std::string>{} : at->second;
}

} // namespace timeball::bench::serving
