// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// What a reference clock is to the daemon: a driver knows a device and its language, and tells what
// it says. Opening again with back-off, filtering, fudge, statistics and polls are not its business
// (source/refclock_source).

#include "base/result.h"
#include "config/config.h"
#include "edge/devices.h"
#include "edge/event_loop.h"
#include "edge/network.h"
#include "edge/random.h"
#include "edge/resolver.h"
#include "edge/system_clock.h"
#include "ntp/types.h"
#include "time/time.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace timeball::refclock {

// One look at the device.
struct Reading {
    Instant<Utc> when; // by our clock
    Nanoseconds offset{0}; // device minus our clock; of a pulse, minus the nearest second
    Seconds uncertainty{0}; // the truth, as far as the device knows it, is not farther than this
    Seconds delay{0}; // round trip to it, where there is one
    Leap leap = Leap::none;
    bool is_pulse = false; // it begins a second and does not say which
    bool waits = true; // false: a sample by itself, already filtered (not for the median filter)
    // What a device behind a network says of itself; others are their own truth.
    Stratum stratum{0};
    Seconds root_delay{0}, root_dispersion{0};
    std::optional<ReferenceId> reference_id;
};

// Mode 6 clock events.
enum class Fault : std::uint8_t {
    no_reply = 1, // "timeout"
    bad_format = 2,
    fault = 3, // the device says so of itself, or is gone
    bad_signal = 4, // it has no fix, its time is not to be trusted
    bad_data = 5 // "baddate", "badtime": readable, and impossible
};

// Who drives a driver. May not destroy it in these calls.
class DriverUser {
public:
    virtual void take(const Reading& reading) = 0;
    virtual void said(std::string_view timecode) = 0; // for clockstats and cv; before take()
    virtual void complain(Fault fault, std::string_view what) = 0; // end of a sentence
    virtual void remark(std::string_view) { } // worth an event, and no fault
    // The device is gone. The driver is closed, and opened again some time later.
    virtual void lost(std::string_view why) = 0;

protected:
    ~DriverUser() = default;
};

// What a driver may use of the world; outlives it.
struct Surroundings {
    EventLoop& loop;
    SystemClock& clock;
    Devices& devices;
    Network& network;
    Resolver& resolver;
    Random& random;
    // TAI minus UTC, as the leap seconds file or the kernel knows it.
    std::function<std::optional<std::chrono::seconds>()> tai_offset;
};

class Driver {
public:
    virtual ~Driver() = default;

    // Fails with the end of a sentence: "/dev/pps0: permission denied". After success look() is
    // called at the interval, until close().
    virtual Result<void, std::string> open() = 0;
    virtual void close() = 0;
    virtual void look() { }
    virtual Nanoseconds look_interval() const { return std::chrono::seconds{1}; }

    virtual std::string device() const = 0; // path or address, for reports
    virtual Precision precision() const { return Precision{-20}; }
    virtual std::vector<std::pair<std::string, std::string>> variables() const { return {}; }
};

// What is the same for all devices of a driver.
struct DriverTraits {
    std::string_view name; // "pps"
    const char* reference_id; // "PPS", unless fudged
    bool is_pulse = false; // numbers no seconds
    bool is_local = false; // last resort
    std::unique_ptr<Driver> (*make)(
        const config::RefclockConfig& config, const Surroundings& surroundings, DriverUser& user);
    bool fudges_itself = false; // adds time1 to what it is for; to others all of it is added
    bool logs_always = false; // to clockstats; others with flag4
};

// Nothing where this build has no such driver.
const DriverTraits* find_driver(std::string_view name);
std::vector<std::string_view> driver_names(); // of this build

} // namespace timeball::refclock
