// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The file beside the drift file, named like it with .learned: what the engine has learned of the
// oscillator and of the paths. Losing it costs some hours of learning, nothing else.

#include "sync/learned.h"

#include <optional>
#include <string>
#include <string_view>

namespace timeball::daemon {

std::string learned_path(const std::string& driftfile); // empty when there is none

std::string format_learned(const sync::Learned& learned);

// Nothing when it is not of our making: another version, a line that is none of ours, a value that
// no clock and no path can have.
std::optional<sync::Learned> parse_learned(std::string_view text);

} // namespace timeball::daemon
