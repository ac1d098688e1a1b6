// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The list of associations that READSTAT brings, and its table.

#include "ntp/types.h"
#include "timeballq/json.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace timeball::query {

struct AssociationStatus {
    AssociationId id;
    std::uint16_t status = 0;
};

// Pairs of sixteen bits, ascending by id. Nothing when a pair is cut in two.
std::optional<std::vector<AssociationStatus>> read_associations(std::string_view data);

std::string association_table(const std::vector<AssociationStatus>& associations);
Json association_json(const AssociationStatus& association);

} // namespace timeball::query
