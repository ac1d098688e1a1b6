// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Access rules for names: each address that a name has gets the entry. Names are asked for when the
// configuration is loaded; what could not be found out is asked again.

#include "config/config.h"
#include "edge/event_loop.h"
#include "edge/log.h"
#include "edge/resolver.h"

#include <functional>
#include <memory>
#include <vector>

namespace timeball::serve {

class NamedRules {
public:
    // `changed` is called in a later turn, when entries() has others than before.
    NamedRules(Resolver& resolver, EventLoop& loop, Log& log, std::function<void()> changed);
    ~NamedRules();

    // Asks for these. Of names that were known already, the answers stay until there are new ones.
    void set(const std::vector<config::RestrictName>& names);

    std::vector<config::RestrictEntry> entries() const;

private:
    struct Question;
    void ask(Question& question);
    void take(Question& question, const Resolver::Answer& answer);

    Resolver& resolver_;
    EventLoop& loop_;
    Log& log_;
    std::function<void()> changed_;
    std::vector<std::unique_ptr<Question>> questions_;
};

} // namespace timeball::serve
