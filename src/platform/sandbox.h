// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The last door that is shut behind the daemon (seccomp(2)): from then on the kernel answers only
// to what keeping and serving time takes. No new programs, no new processes, nothing of other
// processes, no modules, mounts or changes of identity.

#include "base/result.h"

#include <string>

namespace timeball::platform {

// What is permitted besides, where it is needed.
struct SandboxNeeds {
    // The maps of a program in the kernel are read and written, and it is put on interfaces; no
    // program is loaded.
    bool has_fast_path = false;
    bool speaks_ethernet = false; // PTP without IP
};

// For all threads, present and to come. What is not permitted fails, as on a kernel that does not
// know it, so that the C library takes its other way where it has one. Fails with one sentence.
Result<void, std::string> shut_sandbox(const SandboxNeeds& needs = {});

} // namespace timeball::platform
