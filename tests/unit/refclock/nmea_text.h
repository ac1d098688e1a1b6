// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Sentences for tests.

#include <fmt/format.h>

#include <numeric>
#include <string>
#include <string_view>

namespace timeball::refclock {

// "$GPZDA,...*5C" of "GPZDA,...".
inline std::string sentence(std::string_view body)
{
    const unsigned sum = std::accumulate(body.begin(), body.end(), 0U,
        [](unsigned s, char c) { return s ^ static_cast<unsigned char>(c); });
    return fmt::format("${}*{:02X}", body, sum);
}

} // namespace timeball::refclock
