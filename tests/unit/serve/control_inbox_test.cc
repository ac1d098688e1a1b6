// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The way of control packets from a worker's thread to the control loop.

#include "serve/control_inbox.h"

#include <CppUTest/TestHarness.h>

#include <memory>
#include <thread>
#include <vector>

using namespace timeball;
using namespace timeball::serve;

namespace {

ControlRequest numbered(std::uint16_t number)
{
    ControlRequest request;
    request.from = {Address::ipv4(0xc0000201), number};
    return request;
}

} // namespace

TEST_GROUP(ControlInbox)
{
    std::unique_ptr<ControlInbox> inbox = std::make_unique<ControlInbox>();
    std::vector<std::uint16_t> seen;

    void take()
    {
        inbox->take_all([&](const ControlRequest& request) { seen.push_back(request.from.port); });
    }
};

TEST(ControlInbox, GivesWhatCameInItsOrderAndRingsOnceForAll)
{
    CHECK(inbox->put(numbered(1)));
    CHECK(inbox->must_ring());
    CHECK(inbox->put(numbered(2)));
    CHECK_FALSE(inbox->must_ring());
    take();
    CHECK((seen == std::vector<std::uint16_t>{1, 2}));
    CHECK(inbox->put(numbered(3)));
    CHECK(inbox->must_ring());
    take();
    UNSIGNED_LONGS_EQUAL(3, seen.size());
}

TEST(ControlInbox, TakesNoMoreThanItHasPlacesFor)
{
    for (std::size_t i = 0; i < ControlInbox::places; ++i)
        CHECK(inbox->put(numbered(static_cast<std::uint16_t>(i))));
    CHECK_FALSE(inbox->put(numbered(7)));
    take();
    UNSIGNED_LONGS_EQUAL(ControlInbox::places, seen.size());
    CHECK(inbox->put(numbered(7)));
}

TEST(ControlInbox, LosesNothingBetweenTwoThreads)
{
    constexpr std::uint16_t all = 20'000;
    std::atomic<std::uint32_t> rings{0};
    std::thread worker{[&] {
        for (std::uint16_t i = 0; i < all;) {
            if (!inbox->put(numbered(i))) {
                std::this_thread::yield();
                continue;
            }
            ++i;
            if (inbox->must_ring())
                ++rings;
        }
    }};
    // Who takes only when it is rung for sees all, too.
    for (std::uint32_t heard = 0; seen.size() < all;) {
        if (rings.load() == heard) {
            std::this_thread::yield();
            continue;
        }
        ++heard;
        take();
    }
    worker.join();
    for (std::uint16_t i = 0; i < all; ++i)
        UNSIGNED_LONGS_EQUAL(i, seen[i]);
}
