// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// What can only be seen when all has been read: words that need each other, and too little of what
// a server needs.

#include "config/draft.h"

namespace timeball::config {

void look_over(Draft& draft);

} // namespace timeball::config
