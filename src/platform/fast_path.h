// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The fast path of Linux, if this program was built with it and the kernel lets us.

#include "base/result.h"
#include "config/config.h"
#include "edge/fast_path.h"
#include "edge/log.h"
#include "platform/host_clock.h"

#include <memory>
#include <string>

namespace timeball::platform {

// Loads the program and puts it on those interfaces of `names` that are there; to be called while
// we have the privilege. It answers nobody until it is told how. A sentence, when it cannot be had:
// then the workers do it all. `clock` and `log` outlive it.
Result<std::unique_ptr<FastPath>, std::string> make_fast_path(const std::vector<std::string>& names,
    const config::MruConfig& mru, HostClock& clock, Log& log);

} // namespace timeball::platform
