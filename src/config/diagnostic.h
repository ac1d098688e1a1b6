// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// What is to be said of a configuration: where, how grave, and one sentence.

#include <string>
#include <string_view>
#include <vector>

namespace timeball::config {

struct Diagnostic {
    enum class Severity {
        note, // worth knowing
        warning, // something does not have the effect that its author expected
        error // serving like this would be unsafe
    };
    Severity severity = Severity::warning;
    std::string file; // empty: the command line, or the configuration as a whole
    int line = 0; // from 1; 0: the whole file
    int column = 0; // in octets, from 1; 0: the whole line
    std::string text; // found, allowed, and what was done about it

    bool operator==(const Diagnostic&) const = default;
};

// "/etc/ntp.conf:12:8: warning: ..." on one line, whatever the file contained.
std::string to_string(const Diagnostic& diagnostic);

// The status `timeballd --check` ends with: 1 when there is an error, else 0.
int check_status(const std::vector<Diagnostic>& diagnostics);

// A word of the file as it stands in a sentence: quoted, short, without control characters.
std::string quoted(std::string_view word);

} // namespace timeball::config
