// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Reading the command line.

#include "options.h"

#include <cstdio>
#include <cstdlib>

namespace timeball::bench {

namespace {

constexpr const char* usage
    = "usage: accuracy [--situation PART-OF-NAME]... [--seeds N] [--quick] [--daemon-only]\n"
      "                [--threads N] [--csv FILE] [--trace FILE] [--results DIRECTORY]\n";

std::optional<int> number(const std::string& text)
{
    char* end = nullptr;
    const long n = std::strtol(text.c_str(), &end, 10);
    if (text.empty() || *end != '\0' || n < 1 || n > 100000)
        return std::nullopt;
    return static_cast<int>(n);
}

// Options with an argument.
bool take(Options& options, const std::string& option, const std::string& value)
{
    if (option == "--situation") {
        options.situations.push_back(value);
        return true;
    }
    if (option == "--csv")
        return bool(options.csv = value);
    if (option == "--results")
        return bool(options.results = value);
    if (option == "--trace")
        return bool(options.trace = value);
    const auto n = number(value);
    if (option == "--seeds" && n)
        return options.seeds = *n, true;
    if (option == "--threads" && n)
        return options.threads = *n, true;
    return false;
}

} // namespace

std::optional<Options> parse(const std::vector<std::string>& arguments)
{
    Options options;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        if (arguments[i] == "--quick") {
            options.seeds = 4;
        } else if (arguments[i] == "--daemon-only") {
            options.daemon_only = true;
        } else if (i + 1 < arguments.size() && take(options, arguments[i], arguments[i + 1])) {
            ++i;
        } else {
            std::fprintf(
                stderr, "accuracy: '%s' is not understood\n%s", arguments[i].c_str(), usage);
            return std::nullopt;
        }
    }
    return options;
}

} // namespace timeball::bench
