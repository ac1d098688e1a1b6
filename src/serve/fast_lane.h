// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// What the server has to say to the fast path, and what that adds to its counts and to those of its
// rules. Where there is no fast path, nothing happens.

#include "config/config.h"
#include "edge/fast_path.h"
#include "edge/log.h"
#include "edge/network.h"
#include "serve/setting.h"
#include "serve/tallies.h"

#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace timeball::serve {

class FastLane {
public:
    FastLane(FastPath* path, Log& log, const std::vector<std::string>& names)
        : path_{path}, log_{log}, names_{names}
    {
    }

    // After every change. `listening`: where workers have sockets. False when an interface could
    // not be had, which is logged once: then it is worth while to try again.
    bool obey(const Setting& setting, std::span<const Endpoint> listening,
        std::span<const NetworkInterface> interfaces, int dscp);

    void add_to(Counts& counts) const;

    // How often each rule was the one there, as the rules of the setting obeyed last; those that
    // stay through a change keep their counts. Empty where there is no fast path.
    std::vector<std::uint64_t> rule_hits() const;

private:
    FastPath* path_;
    Log& log_;
    std::vector<std::string> names_;
    std::set<std::string> told_;
    std::shared_ptr<const AccessList> access_; // that is obeyed,
    std::vector<FastRule> rules_; // as the fast path has it,
    std::vector<std::uint64_t> hits_before_; // of access_, before it had these
};

// On an interface: its own addresses and, since any interface may lead to them, those of lo that
// are not only for this host.
std::vector<FastDoor> fast_doors(std::span<const Endpoint> listening,
    std::span<const NetworkInterface> interfaces, const std::vector<std::string>& names);

} // namespace timeball::serve
