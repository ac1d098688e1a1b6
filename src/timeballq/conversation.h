// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// What commands need of the world: a server to ask, names for addresses, time to pass, a file, and
// a person who knows a secret. The program has all that; the tests have a server in the same
// process and a clock of their own.

#include "base/address.h"
#include "base/result.h"
#include "control/session.h"
#include "edge/event_loop.h"
#include "timeballq/time_probe.h"

#include <optional>
#include <string>

namespace timeball::query {

struct Host {
    std::string name; // or a numeric address, with or without brackets
    std::optional<Family> family;
    std::uint16_t port = 123;
};

// Why there is no answer, in words for a person, without the host's name.
struct Problem {
    std::string text;
    bool is_silence = false; // nothing came from the server
    std::optional<control::Error> refusal; // the server answered, but so
    bool is_interruption = false; // the operator has had enough
    bool is_loss = false; // an answer or a part of it may have been lost on its way
};

class Conversation {
public:
    virtual ~Conversation() = default;

    // From now on this host is asked. On failure the one before stays.
    virtual Result<void, Problem> connect(const Host& host) = 0;

    virtual Result<control::Reply, Problem> ask(const control::Question& question) = 0;
    virtual void change(const control::Patience& patience) = 0;
    virtual bool use(const control::Credentials& credentials) = 0; // as Session::use

    // One request for the time, as any client would send it in this version.
    virtual Result<TimeAnswer, Problem> ask_time(std::uint8_t version, Nanoseconds patience) = 0;

    // Empty when the address has no name.
    virtual std::string name_of(const Address& address) = 0;

    virtual Instant<Mono> now() const = 0;
    virtual bool pause(Nanoseconds span) = 0; // false when interrupted

    // While what it gives exists, an interrupt ends the question or the pause that is on its way
    // and nothing else.
    virtual EventLoop::Owned catch_interrupts() = 0;

    virtual Result<std::string, std::string> read_file(const std::string& path) = 0; // or why not

    // Nothing when nobody can be asked. A secret is not shown while it is typed.
    virtual std::optional<std::string> ask_operator(const std::string& prompt, bool is_secret) = 0;
};

} // namespace timeball::query
