// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Mixes.

#include "bench/serving/load/kind.h"

#include "bench/serving/load/words.h"

#include <fmt/format.h>

#include <algorithm>

namespace timeball::load {

Mix::Mix(std::vector<Part> parts) : parts_{std::move(parts)}, total_{0}
{
    for (const Part& part : parts_)
        total_ += part.weight;
}

bool Mix::has(Kind kind) const
{
    return std::ranges::any_of(parts_, [&](const Part& part) { return part.kind == kind; });
}

Kind Mix::pick(std::uint32_t noise) const
{
    auto at = static_cast<std::uint32_t>((std::uint64_t{noise} * total_) >> 32);
    for (const Part& part : parts_) {
        if (at < part.weight)
            return part.kind;
        at -= part.weight;
    }
    return parts_.back().kind;
}

Result<Mix, std::string> parse_mix(std::string_view text)
{
    std::vector<Mix::Part> parts;
    for (const std::string_view word : split(text, ',')) {
        const auto colon = word.find(':');
        const auto name = word.substr(0, colon);
        const auto at = std::ranges::find(kind_names, name);
        if (at == kind_names.end())
            return unexpected(fmt::format(
                "'{}' is not a kind of request; there are {}", name, fmt::join(kind_names, ", ")));
        std::optional<std::uint64_t> weight = 1;
        if (colon != word.npos)
            weight = whole_number(word.substr(colon + 1), 1, 1'000'000);
        if (!weight)
            return unexpected(fmt::format("'{}': a weight is a number from 1 to 1000000", word));
        parts.push_back({Kind(at - kind_names.begin()), static_cast<std::uint32_t>(*weight)});
    }
    return Mix{std::move(parts)};
}

} // namespace timeball::load
