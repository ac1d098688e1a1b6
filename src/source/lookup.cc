// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Asking for the addresses of a name.

#include "source/lookup.h"

#include <algorithm>

namespace timeball::source {

Lookup::Lookup(const Edges& edges, std::string host, std::optional<Family> family,
    std::function<void(const Resolver::Answer&)> then)
    : edges_{edges},
      host_{std::move(host)},
      family_{family},
      numeric_{parse_address(host_)},
      then_{std::move(then)}
{
}

void Lookup::ask()
{
    if (question_)
        return;
    timer_.reset();
    if (numeric_)
        question_ = edges_.loop.after(
            Nanoseconds{0}, [this] { answer(std::vector<Address>{*numeric_}); });
    else
        question_ = edges_.resolver.resolve(
            host_, family_, [this](const Resolver::Answer& a) { answer(a); });
}

void Lookup::ask_later(Nanoseconds first)
{
    if (is_asking())
        return;
    const int doublings = std::min(failures_++, 9);
    const Seconds pause = std::min(first * (1 << doublings), longest_pause);
    timer_ = edges_.loop.after(rounded(pause * (1 + edges_.random.unit() / 16)), [this] { ask(); });
}

void Lookup::answer(const Resolver::Answer& answer)
{
    const EventLoop::Owned done = std::move(question_);
    if (!answer)
        ask_later();
    then_(answer);
}

} // namespace timeball::source
