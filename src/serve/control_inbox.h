// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// ControlInbox: control packets on their way from a worker to the control loop. Its memory is fixed
// and nobody waits for anybody: one thread may put, one may take.

#include "serve/control_request.h"

#include <array>
#include <atomic>
#include <cstddef>

namespace timeball::serve {

class ControlInbox {
public:
    static constexpr std::size_t places = 128;

    // False: all places are taken, and it was not put in.
    bool put(const ControlRequest& request)
    {
        const auto at = put_.load(std::memory_order_relaxed);
        if (at - taken_.load(std::memory_order_acquire) == places)
            return false;
        requests_[at % places] = request;
        put_.store(at + 1, std::memory_order_release);
        return true;
    }

    // Whether whoever takes must be woken: nobody has asked since the last take_all().
    bool must_ring() { return !has_rung_.exchange(true); }
    void could_not_ring() { has_rung_.store(false); }

    // Shows each of those that were there when it began.
    template <class Show>
    void take_all(Show&& show)
    {
        has_rung_.exchange(false); // what comes from now on rings again
        const auto end = put_.load(std::memory_order_acquire);
        for (auto at = taken_.load(std::memory_order_relaxed); at != end; ++at) {
            show(requests_[at % places]);
            taken_.store(at + 1, std::memory_order_release);
        }
    }

private:
    std::array<ControlRequest, places> requests_{};
    alignas(64) std::atomic<std::size_t> put_{0};
    alignas(64) std::atomic<std::size_t> taken_{0};
    std::atomic<bool> has_rung_{false};
};

} // namespace timeball::serve
