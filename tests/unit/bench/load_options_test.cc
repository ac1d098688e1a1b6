// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The command line of timeball-load: whom it will not load, and that its crowds do not overlap.

#include "bench/serving/load/options.h"

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::load;

TEST_GROUP(LoadOptions){};

TEST(LoadOptions, StrangersAreLeftInPeace)
{
    CHECK(!parse_options({"192.0.2.1"}).fault.empty());
    CHECK(!parse_options({"--port", "123"}).fault.empty());
    CHECK(!parse_options({"ntp.example"}).fault.empty());
    CHECK(!parse_options({"--i-own-this-host", "224.0.1.1"}).fault.empty());
    STRCMP_EQUAL("", parse_options({"127.0.0.1"}).fault.c_str());
    STRCMP_EQUAL("", parse_options({"--port=11123", "::1"}).fault.c_str());
    STRCMP_EQUAL("", parse_options({"--i-own-this-host", "192.0.2.1"}).fault.c_str());
}

TEST(LoadOptions, EveryRunHasAnEnd)
{
    const auto options = parse_options({"127.0.0.1"});
    CHECK(options.duration < Seconds{60});
    CHECK(options.count < 1'000'000'000);
    CHECK(!parse_options({"--duration", "inf", "127.0.0.1"}).fault.empty());
    CHECK(!parse_options({"--duration", "nan", "127.0.0.1"}).fault.empty());
    CHECK(!parse_options({"--count", "0", "127.0.0.1"}).fault.empty());
}

TEST(LoadOptions, CrowdsHaveAddressesOfTheirOwn)
{
    const auto options = parse_options(
        {"--window", "8", "--clients", "100", "--honest", "10", "--every=2", "--abusers", "5",
            "--abuser-rate", "1000", "--spoof", "1e5", "--from", "127.64.0.0/16", "127.0.0.1"});
    STRCMP_EQUAL("", options.fault.c_str());
    const auto all = crowds(options);
    LONGS_EQUAL(4, all.size());
    std::uint32_t next = 0;
    for (const Crowd& crowd : all) {
        LONGS_EQUAL(next, crowd.sources.first);
        next += crowd.sources.count;
    }
    LONGS_EQUAL(65534, next);
    DOUBLES_EQUAL(5, all[1].rate, 1e-9);
    DOUBLES_EQUAL(5000, all[2].rate, 1e-9);
    CHECK(all[3].is_spoofed);
}

TEST(LoadOptions, WhatDoesNotFitIsSaid)
{
    const auto fault = [](std::vector<std::string> arguments) {
        arguments.push_back("127.0.0.1");
        return !parse_options(arguments).fault.empty();
    };
    CHECK(fault({"--window", "8", "--rate", "10"}));
    CHECK(fault({"--clients", "10"})); // from where?
    CHECK(fault({"--clients", "300", "--from", "127.1.0.0/24"}));
    CHECK(fault({"--from", "fd00::/16"}));
    CHECK(fault({"--packets", "--from", "127.1.0.0/16"}));
    CHECK(fault({"--window"}));
    CHECK(fault({"--csv=yes"}));
    CHECK(fault({"--wndow", "3"}));
}
