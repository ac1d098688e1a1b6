// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Values as mode 6 texts that every reader takes in: ntpq turns what looks like a number into one,
// so text must never look like a number and numbers must always look like one.

#include "base/address.h"
#include "ntp/types.h"
#include "time/time.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace timeball::report::mode6 {

using Text = std::optional<std::string>; // nothing: there is no such figure, and none is sent

Text decimal(std::int64_t value); // without leading zeros
Text decimal(std::uint64_t value);
Text hexadecimal(std::uint64_t value); // 0x..

// Nothing for what is no number (nan, inf).
Text milliseconds(Seconds value, int decimals = 3);
Text ppm(Frequency value, int decimals = 3);
Text whole_seconds(Seconds value);

Text timestamp(Instant<Utc> value); // 0x%08x.%08x; the epoch is "never": zero
Text minute(Instant<Utc> value); // YYYY-MM-DDThh:mmZ

// In double quotes, without what would end them and without control characters.
Text quoted(std::string_view text);
// As it is when ntpq takes it for text, quoted when not.
Text bare(std::string_view text);
Text reference_id(ReferenceId id, Stratum stratum);
Text address(const Address& address);

} // namespace timeball::report::mode6
