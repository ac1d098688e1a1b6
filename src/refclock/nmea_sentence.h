// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Sentences of NMEA 0183 that tell the time, of any talker (GP, GN, GL, GA...), and Garmin's
// PGRMF.

#include "base/result.h"
#include "time/time.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace timeball::refclock {

enum class NmeaKind : std::uint8_t { rmc, gga, gll, zda, zdg, pgrmf };

struct NmeaSentence {
    NmeaKind kind = NmeaKind::rmc;
    // Since midnight, UTC; in a leap second 24 h and more. None before the receiver knows it.
    std::optional<Nanoseconds> time;
    // As it was said: receivers count weeks modulo 1024, and are wrong when they have aged.
    std::optional<std::chrono::sys_days> date;
    std::optional<bool> has_fix; // nothing: the sentence does not tell (ZDA)
};

enum class NmeaFault : std::uint8_t {
    no_sentence, // something else: noise, the wrong speed, another protocol
    no_checksum,
    wrong_checksum,
    other_sentence, // sound, but it does not tell the time
    bad_format, // a field is missing or no number
    bad_time, // 25:00
    bad_date // 31 February
};

// `line` without its end. Whatever stands before the last '$' is the rest of another line.
Result<NmeaSentence, NmeaFault> parse_nmea(std::string_view line);

// The line with '_' for each digit of the position.
std::string without_position(std::string_view line);

} // namespace timeball::refclock
