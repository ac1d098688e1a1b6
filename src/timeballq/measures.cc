// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Variables as JSON.

#include "timeballq/measures.h"

#include "timeballq/cells.h"
#include "timeballq/cooked.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

namespace timeball::query {

namespace {

using Name = std::string_view;

constexpr Name milliseconds[]{"rootdelay", "rootdisp", "rootdist", "offset", "sys_jitter",
    "clk_jitter", "leapsmearoffset", "authdelay", "koffset", "kmaxerr", "kesterr", "kprecis",
    "kppsjitter", "delay", "jitter", "dispersion", "bias", "fudgetime1", "fudgetime2", "filtdelay",
    "filtoffset", "filtdisp", "filterror", "tick", "fuzz", "in", "out"};
constexpr Name ppm[]{"frequency", "clk_wander", "kfreq", "kfreqtol", "kppsfreq", "kppsstab"};
constexpr Name log2_seconds[]{"tc", "mintc", "precision", "hpoll", "ppoll"};
constexpr Name seconds[]{"timerec", "timer", "timereach", "ss_uptime", "ss_reset", "mru_maxage",
    "mru_minage", "mru_oldest_age", "iostats_reset", "timerstats_reset", "authreset", "tai",
    "leapsmearinterval", "kppscalibdur", "up"};
constexpr Name kilobytes[]{"mru_mem", "mru_maxmem"};
constexpr Name registers[]{"filtdelay", "filtoffset", "filtdisp", "filterror"};
constexpr Name dates[]{"reftime", "clock", "org", "rec", "xmt", "first", "last", "now"};
// What is text even when it looks like a number.
constexpr Name texts[]{"refid", "srcadr", "dstadr", "peeradr", "srchost", "version", "system",
    "processor", "leapsec", "expire", "addr", "mask", "name", "device", "timecode"};

bool is_among(Name name, std::span<const Name> names)
{
    return std::find(names.begin(), names.end(), name) != names.end();
}

Json list_of(std::string_view text)
{
    Json list = Json::array();
    while (!text.empty()) {
        const auto end = std::min(text.find(' '), text.size());
        if (end > 0) {
            const auto number = control::to_number(text.substr(0, end));
            list.add(number ? Json{*number} : Json{});
        }
        text.remove_prefix(std::min(text.size(), end + 1));
    }
    return list;
}

Json value_of(const control::Variable& variable)
{
    const Name name = variable.name;
    if (is_among(name, dates)) {
        if (const auto time = to_timestamp(variable.value))
            return json_of(*time);
    }
    if (is_among(name, registers))
        return list_of(variable.value);
    if (variable.is_quoted || is_among(name, texts))
        return variable.value;
    if (const auto whole = control::to_integer(variable.value))
        return *whole;
    if (const auto number = control::to_number(variable.value))
        return *number;
    return variable.value;
}

} // namespace

std::string_view unit_of(std::string_view variable)
{
    if (variable.ends_with("_r")) // the same figure since the start
        variable.remove_suffix(2);
    if (is_among(variable, milliseconds))
        return "ms";
    if (is_among(variable, ppm))
        return "ppm";
    if (is_among(variable, log2_seconds))
        return "log2_s";
    if (is_among(variable, seconds))
        return "s";
    if (is_among(variable, kilobytes))
        return "kB";
    return {};
}

std::pair<std::string, Json> json_of(const control::Variable& variable)
{
    const auto unit = unit_of(variable.name);
    return {unit.empty() ? variable.name : fmt::format("{}_{}", variable.name, unit),
        value_of(variable)};
}

Json json_of(const control::VariableList& variables)
{
    Json object = Json::object();
    for (const auto& variable : variables) {
        auto [name, value] = json_of(variable);
        object.set(name, std::move(value));
        if (variable.name == "flash") {
            Json tests = Json::array();
            for (const auto test : flash_tests(variables.integer("flash").value_or(0)))
                tests.add(test);
            object.set("flash_tests", std::move(tests));
        }
    }
    return object;
}

Json json_of(ntp::Timestamp time)
{
    return time.is_zero() ? Json{} : Json{iso_date(time)};
}

} // namespace timeball::query
