// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Why, in words. Names of tests: RFC 5905, section 5.3 and 7.3 (figure 22); RFC 9327, section 4.

#include "timeballq/why.h"

#include "timeballq/health.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

namespace timeball::query {

namespace {

constexpr Seconds max_distance{1.5}; // MAXDIST, what ntpd takes unless told otherwise

Seconds milliseconds(const control::VariableList& v, std::string_view name)
{
    return Seconds{v.number(name).value_or(0) / 1000};
}

Seconds size(Seconds span)
{
    return Seconds{std::fabs(span.count())};
}

bool is_pool(const control::VariableList& v)
{
    return v.get("refid") == "POOL";
}

std::string reachability(const control::VariableList& v)
{
    const auto reach = static_cast<unsigned>(v.integer("reach").value_or(0)) & 0xff;
    if (reach == 0)
        return v.integer("unreach").value_or(0) > 0
            ? fmt::format("none of the last {} polls was answered", v.get("unreach"))
            : "no poll has been answered yet";
    return fmt::format("{} of the last 8 polls were answered", std::popcount(reach));
}

std::string distance_in_words(const Candidate& c)
{
    const auto& v = c.variables;
    return fmt::format("{} = {} half the root delay + {} root dispersion + {} half the delay + {} "
                       "dispersion + {} jitter",
        span_in_words(c.distance()), span_in_words(milliseconds(v, "rootdelay") / 2),
        span_in_words(milliseconds(v, "rootdisp")), span_in_words(milliseconds(v, "delay") / 2),
        span_in_words(milliseconds(v, "dispersion")), span_in_words(milliseconds(v, "jitter")));
}

// One sentence for each test that it failed.
std::vector<std::string> failed_tests(const Candidate& c)
{
    const auto& v = c.variables;
    const auto flash = v.integer("flash").value_or(0);
    const auto stratum = v.integer("stratum").value_or(16);
    std::vector<std::string> said;
    const auto when = [&](unsigned bits, std::string text) {
        if (flash & bits)
            said.push_back(std::move(text));
    };
    when(0x1000, reachability(v) + " (peer_unreach)");
    if (!said.empty() && v.integer("reach").value_or(0) == 0)
        return said; // what is not heard fails other tests as well, which tells nobody anything
    when(0x0008, "it denied us service, or told us to go slower (pkt_denied)");
    when(0x0010, "its packets are not signed with our key, or with a wrong one (pkt_auth)");
    when(0x0100 | 0x0080, "its cryptographic credentials are not in order (pkt_crypto)");
    when(0x0004, "it says that it is not synchronized itself (pkt_unsync)");
    when(0x0020 | 0x0200,
        stratum >= 16
            ? fmt::format(
                "it is not synchronized itself: its stratum is {} (peer_stratum)", stratum)
            : fmt::format("its stratum {} or its leap indicator {} are not fit to be followed "
                          "(peer_stratum)",
                stratum, v.integer("leap").value_or(3)));
    when(0x0400,
        fmt::format("it may be too far from true time (peer_dist): {}{}", distance_in_words(c),
            c.distance() > max_distance
                ? fmt::format(", {} more than the {} that are taken by default",
                    span_in_words(c.distance() - max_distance), span_in_words(max_distance))
                : ""));
    when(0x0800, "it follows us: that would be a loop (peer_loop)");
    when(0x0040, "its last packet told of a time that cannot be (pkt_header)");
    when(0x0002, "its last packet did not answer what we had asked (pkt_bogus)");
    when(0x0001, "its last packet had come before (pkt_dup)");
    return said;
}

std::string from_the_chosen(const Candidate& c, const Candidate& chosen)
{
    return fmt::format("its offset {} is {} from that of the system peer ({})",
        span_in_words(c.offset()), span_in_words(size(c.offset() - chosen.offset())),
        span_in_words(chosen.offset()));
}

std::vector<std::string> falseticker(const Candidate& c, const Candidate* chosen)
{
    std::vector<std::string> said;
    if (chosen) {
        said.push_back(from_the_chosen(c, *chosen));
        const Seconds apart = size(c.offset() - chosen->offset());
        const Seconds both = c.distance() + chosen->distance();
        if (apart > both)
            said.push_back(
                fmt::format("their error bounds of {} and {} explain only {} of that: {} are "
                            "too much",
                    span_in_words(c.distance()), span_in_words(chosen->distance()),
                    span_in_words(both), span_in_words(apart - both)));
        else
            said.push_back(
                "its interval of possible times lies outside of what the majority has in "
                "common");
    } else {
        said.push_back(fmt::format("no majority agrees with its offset {} +/- {}",
            span_in_words(c.offset()), span_in_words(c.distance())));
    }
    return said;
}

std::vector<std::string> quality(const Candidate& c)
{
    return {fmt::format("offset {}, delay {}, jitter {}, error bound {}", span_in_words(c.offset()),
                span_in_words(milliseconds(c.variables, "delay")),
                span_in_words(milliseconds(c.variables, "jitter")), span_in_words(c.distance())),
        reachability(c.variables)};
}

} // namespace

Seconds Candidate::offset() const
{
    return milliseconds(variables, "offset");
}

Seconds Candidate::distance() const
{
    return (milliseconds(variables, "rootdelay") + milliseconds(variables, "delay")) / 2
        + milliseconds(variables, "rootdisp") + milliseconds(variables, "dispersion")
        + milliseconds(variables, "jitter");
}

Reasons reasons_for(const Candidate& c, const Candidate* chosen, std::size_t all)
{
    if (is_pool(c.variables))
        return {"not a source itself", {"it stands for the servers that its name gives"}};
    switch (c.selection()) {
    case 7:
        return {"the system peer, by its pulses", quality(c)};
    case 6: {
        auto because = quality(c);
        because.push_back("the best of those that agree, by stratum, error bound and jitter");
        return {"the system peer", std::move(because)};
    }
    case 5:
        return {"good, but only a reserve", quality(c)};
    case 4:
        return {"a good source, which has a share in the result", quality(c)};
    case 3: {
        std::vector<std::string> because;
        if (chosen)
            because.push_back(from_the_chosen(c, *chosen));
        because.push_back(
            fmt::format("it is right within its error bound of {}, but leaving it out "
                        "makes the others agree better",
                span_in_words(c.distance())));
        return {"good, but an outlier", std::move(because)};
    }
    case 2:
        return {
            "not looked at", {fmt::format("there are enough others: {} associations in all", all)}};
    case 1:
        return {"a falseticker: it disagrees with the majority", falseticker(c, chosen)};
    default:
        break;
    }
    auto because = failed_tests(c);
    if (because.empty()) {
        because.push_back(reachability(c.variables));
        because.push_back(
            "it failed no test: it has not been heard enough, or selection has not run "
            "since it was");
    }
    return {"not fit to be followed", std::move(because)};
}

} // namespace timeball::query
