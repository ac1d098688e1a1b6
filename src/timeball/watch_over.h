// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Looks at a server's figures with the operator's thresholds. What gets better or worse becomes an
// event, and where wanted the bell rings and a command is to be run.

#include "timeball/model.h"

namespace timeball::console {

Alarms alarms_of(const Thresholds& thresholds, const Server& server, bool is_numeric);

void watch_over(Model& model, std::size_t host);

} // namespace timeball::console
