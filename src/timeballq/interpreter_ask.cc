// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The commands that ask the server.

#include "timeballq/cells.h"
#include "timeballq/command.h"
#include "timeballq/cooked.h"
#include "timeballq/measures.h"
#include "timeballq/status_words.h"

#include <fmt/format.h>

#include <algorithm>

namespace timeball::query {

namespace {

using control::Opcode;
using control::Reply;

// Names separated by blanks, by commas or by both, as one list.
std::string name_list(const std::vector<std::string>& words)
{
    const std::string all = joined(words, ","); // the names refer to it
    std::string list;
    for (const auto name : control::names_in(all))
        list.append(list.empty() ? "" : ",").append(name);
    return list;
}

std::string status_words(Opcode opcode, AssociationId id, std::uint16_t status)
{
    if (opcode == Opcode::read_clock)
        return clock_status_words(status);
    return id == AssociationId{} ? system_status_words(status) : peer_status_words(status);
}

} // namespace

Result<Reply, Problem> Interpreter::ask(const control::Question& question)
{
    if (host_.empty())
        return unexpected(Problem{"no host to ask ('host NAME' chooses one)"});
    control::Question asked = question;
    asked.is_signed |= settings_.signs_all;
    return conversation_.ask(asked);
}

Result<std::vector<AssociationStatus>, Problem> Interpreter::fetch_associations()
{
    const auto reply = ask({Opcode::read_status, {}, ""});
    if (!reply)
        return unexpected(reply.error());
    auto list = read_associations(reply->data);
    if (!list)
        return unexpected(Problem{"the list of associations is cut off"});
    associations_ = *list;
    return std::move(*list);
}

// An identifier, or "&N": the N-th of the list, which is fetched when there is none yet.
Result<AssociationId, Problem> Interpreter::association(const std::string& word)
{
    const bool is_index = word.starts_with("&");
    const auto number = control::to_integer(is_index ? word.substr(1) : word);
    if (!number || *number < 0 || *number > 65535)
        return unexpected(Problem{
            fmt::format("'{}' is neither an association nor &N, its place in the list", word)});
    if (!is_index)
        return AssociationId{static_cast<std::uint16_t>(*number)};
    if (associations_.empty()) {
        if (const auto fetched = fetch_associations(); !fetched)
            return unexpected(fetched.error());
    }
    const auto index = static_cast<std::size_t>(*number);
    if (index < 1 || index > associations_.size())
        return unexpected(Problem{fmt::format(
            "there is no association {}: the list has {}", word, associations_.size())});
    return associations_[index - 1].id;
}

std::string Interpreter::name_of(const std::string& address)
{
    if (!settings_.shows_names)
        return {};
    if (const auto known = names_.find(address); known != names_.end())
        return known->second;
    const auto parsed = parse_address(address);
    const auto name = parsed ? conversation_.name_of(*parsed) : std::string{};
    names_[address] = name;
    return name;
}

Interpreter::Outcome Interpreter::peers(const Command& command, const Words&)
{
    const auto list = fetch_associations();
    if (!list)
        return failed(list.error());
    if (list->empty())
        return {.out = host_ + ": no associations\n",
            .json = std::move(Json::object().set("peers", Json::array()))};

    Layout layout{.width = settings_.width,
        .is_wide = settings_.is_wide,
        .shows_units = settings_.shows_units,
        .shows_hashes = settings_.shows_hashes};
    if (command.name == "rpeers")
        layout.columns = Columns::names_last;
    else if (command.name == "apeers")
        layout.columns = Columns::association;
    else if (command.name == "opeers" || command.name == "lopeers")
        layout.columns = Columns::local_address;

    std::optional<ntp::Timestamp> clock;
    if (const auto reply = ask({Opcode::read_variables, {}, "clock"}); reply)
        clock = to_timestamp(control::parse_variables(reply->data).get("clock"));

    const auto column = settings_.host_column;
    const auto cell = [&](const std::string& text) {
        return column == 0 ? "" : padded(end_of(text, column), column + 1);
    };
    Outcome outcome;
    outcome.out = cell("server") + billboard_header(layout) + "\n"
        + std::string(billboard_width(layout) + (column == 0 ? 0 : column + 1), '=') + "\n";
    Json peers = Json::array();
    for (const auto& [id, status] : *list) {
        const auto reply = ask({Opcode::read_variables, id, ""});
        if (!reply && reply.error().refusal)
            continue; // it went away between two questions
        if (!reply) {
            const auto end = failed(reply.error());
            outcome.err += end.err;
            outcome.got_no_answer = end.got_no_answer;
            return outcome;
        }
        auto variables = control::parse_variables(reply->data);
        const auto address = peer_address(variables);
        auto name = peer_name(variables, address ? name_of(*address) : "");
        if (const auto given = variables.get("srchost");
            settings_.shows_configured_names && !given.empty())
            name = given;
        Json one = association_json({id, reply->status});
        one.set("name", name).merge(json_of(variables));
        peers.add(std::move(one));
        outcome.out += cell(host_)
            + billboard_line(
                {id, reply->status, std::move(variables), std::move(name)}, layout, clock);
    }
    outcome.json = Json::object();
    outcome.json.set("peers", std::move(peers));
    return outcome;
}

Interpreter::Outcome Interpreter::associations(const Command& command, const Words&)
{
    if (command.name.find("pass") == command.name.npos) {
        if (const auto list = fetch_associations(); !list)
            return failed(list.error());
    }
    Json list = Json::array();
    for (const auto& known : associations_)
        list.add(association_json(known));
    return {.out = association_table(associations_),
        .json = std::move(Json::object().set("associations", std::move(list)))};
}

Interpreter::Outcome Interpreter::show_variables(
    Opcode opcode, AssociationId id, const std::string& names, bool says_which)
{
    const auto reply = ask({opcode, id, names});
    if (!reply)
        return failed(reply.error());
    std::string text;
    if (settings_.host_column != 0)
        text += "server=" + host_ + " ";
    if (says_which)
        text += fmt::format("associd={} ", id.value);
    if (names.empty()) {
        text += settings_.is_raw ? fmt::format("status=0x{:04x},\n", reply->status)
                                 : fmt::format("status={:04x} {},\n", reply->status,
                                     status_words(opcode, id, reply->status));
    }
    const auto variables = control::parse_variables(reply->data);
    Json json = Json::object();
    json.set("association", id.value)
        .set("status", fmt::format("{:04x}", reply->status))
        .set("status_words", status_words(opcode, id, reply->status))
        .set("variables", json_of(variables));
    if (variables.empty())
        return {.out = text + "no variables\n", .json = std::move(json)};
    return {.out = text
            + (settings_.is_raw ? raw(reply->data)
                                : cooked(variables, settings_.width, settings_.shows_units)),
        .json = std::move(json)};
}

// Without an association the names are the system's.
Interpreter::Outcome Interpreter::read_variables(const Command&, const Words& arguments)
{
    Words names = arguments;
    AssociationId id;
    const bool is_named = !names.empty()
        && (names[0].starts_with("&") || control::to_integer(names[0]).has_value());
    if (is_named) {
        const auto found = association(names[0]);
        if (!found)
            return failed(found.error());
        id = *found;
        names.erase(names.begin());
    }
    return show_variables(Opcode::read_variables, id, name_list(names), names.empty());
}

Interpreter::Outcome Interpreter::read_list(const Command&, const Words& arguments)
{
    const auto id = association(arguments.empty() ? "0" : arguments[0]);
    if (!id)
        return failed(id.error());
    return show_variables(Opcode::read_variables, *id, name_list(names_on_list()), true);
}

Interpreter::Outcome Interpreter::read_range(const Command& command, const Words& arguments)
{
    if (arguments.size() < 2)
        return fault(fmt::format("usage: {} {}", command.name, command.arguments));
    const auto first = association(arguments[0]), last = association(arguments[1]);
    if (!first || !last)
        return failed(first ? last.error() : first.error());
    if (const auto fetched = fetch_associations(); !fetched)
        return failed(fetched.error());
    Words names(arguments.begin() + 2, arguments.end());
    if (command.name == "mreadlist" || command.name == "mrl")
        names = names_on_list();
    Outcome outcome;
    Json list = Json::array();
    for (const auto& known : associations_) {
        if (known.id < *first || known.id > *last)
            continue;
        auto one = show_variables(Opcode::read_variables, known.id, name_list(names), true);
        outcome.out += (outcome.out.empty() ? "" : "\n") + one.out;
        outcome.err += one.err;
        outcome.got_no_answer |= one.got_no_answer;
        if (!one.err.empty())
            return outcome;
        list.add(std::move(one.json));
    }
    outcome.json = Json::object();
    outcome.json.set("associations", std::move(list));
    if (outcome.out.empty())
        return fault(fmt::format("no association between {} and {}", first->value, last->value));
    return outcome;
}

Interpreter::Outcome Interpreter::read_clock(const Command& command, const Words& arguments)
{
    const auto id = association(arguments.empty() ? "0" : arguments[0]);
    if (!id)
        return failed(id.error());
    Words names(arguments.begin() + (arguments.empty() ? 0 : 1), arguments.end());
    if (command.name == "clocklist" || command.name == "cl")
        names = names_on_list();
    return show_variables(Opcode::read_clock, *id, name_list(names), names.empty());
}

// Older and other servers do not know every name, and then answer none: each is asked for alone.
Result<Reply, Problem> Interpreter::fetch_figures(AssociationId id, const std::string& names)
{
    auto reply = ask({Opcode::read_variables, id, names});
    if (reply || reply.error().refusal != control::Error::unknown_variable)
        return reply;
    Reply all;
    for (const auto& [name, value] : pairs_of(names)) {
        const auto one = ask({Opcode::read_variables, id, name});
        if (!one && !one.error().refusal)
            return one;
        if (!one)
            continue;
        all.status = one->status;
        all.data += (all.data.empty() ? "" : ",") + one->data;
    }
    return all;
}

Interpreter::Outcome Interpreter::summary(const Command& command, const Words&)
{
    const Summary& wanted = *find_summary(command.name);
    const auto reply = fetch_figures({}, names_of(wanted.figures));
    if (!reply)
        return failed(reply.error());
    Json figures = json_of(control::parse_variables(reply->data));
    std::string text;
    if (settings_.is_raw)
        text = raw(reply->data);
    else {
        if (wanted.has_status)
            text = fmt::format(
                "associd=0 status={:04x} {},\n", reply->status, system_status_words(reply->status));
        const auto with_name = [this](const std::string& address) {
            const auto endpoint = parse_endpoint(address);
            const auto name = endpoint ? name_of(to_string(endpoint->address)) : "";
            return name.empty() ? address : fmt::format("{}:{}", name, endpoint->port);
        };
        text += figures_table(control::parse_variables(reply->data), wanted.figures, with_name,
            settings_.shows_units);
    }
    if (!wanted.twice.empty()) {
        const auto both = fetch_figures({}, names_of(wanted.twice, true));
        if (!both)
            return failed(both.error());
        figures.merge(json_of(control::parse_variables(both->data)));
        text += settings_.is_raw ? raw(both->data)
                                 : double_table(control::parse_variables(both->data), wanted.twice);
    }
    if (text.empty())
        text = host_ + ": there are no such figures\n";
    return {.out = text, .json = std::move(Json::object().set("figures", std::move(figures)))};
}

Interpreter::Outcome Interpreter::peer_statistics(const Command& command, const Words& arguments)
{
    if (arguments.empty())
        return fault(fmt::format("usage: {} {}", command.name, command.arguments));
    const auto id = association(arguments[0]);
    if (!id)
        return failed(id.error());
    const auto reply = fetch_figures(*id, names_of(peer_figures()));
    if (!reply)
        return failed(reply.error());
    if (settings_.is_raw)
        return {.out = raw(reply->data)};
    const auto variables = control::parse_variables(reply->data);
    Json json = association_json({*id, reply->status});
    json.merge(json_of(variables));
    const auto with_name = [this](const std::string& address) {
        const auto name = name_of(address);
        return name.empty() ? address : name;
    };
    return {.out = fmt::format("associd={} status={:04x} {},\n", id->value, reply->status,
                       peer_status_words(reply->status))
            + figures_table(variables, peer_figures(), with_name, settings_.shows_units),
        .json = std::move(json)};
}

} // namespace timeball::query
