// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Keeps secrets out of a recording, and the recording true. Each secret of a keys file gets a
// stand-in of the same shape, drawn at random and kept nowhere; and each packet that bears a right
// MAC is written with the MAC that the stand-in would have made. So a replay, which knows the
// stand-ins only, sees the same packets accepted and refused.

#include "edge/random.h"
#include "ntp/mac.h"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace timeball::record {

class Disguise {
public:
    explicit Disguise(Random& random) : random_{random} { }

    // The text of a keys file, line by line, without comments; from then on its packets are
    // disguised.
    std::string keys(std::string_view text);

    std::vector<std::byte> packet(std::span<const std::byte> bytes);

private:
    char stand_in(char c);

    Random& random_;
    std::unique_ptr<ntp::Authenticator> real_, stands_in_;
};

} // namespace timeball::record
