// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Names to addresses with getaddrinfo(3), which honors /etc/hosts and nsswitch.conf as everything
// else on the machine does. It blocks, so it has threads: none before the first question, and more
// than one only while an earlier question waits for its answer.

#include "edge/resolver.h"

#include <functional>
#include <memory>

namespace timeball::platform {

// Blocks. The addresses in the resolver's order, each once.
Resolver::Answer look_up(const std::string& name, std::optional<Family> family);

class ThreadResolver final : public Resolver {
public:
    using LookUp = std::function<Answer(const std::string& name, std::optional<Family> family)>;
    static constexpr std::size_t most_questions = 1024; // beyond: unavailable
    static constexpr unsigned most_threads = 4;

    // Answers come in turns of `loop`, to whose thread this object belongs.
    explicit ThreadResolver(EventLoop& loop, LookUp look_up = platform::look_up);
    ~ThreadResolver() override; // does not wait for a question that is under way

    EventLoop::Owned resolve(const std::string& name, std::optional<Family> family,
        std::function<void(const Answer&)> then) override;

private:
    class Question;
    struct Desk;

    EventLoop& loop_;
    std::shared_ptr<Desk> desk_;
};

} // namespace timeball::platform
