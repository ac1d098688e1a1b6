// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// A System V segment that another process writes time into.

#include "edge/devices.h"

#include <memory>

namespace timeball::platform {

// Fails for one that is there and too small, or not ours to read and write.
Result<std::unique_ptr<SharedSegment>, std::error_code> open_system_segment(
    std::int32_t key, unsigned permissions);

} // namespace timeball::platform
