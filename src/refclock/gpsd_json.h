// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// What gpsd says to its clients, as far as it is about time (gpsd_json(5), protocol 3).

#include "base/result.h"
#include "time/time.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace timeball::refclock {

struct GpsdVersion {
    std::string release;
    int major = 0, minor = 0; // of the protocol
};

struct GpsdDevice {
    std::string path;
    bool is_active = false;
};

struct GpsdFix { // TPV
    std::string device;
    int mode = 0; // 0 and 1: none
    std::optional<Instant<Utc>> time;
    Seconds error{0}; // ept: 95 %
};

// The device's time and the system clock's at one event: a sentence (TOFF) or a pulse (PPS).
struct GpsdPair {
    std::string device;
    bool is_pulse = false;
    Instant<Utc> real{}, clock{};
};

struct GpsdSky {
    std::string device;
    int used = 0, seen = 0; // satellites
};

struct GpsdError {
    std::string message;
};

struct GpsdOther { }; // of no use for us

using GpsdMessage
    = std::variant<GpsdOther, GpsdVersion, GpsdDevice, GpsdFix, GpsdPair, GpsdSky, GpsdError>;

enum class GpsdFault : std::uint8_t {
    bad_format, // no JSON, or not an object with a class
    bad_data // a member is missing, of another type, or impossible
};

Result<GpsdMessage, GpsdFault> parse_gpsd(std::string_view line);

// "2026-11-24T17:34:18.000Z"; of a leap second, the one behind it.
std::optional<Instant<Utc>> parse_iso_time(std::string_view text);

// What asks for all of that about a device.
std::string gpsd_watch(const std::string& device);

} // namespace timeball::refclock
