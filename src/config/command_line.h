// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// What was said when the daemon was started: ntpd's options, and timeball's own. What is said here
// goes before what the files say.

#include "config/config.h"
#include "config/diagnostic.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace timeball::config {

struct CommandLine {
    std::string ntp_conf; // -c; empty: the first of default_ntp_confs that exists
    std::string timeball_conf; // -C; empty: default_timeball_conf, if it exists
    std::string recording; // --record; empty: none
    bool checks = false; // --check: say what is wrong with the configuration, and end
    bool wants_help = false, wants_version = false;

    bool may_panic_once = false; // -g
    bool steps_at_start = false; // -G
    bool quits_when_set = false; // -q
    bool takes_over = false; // --takeover: from the one that runs
    bool slews = false; // -x: step threshold 600 s
    bool stays_in_foreground = false; // -n
    bool high_priority = false; // -N, -P
    bool ignores_virtual_interfaces = false; // -L
    bool only_ipv4 = false, only_ipv6 = false;
    int debug = 0;
    std::optional<Seconds> wait_for_sync; // -w
    std::optional<Seconds> interface_interval; // -U
    std::optional<std::string> driftfile, keysfile, logfile, pidfile, statsdir, jaildir;
    std::string user, group; // -u user:group
    std::vector<std::string> interfaces; // -I
    std::vector<KeyId> trusted_keys; // -t
    std::vector<std::string> servers; // what is left over

    std::optional<ClockChoice> clock;
    std::optional<int> workers;
    std::optional<std::uint16_t> port;
    std::optional<bool> sandbox;
};

struct Arguments {
    CommandLine options;
    std::vector<Diagnostic> diagnostics; // an error: do not start
};

// The arguments behind the program's name. Options may be joined (-gN), and a long one may be
// shortened as long as it stays the only one.
Arguments parse_arguments(std::span<const char* const> arguments);
Arguments parse_arguments(std::span<char*> arguments); // as main() has them, without the first

// "  -g, --panicgate   ..." for --help, one line an option.
std::string usage();

inline constexpr std::string_view default_ntp_confs[] = {"/etc/ntp.conf", "/etc/ntpsec/ntp.conf"};
inline constexpr std::string_view default_timeball_conf = "/etc/timeball.conf";

} // namespace timeball::config
