// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The drivers of this build. A new one takes a line here.

#include "refclock/driver.h"
#include "refclock/gpsd.h"
#include "refclock/local.h"
#include "refclock/nmea.h"
#include "refclock/phc.h"
#include "refclock/pps.h"
#include "refclock/ptp.h"
#include "refclock/shm.h"
#include "refclock/sock.h"

#include <algorithm>
#include <span>

namespace timeball::refclock {

namespace {

std::span<const DriverTraits> drivers()
{
    static const std::vector<DriverTraits> all{
        {"local", "LOCL", false, true, make_local},
        {"gpsd", "GPSD", false, false, make_gpsd, true},
        {"nmea", "GPS", false, false, make_nmea, true, true},
        {"phc", "PHC", false, false, make_phc},
        {"pps", "PPS", true, false, make_pps},
        {"shm", "SHM", false, false, make_shm},
        {"sock", "SOCK", false, false, make_sock},
        {"ptp", "PTP", false, false, make_ptp},
    };
    return all;
}

} // namespace

const DriverTraits* find_driver(std::string_view name)
{
    const auto all = drivers();
    const auto found = std::find_if(
        all.begin(), all.end(), [&](const DriverTraits& d) { return d.name == name; });
    return found == all.end() ? nullptr : &*found;
}

std::vector<std::string_view> driver_names()
{
    std::vector<std::string_view> names;
    for (const DriverTraits& d : drivers())
        names.push_back(d.name);
    return names;
}

} // namespace timeball::refclock
