// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The commands for lists of rows: clients, interfaces, restrictions.

#include "timeballq/cells.h"
#include "timeballq/client_table.h"
#include "timeballq/command.h"
#include "timeballq/cooked.h"

#include <fmt/format.h>

namespace timeball::query {

std::string Interpreter::client_name(const std::string& address)
{
    const auto name = name_of(address);
    return name.empty() ? address : name;
}

Interpreter::Outcome Interpreter::clients(const Command&, const Words& arguments)
{
    auto wanted = parse_mrulist(arguments);
    if (!wanted)
        return fault(wanted.error());
    const auto named = [this](const std::string& address) { return client_name(address); };

    const auto interrupts = conversation_.catch_interrupts();
    const auto since = conversation_.now();
    control::MruQuery query{wanted->wish};
    Outcome outcome;
    bool is_interrupted = false;
    while (const auto question = query.next(conversation_.now())) {
        const auto reply = ask(*question);
        if (reply) {
            query.take(*reply, conversation_.now());
            if (settings_.is_raw)
                outcome.out += raw(reply->data);
            else if (settings_.is_direct) {
                for (const auto& entry : query.latest())
                    outcome.out += direct_mru_line(entry, named);
            }
        } else if (reply.error().refusal) {
            query.refused(*reply.error().refusal);
        } else if (reply.error().is_interruption) {
            is_interrupted = true;
            break;
        } else if (reply.error().is_loss && query.received() > 0) {
            query.lost();
        } else {
            return failed(reply.error());
        }
    }
    if (query.has_failed()) {
        outcome.err = fmt::format("{}: {}\n", host_, to_string(query.failure()));
        if (query.received() == 0)
            return outcome;
    }
    if (is_interrupted)
        outcome.err = fmt::format("{}: interrupted: the list is not complete\n", host_);

    auto entries = query.entries();
    sort_entries(entries, wanted->sort);
    // Without the end of the list nobody said when it is: at least when the last one was heard.
    const auto now = query.now() ? query.now()
        : entries.empty()        ? std::nullopt
                                 : std::optional{entries.front().last};
    const Seconds took = conversation_.now() - since;
    if (settings_.is_json) {
        Json list = Json::array();
        for (const auto& entry : entries)
            list.add(json_of(entry, now));
        outcome.json = Json::object();
        outcome.json.set("is_complete", query.is_complete())
            .set("seconds", took.count())
            .set("clients", std::move(list));
        return outcome;
    }
    if (settings_.is_raw || settings_.is_direct)
        return outcome;
    outcome.out = mru_header();
    for (const auto& entry : entries)
        outcome.out += mru_line(entry, *now, named);
    outcome.out
        += fmt::format("# Collected {} slots in {:.3f} seconds\n", query.received(), took.count());
    return outcome;
}

Interpreter::Outcome Interpreter::ordered_list(const Command& command, const Words&)
{
    const bool is_interfaces = command.name == "ifstats";
    const auto reply = ask_signed({.opcode = control::Opcode::read_ordered_list,
        .data = is_interfaces ? "ifstats" : "addr_restrictions"});
    if (!reply)
        return failed(reply.error());
    if (settings_.is_raw)
        return {.out = raw(reply->data)};
    const auto rows = control::parse_rows(reply->data).rows;
    return {.out = is_interfaces ? interface_table(rows) : restriction_table(rows),
        .json = std::move(
            Json::object().set(is_interfaces ? "interfaces" : "restrictions", json_of(rows)))};
}

} // namespace timeball::query
