// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The commands that judge: why, check, wait, watch, monitor, poll.

#include "timeballq/billboard.h"
#include "timeballq/command.h"
#include "timeballq/pool_monitor.h"
#include "timeballq/status_words.h"
#include "timeballq/why.h"

#include <fmt/format.h>

#include <algorithm>

namespace timeball::query {

namespace {

using namespace std::chrono_literals;
using control::Opcode;

// "-t 60 -b 1ms": each option of `letters` with its value; nothing when it is something else.
std::optional<std::map<char, std::string>> options_in(
    const std::vector<std::string>& words, std::string_view letters)
{
    std::map<char, std::string> found;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string& word = words[i];
        if (word.size() < 2 || word[0] != '-' || letters.find(word[1]) == letters.npos)
            return std::nullopt;
        if (word.size() > 2)
            found[word[1]] = word.substr(2);
        else if (i + 1 < words.size())
            found[word[1]] = words[++i];
        else
            return std::nullopt;
    }
    return found;
}

std::string in_words(const std::string& name, const AssociationStatus& association,
    const Reasons& reasons, const std::string& own_word)
{
    std::string text = fmt::format(
        "{}{} ({}): {}\n", tally(association.status), name, association.id.value, reasons.verdict);
    if (!own_word.empty())
        text += fmt::format("    it says itself: {}\n", own_word);
    for (const auto& reason : reasons.because)
        text += fmt::format("    {}\n", reason);
    return text;
}

} // namespace

std::optional<control::VariableList> Interpreter::fetch_variables(
    AssociationId id, const std::string& names)
{
    const auto reply = ask({Opcode::read_variables, id, names});
    if (!reply)
        return std::nullopt;
    return control::parse_variables(reply->data);
}

Result<Health, Problem> Interpreter::fetch_health()
{
    const auto system = ask({Opcode::read_variables, {}, std::string{health_variables}});
    if (!system)
        return unexpected(system.error());
    const auto list = fetch_associations();
    if (!list)
        return unexpected(list.error());
    return health_of(control::parse_variables(system->data), *list);
}

Interpreter::Outcome Interpreter::why(const Command&, const Words& arguments)
{
    const auto health = fetch_health();
    if (!health)
        return failed(health.error());
    std::optional<AssociationId> only;
    if (!arguments.empty()) {
        const auto found = association(arguments[0]);
        if (!found)
            return failed(found.error());
        only = *found;
    }

    const auto list = associations_;
    std::vector<Candidate> candidates;
    for (const auto& [id, status] : list)
        candidates.push_back({status, fetch_variables(id, "").value_or(control::VariableList{})});
    const auto chosen = std::find_if(
        candidates.begin(), candidates.end(), [](const Candidate& c) { return c.is_chosen(); });
    const Candidate* leader = chosen == candidates.end() ? nullptr : &*chosen;

    Outcome outcome;
    Json sources = Json::array();
    for (std::size_t i = 0; i < list.size(); ++i) {
        if (only && list[i].id != *only)
            continue;
        const auto& variables = candidates[i].variables;
        const auto address = peer_address(variables);
        const auto name = peer_name(variables, address ? name_of(*address) : "");
        // timeballd knows more about its reasons than can be told from figures.
        const auto own = fetch_variables(list[i].id, "tb_why");
        const auto own_word = own ? own->get("tb_why") : std::string{};
        const auto reasons = reasons_for(candidates[i], leader, list.size());
        outcome.out += in_words(name, list[i], reasons, own_word);

        Json because = Json::array();
        for (const auto& reason : reasons.because)
            because.add(reason);
        Json one = association_json(list[i]);
        one.set("name", name).set("verdict", reasons.verdict).set("because", std::move(because));
        if (!own_word.empty())
            one.set("tb_why", own_word);
        sources.add(std::move(one));
    }
    if (only && outcome.out.empty())
        return fault(fmt::format("{}: there is no association {}", host_, only->value));
    const auto summary = judge(*health, {});
    if (!only)
        outcome.out += health->is_synchronized
            ? fmt::format(
                "It follows {} at stratum {}, within {} of true time by its own account.\n",
                health->reference, health->stratum, span_in_words(health->bound))
            : fmt::format("It is not synchronized: {} of {} sources are usable.\n", health->usable,
                health->sources);
    outcome.json = summary.json;
    outcome.json.set("associations", std::move(sources));
    return outcome;
}

