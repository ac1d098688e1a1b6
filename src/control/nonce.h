// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Nonces: who brings one back has received it, so what is large does not go to a victim of a
// forged address. Nothing is kept of those that were given out: a nonce is the time and a keyed
// hash over that and the receiver's address and port.

#include "base/address.h"
#include "base/siphash.h"
#include "time/time.h"

#include <functional>
#include <string>
#include <string_view>

namespace timeball::control {

class Nonces {
public:
    // `fresh` gives a key that nobody can guess.
    explicit Nonces(std::function<SipKey()> fresh) : fresh_{std::move(fresh)} { }

    std::string make(const Endpoint& receiver, Instant<Mono> now); // 24 hexadecimal digits

    // Whether `nonce` was made for this receiver within the last 16 seconds.
    bool is_valid(std::string_view nonce, const Endpoint& receiver, Instant<Mono> now);

private:
    void renew(Instant<Mono> now);

    std::function<SipKey()> fresh_;
    bool has_key_ = false;
    SipKey key_{}, previous_{};
    Instant<Mono> since_{}; // of key_
};

} // namespace timeball::control
