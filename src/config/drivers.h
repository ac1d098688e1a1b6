// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Reference clock drivers by name and by number, as configurations call them. Which of them a build
// has is known elsewhere.

#include "ntp/types.h"

#include <optional>
#include <span>
#include <string_view>

namespace timeball::config {

struct DriverName {
    std::string_view name;
    std::optional<int> number; // t of 127.127.t.u
    bool is_ours = false; // timeball has this driver, or means to
};

std::span<const DriverName> driver_names();
const DriverName* find_driver(std::string_view name);
const DriverName* find_driver(int number);

} // namespace timeball::config
