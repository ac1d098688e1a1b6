// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Which events `logconfig` lets into the log.

#include "daemon/log_choice.h"

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::daemon;

namespace {

sync::Event event(sync::EventKind kind)
{
    return {kind, std::nullopt, "it happened"};
}

const source::Event reachable{{1}, source::PeerEvent::reachable, Severity::info, "reachable"};

} // namespace

TEST_GROUP(LogChoice){};

TEST(LogChoice, WithoutAWordAllIsWritten)
{
    const LogChoice all;
    CHECK_TRUE(all.has(Topic::clock, Message::statistics));
    CHECK_TRUE(all.has(event(sync::EventKind::clock_step)));
    CHECK_TRUE(all.has(reachable));
}

TEST(LogChoice, AnEqualsSignBeginsAnewAndAPlusAdds)
{
    const LogChoice usual{"=syncstatus +sysevents"};
    CHECK_TRUE(usual.has(event(sync::EventKind::sys_peer)));
    CHECK_TRUE(usual.has(event(sync::EventKind::clock_step)));
    CHECK_FALSE(usual.has(reachable));
    CHECK_FALSE(usual.has(Topic::sync, Message::info));
}

TEST(LogChoice, AMinusTakesAway)
{
    const LogChoice quiet{"=all -peerevents"};
    CHECK_FALSE(quiet.has(reachable));
    CHECK_TRUE(quiet.has(Topic::peer, Message::info));
    CHECK_TRUE(quiet.has(Topic::sys, Message::events));
}

TEST(LogChoice, AllMayStandForTopicsAndForMessages)
{
    const LogChoice of_sync{"allsync"};
    CHECK_TRUE(of_sync.has(Topic::sync, Message::statistics));
    CHECK_FALSE(of_sync.has(Topic::sys, Message::events));
    const LogChoice events{"=allevents"};
    CHECK_TRUE(events.has(Topic::peer, Message::events));
    CHECK_TRUE(events.has(Topic::sys, Message::events));
    CHECK_FALSE(events.has(Topic::sys, Message::info));
    const LogChoice whole{"=sysall +clock"};
    CHECK_TRUE(whole.has(Topic::sys, Message::status));
    CHECK_TRUE(whole.has(Topic::clock, Message::info));
    CHECK_FALSE(whole.has(Topic::sync, Message::status));
}

TEST(LogChoice, WhatStopsTheDaemonIsAlwaysTold)
{
    CHECK_TRUE(LogChoice{"=clockinfo"}.has(event(sync::EventKind::panic_stop)));
}
