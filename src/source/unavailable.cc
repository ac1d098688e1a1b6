// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Sources that this build cannot use.

#include "source/unavailable.h"

#include "refclock/driver.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace timeball::source {

namespace {

// The number of a driver in 127.127.NUMBER.UNIT; 0 for those that never had one.
std::uint32_t driver_number(std::string_view driver)
{
    constexpr std::pair<std::string_view, std::uint32_t> numbers[]
        = {{"local", 1}, {"generic", 8}, {"nmea", 20}, {"pps", 22}, {"shm", 28}, {"gpsd", 46}};
    for (const auto& [name, number] : numbers)
        if (name == driver)
            return number;
    return 0;
}

std::string upper(std::string text)
{
    std::transform(text.begin(), text.end(), text.begin(),
        [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return text;
}

} // namespace

std::string_view why_unavailable(const config::SourceConfig& config, bool has_devices)
{
    if (config.refclock && refclock::find_driver(config.refclock->driver) == nullptr)
        return "the driver is not available in this build";
    if (config.refclock && !has_devices)
        return "there are no devices here";
    if (config.nts)
        return "NTS is not available in this build; not asked without it";
    return {};
}

std::string display_name(const config::SourceConfig& config)
{
    if (!config.refclock)
        return config.host;
    return fmt::format("{}({})", upper(config.refclock->driver), config.refclock->unit);
}

report::Association unavailable_report(
    const config::SourceConfig& config, AssociationId id, const EventMark& mark)
{
    report::Association a;
    a.id = id;
    a.host_name = display_name(config);
    a.remote.port = config.port;
    a.host_poll = a.peer_poll = config.minpoll;
    a.version = config.version;
    a.event_count = mark.count;
    a.event_code = static_cast<std::uint8_t>(mark.code);
    if (!config.refclock)
        return a;
    const config::RefclockConfig& clock = *config.refclock;
    a.is_refclock = true;
    a.remote.address = Address::ipv4(0x7f7f0000 | driver_number(clock.driver) << 8
        | (static_cast<std::uint32_t>(clock.unit) & 0xff));
    a.remote.port = 123;
    a.reference_id = ReferenceId::letters(
        clock.reference_id.empty() ? upper(clock.driver) : clock.reference_id);
    return a;
}

} // namespace timeball::source
