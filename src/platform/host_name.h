// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Addresses to names, for tools that people read. Blocks, as getnameinfo(3) does.

#include "base/address.h"

#include <string>

namespace timeball::platform {

// Empty when the address has no name, or nobody can be asked.
std::string host_name(const Address& address);

} // namespace timeball::platform
