// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// From a configuration back to lines of ntp.conf: what is in force, in a form that loads to the
// same. What the command line or timeball.conf say is theirs and is not written.

#include "config/config.h"

#include <string>
#include <string_view>

namespace timeball::config {

std::string to_ntp_conf(const LiveConfig& live);
std::string to_line(const SourceConfig& source); // "server ntp1.example.net iburst"

// A file that may be made within a directory: a name of its own, without a way elsewhere.
bool is_plain_file_name(std::string_view name);

} // namespace timeball::config
