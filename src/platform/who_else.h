// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Who else on this machine keeps time: who holds a port, who steers the kernel's clock. All of it
// is read from proc(5), whose place can be given.

#include "base/address.h"

#include <optional>
#include <string>
#include <string_view>

namespace timeball::platform {

struct OtherProcess {
    int number = 0; // 0: not to be seen by us
    std::string name;
};
std::string to_string(const OtherProcess& process); // "chronyd (process 4711)"

// Nothing when there is no such process.
std::optional<OtherProcess> process_named_by(int number, const std::string& proc = "/proc");

bool is_time_daemon(std::string_view name);

// Who has a UDP socket that keeps us from binding `wanted`. Sockets of our own process do not
// count.
std::optional<OtherProcess> who_holds(const Endpoint& wanted, const std::string& proc = "/proc");

// A known time daemon that is permitted to set the clock, and is not told to leave it alone. Our
// own process does not count, nor do those in other user namespaces, whose permissions end there.
std::optional<OtherProcess> who_steers(const std::string& proc = "/proc");

} // namespace timeball::platform
