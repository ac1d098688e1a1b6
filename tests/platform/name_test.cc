// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Names of addresses, as the machine knows them.

#include "platform/host_name.h"
#include "platform/hosts_file.h"

#include <CppUTest/TestHarness.h>

using namespace timeball;

TEST_GROUP(HostName){};

TEST(HostName, OfTheLoopbackIsInTheHostsFile)
{
    if (!knows_localhost())
        return;
    STRCMP_EQUAL("localhost", platform::host_name(Address::loopback(Family::ipv4)).c_str());
}
