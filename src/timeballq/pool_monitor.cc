// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Scoring as the pool's monitors do.

#include "timeballq/pool_monitor.h"

#include "timeballq/health.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace timeball::query::pool {

namespace {

constexpr double decay = 0.95;

bool is_usable(const Sample& sample)
{
    return sample.answer && sample.answer->header.stratum >= 1
        && sample.answer->header.stratum <= 10;
}

double step_for(Seconds offset)
{
    const double size = std::fabs(offset.count());
    if (size > 3)
        return -4;
    if (size > 0.75)
        return -2;
    if (size > 0.1)
        return 0.731 - 2.308 * size;
    if (size > 0.025)
        return 1.167 - 6.667 * size;
    return 1;
}

Check judged(const TimeAnswer& answer)
{
    Check check{.best = answer, .step = step_for(answer.offset)};
    if (std::fabs(answer.offset.count()) > 3)
        check.cap = -20;
    if (answer.header.stratum >= 8)
        check.step = -4;
    return check;
}

Check kissed(const std::string& code)
{
    if (code == "RATE")
        return {.fault = "kiss of death RATE: we asked too often", .step = -3.5};
    if (code == "DENY" || code == "RSTR")
        return {.fault = "kiss of death " + code + ": we may not ask", .step = -10, .cap = -50};
    if (code.empty())
        return {.fault = "stratum 0 without a kiss code", .step = -2, .cap = 5};
    return {.fault = "kiss code " + code, .step = -4};
}

std::string_view leap_in_words(Leap leap)
{
    switch (leap) {
    case Leap::insert:
        return ", announces a leap second to be inserted";
    case Leap::remove:
        return ", announces a leap second to be left out";
    case Leap::unsynchronized:
        return ", says that it is not synchronized";
    case Leap::none:
        break;
    }
    return "";
}

std::string in_words(const Sample& sample)
{
    if (!sample.answer)
        return sample.fault.empty() ? "no answer within 3 s" : sample.fault;
    const TimeAnswer& a = *sample.answer;
    if (a.is_kiss())
        return a.kiss_code().empty() ? "stratum 0" : "kiss code " + a.kiss_code();
    return fmt::format("offset {}, delay {}, stratum {}{}", span_in_words(a.offset),
        span_in_words(a.delay), a.header.stratum, leap_in_words(a.header.leap));
}

} // namespace

bool ends_check(const Sample& sample)
{
    return sample.answer && !is_usable(sample);
}

Check check_of(const std::vector<Sample>& samples)
{
    const Sample* best = nullptr;
    for (const Sample& sample : samples) {
        if (ends_check(sample)) {
            const TimeAnswer& answer = *sample.answer;
            if (answer.is_kiss())
                return kissed(answer.kiss_code());
            return {.fault = fmt::format("stratum {}", answer.header.stratum), .step = -4};
        }
        if (is_usable(sample) && (!best || sample.answer->delay < best->answer->delay))
            best = &sample;
    }
    if (best)
        return judged(*best->answer);
    for (const Sample& sample : samples) {
        if (!sample.fault.empty())
            return {.fault = sample.fault, .step = -4};
    }
    return {.fault = "no answer", .step = -5};
}

double final_score(const Check& check)
{
    const double score = check.step / (1 - decay);
    return check.cap ? std::min(score, *check.cap) : score;
}

std::optional<int> checks_until_used(const Check& check)
{
    if (final_score(check) < least_score)
        return std::nullopt;
    double score = 0;
    int checks = 0;
    // The limit itself is approached for ever.
    for (; score < least_score - 1e-9 && checks < 1000; ++checks)
        score = score * decay + check.step;
    return checks;
}

std::vector<std::string> advice(const Check& check, const std::vector<Sample>& samples)
{
    std::vector<std::string> said;
    const auto lost = std::count_if(samples.begin(), samples.end(),
        [](const Sample& s) { return !s.answer && s.fault.empty(); });
    if (!check.best) {
        if (check.step == -5)
            said.push_back(
                "open UDP port 123 in both directions, without connection tracking, and see "
                "that the server is running");
        else if (check.step == -3.5)
            said.push_back(
                "allow at least 8 requests in a burst: monitors send 3 within 4 s, at any "
                "time");
        else if (check.step == -10)
            said.push_back(
                "lift 'restrict ... noserve' or 'ignore' for everybody: monitors ask from many "
                "networks");
        else
            said.push_back(
                "let the server synchronize: 'timeballq why' says what keeps it from that");
        return said;
    }
    const TimeAnswer& best = *check.best;
    if (lost > 0)
        said.push_back(fmt::format("{} of {} requests were lost; two checks in a row that are lost "
                                   "entirely cost the place in the pool: look for rate limits and "
                                   "connection tracking",
            lost, samples.size()));
    if (std::fabs(best.offset.count()) > 0.025)
        said.push_back(
            fmt::format("the offset {} costs points from 25 ms on; half of an asymmetric "
                        "delay shows as offset, and our own clock has a part in it",
                span_in_words(best.offset)));
    if (best.header.stratum >= 8)
        said.push_back("a stratum of 8 and more is scored as wrong: follow better servers");
    if (best.header.leap == Leap::unsynchronized)
        said.push_back(
            "it says that it is not synchronized: clients do not use it, whatever its score");
    return said;
}

std::string report(const Check& check, const std::vector<Sample>& samples)
{
    std::string text;
    for (std::size_t i = 0; i < samples.size(); ++i)
        text += fmt::format("request {}: {}\n", i + 1, in_words(samples[i]));
    text += check.best
        ? fmt::format("the monitor would use the answer with the least delay: offset {}\n",
            span_in_words(check.best->offset))
        : fmt::format("the monitor would count an error: {}\n", check.fault);
    text += fmt::format(
        "step {:+.2f} for this check{}; a score of {:.1f} when every check ends so\n", check.step,
        check.cap ? fmt::format(", score at most {:.0f}", *check.cap) : "", final_score(check));
    if (const auto checks = checks_until_used(check))
        text += fmt::format("in the pool: yes, after {} such checks, with a score of {:.0f}\n",
            *checks, least_score);
    else
        text += fmt::format("in the pool: no, the score stays below {:.0f}\n", least_score);
    for (const auto& line : advice(check, samples))
        text += "advice: " + line + "\n";
    return text;
}

Json json_of(const Check& check, const std::vector<Sample>& samples)
{
    Json list = Json::array();
    for (const Sample& sample : samples) {
        Json one = Json::object();
        if (sample.answer) {
            const TimeAnswer& a = *sample.answer;
            one.set("stratum", a.header.stratum).set("leap", static_cast<int>(a.header.leap));
            if (a.is_kiss())
                one.set("kiss_code", a.kiss_code());
            else
                one.set("offset_s", a.offset.count()).set("delay_s", a.delay.count());
        } else {
            one.set("error", sample.fault.empty() ? std::string{"no answer"} : sample.fault);
        }
        list.add(std::move(one));
    }
    Json said = Json::array();
    for (const auto& line : advice(check, samples))
        said.add(line);
    const auto checks = checks_until_used(check);
    Json json = Json::object();
    json.set("samples", std::move(list))
        .set("offset_s", check.best ? Json{check.best->offset.count()} : Json{})
        .set("error", check.best ? Json{} : Json{check.fault})
        .set("step", check.step)
        .set("score_cap", check.cap ? Json{*check.cap} : Json{})
        .set("final_score", final_score(check))
        .set("is_in_pool", checks.has_value())
        .set("checks_until_in_pool", checks ? Json{*checks} : Json{})
        .set("advice", std::move(said));
    return json;
}

} // namespace timeball::query::pool
