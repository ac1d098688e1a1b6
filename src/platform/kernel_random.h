// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Random numbers from the kernel (getrandom(2)). From any thread.

#include "edge/random.h"

namespace timeball::platform {

class KernelRandom final : public Random {
public:
    void fill(std::span<std::byte> room) override;
};

} // namespace timeball::platform
