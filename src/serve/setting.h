// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// What workers go by, as one immutable value: made by the control loop at start, at each reload and
// when addresses change, and handed to each worker by its mailbox.

#include "base/address.h"
#include "config/config.h"
#include "edge/network.h"
#include "ntp/mac.h"
#include "serve/access_list.h"

#include <memory>
#include <vector>

namespace timeball::serve {

struct Setting {
    std::shared_ptr<const AccessList> access;
    std::shared_ptr<const ntp::KeyTable> keys; // null: none
    std::vector<Address> own; // sorted, without scopes
    ntp::Manner manner; // but for kiss_poll, which follows from `limit`
    config::LimitConfig limit;
    config::MruConfig mru; // of one worker
    ClientSplit split; // among workers
    config::ServeConfig serve;
    double most_answers = 0; // a second, of one worker; 0: no bound
    bool keeps_clients = true; // `monitor`; whom a limit applies to is kept all the same
};

} // namespace timeball::serve
