// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Why an association is followed or not, in plain words, from what any ntpd says about it: its
// selection, the tests it failed, and by how much.

#include "control/variables.h"
#include "time/time.h"

#include <optional>
#include <string>
#include <vector>

namespace timeball::query {

struct Candidate {
    std::uint16_t status = 0;
    control::VariableList variables;

    unsigned selection() const { return status >> 8 & 7u; }
    Seconds offset() const;
    Seconds distance() const; // how far it may be from true time: its root distance
    bool is_chosen() const { return selection() >= 6; }
};

struct Reasons {
    std::string verdict; // "the system peer"
    std::vector<std::string> because; // each a clause, the weightiest first
};

// `chosen` is the one that the server follows, when there is one; `all` how many associations it
// has.
Reasons reasons_for(const Candidate& candidate, const Candidate* chosen, std::size_t all);

} // namespace timeball::query
