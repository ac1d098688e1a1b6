// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// What this process has used of the machine so far.

#include "report/statistics.h"

namespace timeball::platform {

report::ResourceUse resource_use();

} // namespace timeball::platform
