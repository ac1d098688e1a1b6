// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// What this build can carry out of what a configuration may ask for.

#include "config/build.h"

namespace timeball::daemon {

config::Build this_build();

} // namespace timeball::daemon
