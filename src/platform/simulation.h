// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Whether the machine is a simulated one: clknetsim puts clocks and a network of its own behind the
// C library's calls. It does so for one thread, which waits with poll() or select() and does not
// wait otherwise.

#include <string>

namespace timeball::platform {

// Of the process whose directory in proc(5) is given, by default our own.
bool is_simulated(const std::string& directory = "/proc/self");

} // namespace timeball::platform