Interpreter::Outcome Interpreter::check(const Command&, const Words& arguments)
{
    if (arguments.size() > 1)
        return fault("usage: check [HOST]");
    if (!arguments.empty()) {
        if (auto outcome = connect(arguments[0]); !outcome.err.empty())
            return outcome;
    }
    if (host_.empty())
        return fault("no host to ask ('host NAME' chooses one)");

    const auto interrupts = conversation_.catch_interrupts();
    std::vector<pool::Sample> samples;
    for (int i = 0; i < pool::requests; ++i) {
        if (i > 0 && !conversation_.pause(pool::interval))
            return failed({.text = "interrupted"});
        const auto answer = conversation_.ask_time(4, pool::patience);
        if (answer)
            samples.push_back({*answer, ""});
        else if (answer.error().is_interruption)
            return failed(answer.error());
        else
            samples.push_back({std::nullopt, answer.error().is_silence ? "" : answer.error().text});
        if (pool::ends_check(samples.back()))
            break;
    }
    const auto result = pool::check_of(samples);
    const bool is_in = pool::checks_until_used(result).has_value();
    return {.out = pool::report(result, samples),
        .status = !is_in      ? 2
            : result.step < 1 ? 1
                              : 0,
        .json = pool::json_of(result, samples)};
}

Interpreter::Outcome Interpreter::wait(const Command& command, const Words& arguments)
{
    const auto options = options_in(arguments, "tb");
    if (!options)
        return fault(fmt::format("usage: {} {}", command.name, command.arguments));
    Seconds patience = 600s;
    std::optional<Seconds> bound;
    for (const auto& [letter, value] : *options) {
        const auto span = parse_span(value, Seconds{1});
        if (!span)
            return fault(fmt::format("'{}' is not a span of time, as 60 or 500us", value));
        if (letter == 't')
            patience = *span;
        else
            bound = *span;
    }

    const auto interrupts = conversation_.catch_interrupts();
    const auto since = conversation_.now();
    const auto until = since + rounded(patience);
    std::string missing;
    while (true) {
        const auto health = fetch_health();
        const Seconds waited = conversation_.now() - since;
        if (health) {
            const auto lack = not_yet(*health, bound);
            if (!lack) {
                Json json = judge(*health, {}).json;
                json.set("waited_s", waited.count());
                return {.out = fmt::format("synchronized to {}, stratum {}, within {}, after {}\n",
                            health->reference, health->stratum, span_in_words(health->bound),
                            span_in_words(waited)),
                    .status = 0,
                    .json = std::move(json)};
            }
            missing = *lack;
        } else if (health.error().is_interruption) {
            return {.err = host_ + ": interrupted\n", .status = 1};
        } else {
            missing = health.error().text; // a daemon that starts will answer in a while
        }
        const auto now = conversation_.now();
        if (now >= until)
            return {.err = fmt::format("{}: {}, after {}\n", host_, missing, span_in_words(waited)),
                .status = 1};
        if (!conversation_.pause(std::min<Nanoseconds>(1s, until - now)))
            return {.err = host_ + ": interrupted\n", .status = 1};
    }
}

Interpreter::Outcome Interpreter::watch(const Command& command, const Words& arguments)
{
    Words rest = arguments;
    Nanoseconds interval = 2s;
    std::string asked;
    if (!rest.empty() && rest[0].starts_with("-n")) {
        std::string value = rest[0].substr(2);
        rest.erase(rest.begin());
        if (value.empty() && !rest.empty()) {
            value = rest[0];
            rest.erase(rest.begin());
        }
        const auto span = parse_span(value, Seconds{1});
        if (!span || *span < 100ms || *span > 86400s)
            return fault(fmt::format("'{}' is not an interval of 0.1 to 86400 s", value));
        interval = rounded(*span);
        asked = "-n " + value + " ";
    }
    if (rest.empty())
        return fault(fmt::format("usage: {} {}", command.name, command.arguments));
    const auto line = joined(rest, " ");
    const auto found = matching(rest[0]);
    if (found.size() == 1 && found.front()->name == command.name)
        return fault("watching a watch shows nothing new");
    Outcome outcome = run(line);
    if (found.size() == 1)
        outcome.again = {fmt::format("{} {}{}", command.name, asked, line), interval};
    return outcome;
}

