// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Diagnostics as text.

#include "config/diagnostic.h"

#include <fmt/format.h>

#include <algorithm>

namespace timeball::config {

namespace {

std::string_view name(Diagnostic::Severity severity)
{
    switch (severity) {
    case Diagnostic::Severity::note:
        return "note";
    case Diagnostic::Severity::warning:
        return "warning";
    case Diagnostic::Severity::error:
        break;
    }
    return "error";
}

// A file may hold anything; a terminal or a log must not be steered by it.
std::string printable(std::string_view text)
{
    std::string result;
    for (const char c : text) {
        const auto octet = static_cast<unsigned char>(c);
        if (octet < 0x20 || octet == 0x7f)
            result += fmt::format("\\x{:02x}", octet);
        else
            result += c;
    }
    return result;
}

} // namespace

std::string to_string(const Diagnostic& d)
{
    std::string place = printable(d.file.empty() ? "timeballd" : d.file);
    if (d.line > 0)
        place += fmt::format(":{}", d.line);
    if (d.line > 0 && d.column > 0)
        place += fmt::format(":{}", d.column);
    return fmt::format("{}: {}: {}", place, name(d.severity), printable(d.text));
}

int check_status(const std::vector<Diagnostic>& diagnostics)
{
    return std::any_of(diagnostics.begin(), diagnostics.end(),
        [](const Diagnostic& d) { return d.severity == Diagnostic::Severity::error; });
}

std::string quoted(std::string_view word)
{
    constexpr std::size_t longest = 64;
    if (word.size() <= longest)
        return fmt::format("'{}'", printable(word));
    return fmt::format("'{}...'", printable(word.substr(0, longest)));
}

} // namespace timeball::config
