// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Where to listen: the `interface` rules applied to the addresses that this host has now.

#include "base/address.h"
#include "config/config.h"
#include "edge/network.h"

#include <compare>
#include <span>
#include <vector>

namespace timeball::serve {

// One socket to open.
struct Binding {
    Endpoint at;
    bool drops = false; // holds the port and discards what comes
    int dscp = 0;

    auto operator<=>(const Binding&) const = default;
};

// Sorted. Without a rule that keeps us from somewhere, the wildcard address of each family takes
// all there is and all that may come; otherwise each address gets a socket of its own.
std::vector<Binding> bindings(std::span<const NetworkInterface> interfaces,
    std::span<const config::InterfaceRule> rules, const config::StartConfig& start, int dscp);

} // namespace timeball::serve