Interpreter::Outcome Interpreter::monitor(const Command& command, const Words& arguments)
{
    const auto unknown = [](const std::string& why) {
        auto judgment = judge_silence(why);
        return Outcome{.out = judgment.line,
            .status = static_cast<int>(judgment.level),
            .json = std::move(judgment.json)};
    };
    const auto options = options_in(arguments, "wcs");
    if (!options)
        return unknown(fmt::format("usage: {} {}", command.name, command.arguments));
    Thresholds thresholds;
    for (const auto& [letter, value] : *options) {
        if (letter == 's') {
            const auto number = control::to_integer(value);
            if (!number || *number < 0 || *number > 1000)
                return unknown(fmt::format("'{}' is not a number of sources", value));
            thresholds.sources = static_cast<std::size_t>(*number);
            continue;
        }
        const auto span = parse_span(value, Seconds{1e-3});
        if (!span)
            return unknown(fmt::format("'{}' is not a span of time, as 10 (ms) or 500us", value));
        (letter == 'w' ? thresholds.warning : thresholds.critical) = *span;
    }
    if (thresholds.warning > thresholds.critical)
        return unknown("the threshold for a warning is above the critical one");
    const auto health = fetch_health();
    if (!health)
        return unknown((host_.empty() ? "" : host_ + ": ") + health.error().text);
    auto judgment = judge(*health, thresholds);
    return {.out = std::move(judgment.line),
        .status = static_cast<int>(judgment.level),
        .json = std::move(judgment.json)};
}

Interpreter::Outcome Interpreter::poll(const Command& command, const Words& arguments)
{
    long long times = 1;
    bool is_verbose = false;
    for (const auto& word : arguments) {
        const auto number = control::to_integer(word);
        if (word == "verbose")
            is_verbose = true;
        else if (number && *number >= 1 && *number <= 1000)
            times = *number;
        else
            return fault(fmt::format("usage: {} {}", command.name, command.arguments));
    }
    if (host_.empty())
        return fault("no host to ask ('host NAME' chooses one)");
    const auto interrupts = conversation_.catch_interrupts();
    Outcome outcome;
    Json list = Json::array();
    for (long long i = 0; i < times; ++i) {
        if (i > 0 && !conversation_.pause(pool::interval))
            break;
        const auto answer = conversation_.ask_time(4, settings_.patience.first);
        if (!answer) {
            const auto end = failed(answer.error());
            outcome.err += end.err;
            outcome.got_no_answer |= end.got_no_answer;
            if (answer.error().is_interruption)
                break;
            continue;
        }
        const auto& header = answer->header;
        if (answer->is_kiss()) {
            outcome.err += fmt::format("{}: kiss code {}\n", host_, answer->kiss_code());
            continue;
        }
        outcome.out += fmt::format("{}: stratum {}, offset {}, delay {}\n", host_, header.stratum,
            span_in_words(answer->offset), span_in_words(answer->delay));
        if (is_verbose)
            outcome.out += fmt::format("    version {}, leap {}, refid {}, precision 2^{} s, root "
                                       "delay {}, root dispersion "
                                       "{}\n",
                header.version, static_cast<int>(header.leap),
                to_string(header.reference_id, Stratum{header.stratum}), header.precision,
                span_in_words(to_seconds(header.root_delay)),
                span_in_words(to_seconds(header.root_dispersion)));
        Json one = Json::object();
        one.set("stratum", header.stratum)
            .set("leap", static_cast<int>(header.leap))
            .set("refid", to_string(header.reference_id, Stratum{header.stratum}))
            .set("offset_s", answer->offset.count())
            .set("delay_s", answer->delay.count())
            .set("rootdelay_s", to_seconds(header.root_delay).count())
            .set("rootdisp_s", to_seconds(header.root_dispersion).count());
        list.add(std::move(one));
    }
    outcome.json = Json::object();
    outcome.json.set("answers", std::move(list));
    return outcome;
}

} // namespace timeball::query
