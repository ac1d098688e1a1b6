// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// What a server leaves to the one that goes on in its place, in this process or another.

#include "base/siphash.h"
#include "serve/client_list.h"
#include "serve/tallies.h"

#include <optional>
#include <vector>

namespace timeball::serve {

struct Estate {
    std::vector<ClientList::Estate> lists; // of each worker, in their order
    std::optional<SipKey> split_key; // by which clients are divided among workers
    Counts counts; // of all workers, and of those before them
};

} // namespace timeball::serve
