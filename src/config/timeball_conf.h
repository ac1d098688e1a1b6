// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// timeball.conf: settings for what ntp.conf has no words for, in the notation of libconfig.

#include "config/draft.h"

#include <string>
#include <string_view>

namespace timeball::config {

void read_timeball_conf(Draft& draft, const std::string& text, const std::string& file);

} // namespace timeball::config
