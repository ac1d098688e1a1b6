// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The access list as prefixes of which the longest holds: what a trie of the kernel can look up.

#include "edge/fast_path.h"
#include "serve/access_list.h"

#include <vector>

namespace timeball::serve::xdp {

// For every address: what the access list says of it, or that it is left to the workers. Those are
// left whose rule has more to say than the program understands (notrust, version, flake, fuzz), and
// those within the leading ones of a mask that is no prefix. Empty, so that all is left, when there
// are more than `most` rules.
std::vector<FastRule> fast_rules(const AccessList& access, std::size_t most = 16'000);

} // namespace timeball::serve::xdp
