// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Names to addresses, without blocking the loop.

#include "base/address.h"
#include "base/result.h"
#include "edge/event_loop.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace timeball {

enum class ResolveError {
    not_found, // the name does not exist or has no address of the family: may be final
    unavailable
}; // the resolver could not be asked: try again

class Resolver {
public:
    using Answer = Result<std::vector<Address>, ResolveError>; // never empty when it has a value
    virtual ~Resolver() = default;

    // Answers in a later turn, in the resolver's order. Destroying the registration forgets the
    // question.
    virtual EventLoop::Owned resolve(const std::string& name, std::optional<Family> family,
        std::function<void(const Answer&)> then)
        = 0;
};

} // namespace timeball
