// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The directives of ntp.conf: the first words of lines, and the functions that read what follows.

#include "config/draft.h"
#include "config/options.h"

#include <span>
#include <string_view>
#include <vector>

namespace timeball::config {

// A directive has either a syntax of its own (`read`) or one value (`set`).
struct Directive {
    Option option;
    void (*read)(Draft&, Line&) = nullptr;
    void (*set)(Config&, const Value&) = nullptr;
};

std::span<const Directive> directives();

// Carries out one line, includefile and end excepted. Unknown directives are told.
void read_line(Draft& draft, Line& line);

// read_access.cc, read_limits.cc
void read_restrict(Draft& draft, Line& line);
void read_unrestrict(Draft& draft, Line& line);
void read_delrestrict(Draft& draft, Line& line);
void read_limit(Draft& draft, Line& line);
void read_discard(Draft& draft, Line& line);
void read_mru(Draft& draft, Line& line);
void list_access_options(std::vector<Option>& table);
void list_limit_options(std::vector<Option>& table);

// read_sources.cc
void read_server(Draft& draft, Line& line);
void read_pool(Draft& draft, Line& line);
void read_peer(Draft& draft, Line& line);
void read_refclock(Draft& draft, Line& line);
void read_unpeer(Draft& draft, Line& line);
void read_fudge(Draft& draft, Line& line);
void read_device(Draft& draft, Line& line);
void add_command_line_server(Draft& draft, const std::string& host);
void finish_sources(Draft& draft); // unpeers, fudges, devices
void list_source_options(std::vector<Option>& table);

// read_clock.cc
void read_tos(Draft& draft, Line& line);
void read_tinker(Draft& draft, Line& line);
void read_enable(Draft& draft, Line& line);
void read_disable(Draft& draft, Line& line);
void read_driftfile(Draft& draft, Line& line);
void read_leapfile(Draft& draft, Line& line);
void finish_switches(Draft& draft); // enable and disable
void list_clock_options(std::vector<Option>& table);

// read_files.cc
void read_statistics(Draft& draft, Line& line);
void read_filegen(Draft& draft, Line& line);
void read_logconfig(Draft& draft, Line& line);
void read_setvar(Draft& draft, Line& line);
void read_trustedkey(Draft& draft, Line& line);
void list_file_options(std::vector<Option>& table);

// read_network.cc
void read_interface(Draft& draft, Line& line);
void read_hwtimestamp(Draft& draft, Line& line);
void read_nts(Draft& draft, Line& line);
void read_extra(Draft& draft, Line& line);
void list_network_options(std::vector<Option>& table);

// timeball_conf.cc
void list_timeball_options(std::vector<Option>& table);

template <class Words>
void append(std::vector<Option>& table, const Words& words)
{
    for (const auto& word : words)
        table.push_back(word.option);
}

} // namespace timeball::config
