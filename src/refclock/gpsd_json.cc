// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The language of gpsd.

#include "refclock/gpsd_json.h"

#include "base/handle.h"

#include <jansson.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>

namespace timeball::refclock {

using namespace std::chrono_literals;

namespace {

void let_go(json_t* value)
{
    json_decref(value);
}
using Json = Handle<json_t, let_go>;
using Allocated = Handle<char, std::free>;

std::optional<std::string> text(const json_t* object, const char* name)
{
    const json_t* member = json_object_get(object, name);
    if (!json_is_string(member))
        return std::nullopt;
    return std::string{json_string_value(member), json_string_length(member)};
}

std::optional<json_int_t> integer(const json_t* object, const char* name)
{
    const json_t* member = json_object_get(object, name);
    return json_is_integer(member) ? std::optional{json_integer_value(member)} : std::nullopt;
}

std::string device_of(const json_t* object)
{
    return text(object, "device").value_or("");
}

// Seconds that we can count in nanoseconds, with room to reckon with them.
constexpr json_int_t last_second = 8'000'000'000;

std::optional<Instant<Utc>> instant(const json_t* object, const char* second, const char* rest)
{
    const auto s = integer(object, second), ns = integer(object, rest);
    if (!s || !ns || *s < 0 || *s > last_second || *ns < 0 || *ns >= 1'000'000'000)
        return std::nullopt;
    return Instant<Utc>{std::chrono::seconds{*s} + Nanoseconds{*ns}};
}

using Message = Result<GpsdMessage, GpsdFault>;

Message pair(const json_t* object, bool is_pulse)
{
    const auto real = instant(object, "real_sec", "real_nsec");
    const auto clock = instant(object, "clock_sec", "clock_nsec");
    if (!real || !clock)
        return unexpected(GpsdFault::bad_data);
    return GpsdMessage{GpsdPair{device_of(object), is_pulse, *real, *clock}};
}

Message fix(const json_t* object)
{
    const auto mode = integer(object, "mode");
    if (!mode || *mode < 0 || *mode > 3)
        return unexpected(GpsdFault::bad_data);
    GpsdFix fix{device_of(object), static_cast<int>(*mode)};
    if (const auto time = text(object, "time")) {
        fix.time = parse_iso_time(*time);
        if (!fix.time)
            return unexpected(GpsdFault::bad_data);
    }
    const double error = json_number_value(json_object_get(object, "ept")); // 0: not a number
    fix.error = Seconds{std::clamp(error, 0.0, 1e6)};
    return GpsdMessage{fix};
}

Message sky(const json_t* object)
{
    GpsdSky sky{device_of(object)};
    const json_t* list = json_object_get(object, "satellites");
    for (std::size_t i = 0; i < json_array_size(list); ++i) {
        ++sky.seen;
        sky.used += json_is_true(json_object_get(json_array_get(list, i), "used"));
    }
    return GpsdMessage{sky};
}

Message version(const json_t* object)
{
    const auto major = integer(object, "proto_major"), minor = integer(object, "proto_minor");
    if (!major || !minor || *major < 0 || *major > 1000 || *minor < 0 || *minor > 1000)
        return unexpected(GpsdFault::bad_data);
    return GpsdMessage{GpsdVersion{
        text(object, "release").value_or(""), static_cast<int>(*major), static_cast<int>(*minor)}};
}

// Zero or nothing in "activated": the device is gone.
Message device(const json_t* object)
{
    const auto path = text(object, "path");
    if (!path)
        return unexpected(GpsdFault::bad_data);
    return GpsdMessage{GpsdDevice{*path, json_is_string(json_object_get(object, "activated"))}};
}

std::optional<int> digits(std::string_view text, std::size_t at, std::size_t count)
{
    int value = 0;
    const std::string_view part = text.substr(at, count);
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value);
    if (part.front() == '-' || error != std::errc{} || end != part.data() + count)
        return std::nullopt;
    return value;
}

} // namespace

Result<GpsdMessage, GpsdFault> parse_gpsd(std::string_view line)
{
    const Json object{json_loadb(line.data(), line.size(), JSON_REJECT_DUPLICATES, nullptr)};
    const auto name = text(object.get(), "class");
    if (!name)
        return unexpected(GpsdFault::bad_format);
    if (*name == "TOFF" || *name == "PPS")
        return pair(object.get(), *name == "PPS");
    if (*name == "TPV")
        return fix(object.get());
    if (*name == "SKY")
        return sky(object.get());
    if (*name == "VERSION")
        return version(object.get());
    if (*name == "DEVICE")
        return device(object.get());
    if (*name == "ERROR")
        return GpsdMessage{GpsdError{text(object.get(), "message").value_or("")}};
    return GpsdMessage{GpsdOther{}};
}

std::optional<Instant<Utc>> parse_iso_time(std::string_view text)
{
    constexpr std::string_view form = "dddd-dd-ddTdd:dd:dd";
    if (text.size() <= form.size() || text.back() != 'Z')
        return std::nullopt;
    for (std::size_t i = 0; i < form.size(); ++i)
        if (form[i] != 'd' && form[i] != text[i])
            return std::nullopt;
    const auto year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2);
    const auto hour = digits(text, 11, 2), minute = digits(text, 14, 2);
    const auto second = digits(text, 17, 2);
    if (!year || !month || !day || !hour || !minute || !second)
        return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year{*year},
        std::chrono::month{static_cast<unsigned>(*month)},
        std::chrono::day{static_cast<unsigned>(*day)}};
    if (!date.ok() || *year < 1970 || *year > 2199 || *hour > 23 || *minute > 59 || *second > 60)
        return std::nullopt;

    Nanoseconds fraction{0};
    std::string_view rest = text.substr(form.size());
    rest.remove_suffix(1);
    if (!rest.empty()) {
        if (rest.front() != '.' || rest.size() > 10)
            return std::nullopt;
        std::string nine{rest.substr(1)};
        nine.resize(9, '0');
        const auto count = digits(nine, 0, 9);
        if (!count)
            return std::nullopt;
        fraction = Nanoseconds{*count};
    }
    return Instant<Utc>{std::chrono::sys_days{date}.time_since_epoch() + std::chrono::hours{*hour}
        + std::chrono::minutes{*minute} + std::chrono::seconds{*second} + fraction};
}

std::string gpsd_watch(const std::string& device)
{
    const Json wish{json_pack(
        "{s:b, s:b, s:b, s:s}", "enable", 1, "json", 1, "pps", 1, "device", device.c_str())};
    const Allocated text{json_dumps(wish.get(), JSON_COMPACT)};
    return text ? "?WATCH=" + std::string{text.get()} + ";\n" : std::string{};
}

} // namespace timeball::refclock
