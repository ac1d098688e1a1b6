// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// What a configuration asks for and this build does not have.

#include "config/build.h"

#include <fmt/format.h>

#include <algorithm>

namespace timeball::config {

namespace {

using Severity = Diagnostic::Severity;

void look_at_source(std::vector<Diagnostic>& result, const SourceConfig& source, const Build& build)
{
    const auto tell = [&](const std::string& what) {
        result.push_back({Severity::warning, source.file, source.line, 0,
            fmt::format("{}: {}", quoted(source.host), what)});
    };
    if (source.refclock
        && std::find(build.drivers.begin(), build.drivers.end(), source.refclock->driver)
            == build.drivers.end())
        tell(fmt::format(
            "reference clock driver '{}' is not available in this build", source.refclock->driver));
    if (source.nts && !build.has_nts)
        tell("'nts' is not available in this build; it is not asked without it");
    if (source.interleaved && !build.has_interleaved_mode)
        tell("'xleave' is not available in this build; it is asked without it");
}

} // namespace

std::vector<Diagnostic> missing(const LiveConfig& live, const Build& build)
{
    std::vector<Diagnostic> result;
    for (const SourceConfig& source : live.sources)
        look_at_source(result, source, build);
    const auto look = [&](bool is_missing, Severity severity, const std::string& text) {
        if (is_missing)
            result.push_back({severity, "", 0, 0, text});
    };
    look(live.nts_enabled && !build.has_nts, Severity::warning,
        "'nts' is not available in this build: time is served without it");
    for (const FileGeneration& f : live.statistics) {
        const bool has_any = f.kind.starts_with("nts") ? build.has_nts
            : f.kind == "clockstats"                   ? !build.drivers.empty()
                                                       : true;
        look(f.is_enabled && !live.statsdir.empty() && live.stats && !has_any, Severity::note,
            fmt::format("'statistics {}': there is nothing to write in this build", f.kind));
    }
    look(live.control_key.value != 0 && !build.has_remote_changes, Severity::note,
        "'controlkey': nothing can be changed over the network in this build");
    return result;
}

} // namespace timeball::config
