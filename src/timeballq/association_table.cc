// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The table of associations.

#include "timeballq/association_table.h"

#include "base/wire.h"
#include "timeballq/status_words.h"

#include <fmt/format.h>

#include <algorithm>

namespace timeball::query {

std::optional<std::vector<AssociationStatus>> read_associations(std::string_view data)
{
    if (data.size() % 4 != 0)
        return std::nullopt;
    std::vector<AssociationStatus> all;
    WireReader in{std::as_bytes(std::span{data.data(), data.size()})};
    while (in.left() > 0) {
        const AssociationId id{in.take<std::uint16_t>()};
        all.push_back({id, in.take<std::uint16_t>()});
    }
    std::stable_sort(
        all.begin(), all.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
    return all;
}

std::string association_table(const std::vector<AssociationStatus>& associations)
{
    if (associations.empty())
        return "No association IDs in list\n";
    std::string text = "\nind assid status  conf reach auth condition  last_event cnt\n"
                       "===========================================================\n";
    for (std::size_t i = 0; i < associations.size(); ++i) {
        const auto& [id, status] = associations[i];
        const auto columns = peer_columns(status);
        text += fmt::format("{:3} {:5}  {:04x}   {:>3}  {:>4}  {:>4} {:>9} {:>11} {:2}\n", i + 1,
            id.value, status, columns.configured, columns.reach, columns.authentication,
            columns.condition, columns.event.substr(0, 13), columns.events);
    }
    return text;
}

Json association_json(const AssociationStatus& association)
{
    const auto columns = peer_columns(association.status);
    Json json = Json::object();
    json.set("association", association.id.value)
        .set("status", fmt::format("{:04x}", association.status))
        .set("tally", std::string(1, tally(association.status)))
        .set("condition", columns.condition)
        .set("is_configured", (association.status & 0x8000) != 0)
        .set("is_reachable", (association.status & 0x1000) != 0)
        .set("authentication", columns.authentication.substr(0, columns.authentication.find(' ')))
        .set("last_event", columns.event)
        .set("events", columns.events);
    return json;
}

} // namespace timeball::query
