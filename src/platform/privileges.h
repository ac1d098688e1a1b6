// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Giving up what is no longer needed. All of this belongs to the main thread, before there are
// others: the kernel keeps capabilities for each thread.

#include "base/result.h"

#include <string>

namespace timeball::platform {

struct Privileges {
    std::string user; // name or number; empty: who we are
    std::string group; // empty: the user's own
    std::string root; // becomes the root directory, once user and group are looked up; or empty
    bool sets_clock = false; // keeps CAP_SYS_TIME
    bool binds_ports = false; // keeps CAP_NET_BIND_SERVICE, for interfaces that come later
    bool speaks_ethernet = false; // keeps CAP_NET_RAW
};

// Becomes that user with no other capability than those, and no way to get more. Without a user
// only the permission to set the clock is given up, when it is not needed. Fails with one sentence,
// after which the process must not go on.
Result<void, std::string> drop_to(const Privileges& privileges);

bool may_set_clock(); // CAP_SYS_TIME

// Precedence over other processes and memory that is not paged out. Says what could not be had;
// empty: all was.
std::string raise_priority();

} // namespace timeball::platform
