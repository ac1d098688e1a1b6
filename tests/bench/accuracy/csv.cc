// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Writing the figures out.

#include "csv.h"

#include <fmt/format.h>

namespace timeball::bench {

namespace {

std::string us(const std::optional<Seconds>& s)
{
    return s ? fmt::format("{:.3f}", s->count() * 1e6) : "";
}
std::string seconds(const std::optional<Seconds>& s)
{
    return s ? fmt::format("{:.0f}", s->count()) : "";
}

std::string measured(const Situation& s, const char* who, const Figures& f, int seeds)
{
    const bool claims = f.claims_checked > 0;
    return fmt::format("{},\"{}\",{},{},{},{},{},{},{:.1f},{},{},{}\n", s.name, s.title, who, seeds,
        us(f.rms), us(f.p95), us(f.max), seconds(f.recovery), f.packets_per_hour, us(f.claim),
        claims ? fmt::format("{}", f.claims_checked) : "",
        claims ? fmt::format("{}", f.claims_broken) : "");
}

std::string known(const Situation& s, const char* who, const Known& k)
{
    if (!k.rms && !k.max && !k.recovery)
        return {};
    return fmt::format("{},\"{}\",{},,{},,{},{},,,,\n", s.name, s.title, who, us(k.rms), us(k.max),
        seconds(k.recovery));
}

} // namespace

std::string csv(const std::vector<Row>& rows, int seeds)
{
    std::string text = "situation,title,contestant,seeds,rms_us,p95_us,max_us,recovery_s,"
                       "packets_per_hour,bound_median_us,bound_checked,bound_broken\n";
    for (const Row& r : rows) {
        const Situation& s = *r.situation;
        text += measured(s, "timeballd", r.daemon, seeds);
        text += measured(s, "RFC 5905", r.rfc5905, seeds);
        if (s.is_floor_fair)
            text += measured(s, "floor", r.oracle, seeds);
        text += known(s, "floor (known)", s.floor);
        text += known(s, "chrony 4.3 (known)", s.chrony);
        text += known(s, "ntpd 4.2.8p15 (known)", s.ntpd);
    }
    return text;
}

} // namespace timeball::bench
