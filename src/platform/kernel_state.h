// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// What the kernel says of its clock (adjtimex(2)), for those who look; reading it changes nothing
// and takes no privilege.

#include "platform/kernel_calls.h"
#include "report/kernel_clock.h"

#include <optional>

namespace timeball::platform {

std::optional<report::KernelClock> kernel_state(const KernelCalls& kernel = real_kernel());

} // namespace timeball::platform
