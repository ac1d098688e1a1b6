// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The billboard: one line for each association, in ntpq's columns.

#include "control/variables.h"
#include "ntp/timestamp.h"
#include "ntp/types.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace timeball::query {

enum class Columns : std::uint8_t {
    reference_id, // peers
    association, // apeers: reference identifier and association
    local_address, // opeers: and dispersion in place of jitter
    names_last // rpeers: figures first, so that names need no room
};

struct Layout {
    Columns columns = Columns::reference_id;
    std::size_t width = 80; // of the terminal; more than 104 are not used
    bool is_wide = false; // a name that is too long has a line of its own
    bool shows_units = false; // as units.h says
    bool shows_hashes = false; // reference identifiers that are addresses, as eight digits
};

struct Peer {
    AssociationId id;
    std::uint16_t status = 0;
    control::VariableList variables;
    std::string name; // to be shown
};

std::string billboard_header(const Layout& layout);
std::size_t billboard_width(const Layout& layout); // of the rule below the header

// Ends in a newline. `clock` is what the server's clock showed when it was asked; without it
// nobody knows how long ago anything was.
std::string billboard_line(
    const Peer& peer, const Layout& layout, std::optional<ntp::Timestamp> clock);

// What to call a peer: the name of the server as configured where it has no address (pools,
// reference clocks), else `resolved` when there is one, else its address.
std::string peer_name(const control::VariableList& variables, const std::string& resolved);

// Its address, when it has one that may have a name.
std::optional<std::string> peer_address(const control::VariableList& variables);

} // namespace timeball::query
