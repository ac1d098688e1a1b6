// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Asks for the addresses of one name, again and again while it fails, less and less often.

#include "source/common.h"

#include <optional>
#include <string>

namespace timeball::source {

class Lookup {
public:
    static constexpr Nanoseconds first_pause = std::chrono::seconds{2};
    static constexpr Nanoseconds longest_pause = std::chrono::seconds{1024};

    // Of `family`, if there is one. `then` gets every answer, also failures; after a failure the
    // question is repeated without being asked for. A numeric `host` is its own answer.
    Lookup(const Edges& edges, std::string host, std::optional<Family> family,
        std::function<void(const Resolver::Answer&)> then);

    // Now, unless a question is under way.
    void ask();

    // After a pause that doubles each time until forget_failures(); `first` is where it begins.
    void ask_later(Nanoseconds first = first_pause);

    void forget_failures() { failures_ = 0; }
    bool is_asking() const { return question_ != nullptr || timer_ != nullptr; }
    bool is_numeric() const { return numeric_.has_value(); }
    int failures() const { return failures_; }

private:
    void answer(const Resolver::Answer& answer);

    Edges edges_;
    std::string host_;
    std::optional<Family> family_;
    std::optional<Address> numeric_;
    std::function<void(const Resolver::Answer&)> then_;
    int failures_ = 0; // in a row
    EventLoop::Owned timer_; // the next question
    EventLoop::Owned question_; // the one under way
};

} // namespace timeball::source
