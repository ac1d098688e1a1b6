// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// What has been read so far. The order of lines of different kinds does not matter, so some wait
// here until all have been read.

#include "config/access.h"
#include "config/config.h"
#include "config/diagnostic.h"
#include "config/line.h"

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace timeball::config {

// A restrict line that spoke of `kod`, which makes sense only if another one, perhaps, said
// `limited`.
struct KissLine {
    Line line;
    Token subject;
    std::vector<RestrictEntry> entries;
    std::optional<RestrictName> name;
};

struct Draft {
    Config config;
    std::vector<Diagnostic> diagnostics;
    AccessDraft access;
    std::vector<Line> unpeers, fudges, devices; // carried out after all sources are known
    std::set<std::string, std::less<>> enabled, disabled; // applied in this order
    std::set<std::string, std::less<>> source_identities;
    std::set<std::string, std::less<>> told; // what is said once only
    std::set<std::uint16_t> trusted;
    std::vector<KissLine> kisses;
    bool has_limit = false, has_discard = false;
    bool is_change = false; // lines given at run time

    void say(Diagnostic::Severity severity, const Line& line, int column, std::string text)
    {
        diagnostics.push_back({severity, line.file(), line.number(), column, std::move(text)});
    }
    void warn(const Line& line, int column, std::string text)
    {
        say(Diagnostic::Severity::warning, line, column, std::move(text));
    }
    void note(const Line& line, int column, std::string text)
    {
        say(Diagnostic::Severity::note, line, column, std::move(text));
    }
    void error(const Line& line, int column, std::string text)
    {
        say(Diagnostic::Severity::error, line, column, std::move(text));
    }
};

} // namespace timeball::config
