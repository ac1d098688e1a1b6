// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// What commands need of the world: a server to ask, and names for addresses. The program talks
// over the network, the tests to a server in the same process.

#include "base/address.h"
#include "base/result.h"
#include "control/session.h"

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
};

class Conversation {
public:
    virtual ~Conversation() = default;

    // From now on this host is asked. On failure the one before stays.
    virtual Result<void, Problem> connect(const Host& host) = 0;

    virtual Result<control::Reply, Problem> ask(const control::Question& question) = 0;
    virtual void change(const control::Patience& patience) = 0;

    // Empty when the address has no name.
    virtual std::string name_of(const Address& address) = 0;
};

} // namespace timeball::query
