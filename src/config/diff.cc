// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// What a reload changes.

#include "config/diff.h"

#include <map>
#include <tuple>

namespace timeball::config {

namespace {

template <class... Members>
bool differ(const LiveConfig& a, const LiveConfig& b, Members LiveConfig::*... members)
{
    return ((a.*members != b.*members) || ...);
}

std::map<std::string, const SourceConfig*> by_identity(const std::vector<SourceConfig>& sources)
{
    std::map<std::string, const SourceConfig*> result;
    for (const SourceConfig& source : sources)
        result.emplace(identity(source), &source);
    return result;
}

} // namespace

bool Changes::is_empty() const
{
    return *this == Changes{};
}

Changes diff(const LiveConfig& before, const LiveConfig& after)
{
    using L = LiveConfig;
    Changes changes;
    const auto known = by_identity(before.sources);
    const auto wanted = by_identity(after.sources);
    for (const SourceConfig& source : before.sources)
        if (wanted.count(identity(source)) == 0)
            changes.removed.push_back(source);
    for (const SourceConfig& source : after.sources) {
        const auto found = known.find(identity(source));
        if (found == known.end())
            changes.added.push_back(source);
        else if (!(*found->second == source))
            changes.changed.push_back(source);
    }
    changes.access
        = differ(before, after, &L::restrictions, &L::restrict_names, &L::monitor, &L::auth);
    changes.limit = differ(before, after, &L::limit);
    changes.mru = differ(before, after, &L::mru);
    changes.serve = differ(before, after, &L::serve);
    changes.interfaces = differ(before, after, &L::interfaces, &L::dscp);
    changes.policy = differ(before, after, &L::policy, &L::ntp);
    changes.leap
        = differ(before, after, &L::leapfile, &L::leapfile_checks_hash, &L::leap_smear_interval);
    changes.drift = differ(before, after, &L::driftfile, &L::drift_threshold, &L::tinker_frequency);
    changes.statistics = differ(before, after, &L::statsdir, &L::statistics, &L::stats);
    changes.log = differ(before, after, &L::logfile, &L::logconfig);
    changes.keys
        = differ(before, after, &L::saveconfigdir, &L::keysfile, &L::trusted_keys, &L::control_key);
    changes.variables = differ(before, after, &L::variables);
    changes.nts = differ(before, after, &L::nts_cert, &L::nts_key, &L::nts_cookie, &L::nts_ca,
        &L::nts_aead, &L::nts_mintls, &L::nts_maxtls, &L::nts_port, &L::nts_enabled);
    return changes;
}

std::vector<std::string> wants_restart(const StartConfig& before, const StartConfig& after)
{
    std::vector<std::string> result;
    const auto look = [&](const char* name, const auto& a, const auto& b) {
        if (a != b)
            result.emplace_back(name);
    };
    look("pidfile", before.pidfile, after.pidfile);
    look("user", std::tie(before.user, before.group), std::tie(after.user, after.group));
    look("clock", before.clock, after.clock);
    look("software_clock", before.software_clock, after.software_clock);
    look("port", before.port, after.port);
    look("extra port", before.extra_port, after.extra_port);
    look("xdp", before.xdp, after.xdp);
    look("sandbox", before.sandbox, after.sandbox);
    look("high_priority", before.high_priority, after.high_priority);
    return result;
}

} // namespace timeball::config
