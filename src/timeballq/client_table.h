// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The commands mrulist, ifstats and reslist: what may be asked of the first, and the tables of all
// three in ntpq's columns.

#include "control/mru_query.h"
#include "control/variables.h"
#include "timeballq/json.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace timeball::query {

struct MruCommand {
    control::MruWish wish;
    std::string sort; // by what; empty: last heard first
};
Result<MruCommand, std::string> parse_mrulist(const std::vector<std::string>& words);
std::vector<std::string_view> mrulist_words(); // all that it understands

void sort_entries(std::vector<control::MruEntry>& entries, std::string_view by);

// `name_of` gives the name of an address, or the address when it has none.
using ClientName = std::function<std::string(const std::string& address)>;
std::string mru_header();
std::string mru_line(const control::MruEntry& entry, ntp::Timestamp now, const ClientName& name_of);
// Without a present to count from: day, second of the day, and how long it has been active.
std::string direct_mru_line(const control::MruEntry& entry, const ClientName& name_of);
Json json_of(const control::MruEntry& entry, std::optional<ntp::Timestamp> now);

std::string interface_table(const std::vector<control::VariableList>& rows);
std::string restriction_table(const std::vector<control::VariableList>& rows);
Json json_of(const std::vector<control::VariableList>& rows);

} // namespace timeball::query
