// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The words that may follow a server, a pool or a reference clock.

#include "config/config.h"
#include "config/options.h"

#include <span>

namespace timeball::config {

// A source while its line is read.
struct SourceDraft {
    SourceConfig source;
    RefclockConfig clock;
    bool has_maxpoll = false;
    bool has_unit = false;
};

std::span<const Word<SourceDraft>> server_words(); // server, pool, peer
std::span<const Word<SourceDraft>> clock_words(); // refclock, server 127.127.t.u, fudge
std::span<const Word<SourceDraft>> device_words();

} // namespace timeball::config
