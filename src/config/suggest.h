// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Did you mean ...?

#include <cstddef>
#include <span>
#include <string_view>

namespace timeball::config {

// How many single mistakes lie between two words: a letter added, left out, replaced, or two
// neighbors exchanged (optimal string alignment).
std::size_t edit_distance(std::string_view a, std::string_view b);

// The nearest of `known`, or an empty word when none is near enough to have been meant: one mistake
// in words up to five letters, two up to nine, three beyond. Upper and lower case are no mistake.
std::string_view suggestion(std::string_view found, std::span<const std::string_view> known);

} // namespace timeball::config
