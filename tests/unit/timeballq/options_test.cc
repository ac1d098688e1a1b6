// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The command line.

#include "timeballq/options.h"

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::query;

TEST_GROUP(Options){};

TEST(Options, AreNtpqs)
{
    const auto options = parse_options({"-pn", "-c", "rv 0", "-cas", "-4w", "ntp1", "ntp2"});
    STRCMP_EQUAL("", options.fault.c_str());
    CHECK(options.commands == (std::vector<std::string>{"peers", "rv 0", "as"}));
    CHECK(options.hosts == (std::vector<std::string>{"ntp1", "ntp2"}));
    CHECK(options.settings.family == Family::ipv4);
    CHECK(options.settings.is_wide);
    CHECK_FALSE(options.settings.shows_names);
    LONGS_EQUAL(4, options.settings.host_column);
}

TEST(Options, HaveLongFormsToo)
{
    const auto options = parse_options(
        {"--peers", "--command=rv", "--command", "as", "--port=11123", "--width", "132", "--ipv6"});
    STRCMP_EQUAL("", options.fault.c_str());
    LONGS_EQUAL(3, options.commands.size());
    LONGS_EQUAL(11123, options.settings.port);
    LONGS_EQUAL(132, options.settings.width);
    CHECK(options.settings.family == Family::ipv6);
}

TEST(Options, MeanThisHostWhenThereIsNone)
{
    const auto options = parse_options({});
    CHECK(options.hosts == std::vector<std::string>{"localhost"});
    LONGS_EQUAL(0, options.settings.host_column);
    LONGS_EQUAL(123, options.settings.port);
    CHECK(options.settings.shows_names);
}

TEST(Options, EndWithTwoDashes)
{
    CHECK(parse_options({"--", "-p"}).hosts == std::vector<std::string>{"-p"});
}

TEST(Options, SayWhatIsWrong)
{
    STRCMP_EQUAL("-x is not an option", parse_options({"-x"}).fault.c_str());
    STRCMP_EQUAL("--peer is not an option", parse_options({"--peer"}).fault.c_str());
    STRCMP_EQUAL("-c needs a value", parse_options({"-c"}).fault.c_str());
    STRCMP_EQUAL("--port needs a value", parse_options({"--port"}).fault.c_str());
    STRCMP_EQUAL("--peers takes no value", parse_options({"--peers=1"}).fault.c_str());
    STRCMP_EQUAL(
        "--port: '0' is not a number from 1 to 65535", parse_options({"-P", "0"}).fault.c_str());
}

TEST(Options, ChooseAKey)
{
    const auto options = parse_options({"-k", "/etc/ntp.keys", "-a", "7", "--json", "-Su", "ntp1"});
    STRCMP_EQUAL("", options.fault.c_str());
    STRCMP_EQUAL("/etc/ntp.keys", options.keys_file.c_str());
    CHECK(options.key == KeyId{7});
    CHECK(options.settings.is_json);
    CHECK(options.settings.shows_units);
    CHECK(options.settings.shows_configured_names);
    CHECK_FALSE(options.settings.shows_names);
    STRCMP_EQUAL("--authentication: 'x' is not a number from 1 to 65535",
        parse_options({"-a", "x"}).fault.c_str());
}

TEST(Options, HaveCommandsInPlaceOfAHost)
{
    const auto options
        = parse_options({"-n", "monitor", "-w", "10", "-c50", "ntp1", "--json", "-P", "124"});
    STRCMP_EQUAL("", options.fault.c_str());
    CHECK(options.commands == std::vector<std::string>{"monitor -w 10 -c50"});
    CHECK(options.hosts == std::vector<std::string>{"ntp1"});
    CHECK(options.settings.is_json);
    CHECK_FALSE(options.settings.shows_names);
    LONGS_EQUAL(124, options.settings.port);

    CHECK(parse_options({"why"}).commands == std::vector<std::string>{"why"});
    CHECK(parse_options({"why"}).hosts == std::vector<std::string>{"localhost"});
    CHECK_FALSE(parse_options({"why", "-n"}).settings.shows_names);
    CHECK(parse_options({"watch", "-n", "1", "rv", "0", "-x"}).commands
        == std::vector<std::string>{"watch -n 1 rv 0 -x"});
    // A host of such a name has another before it, or dashes.
    CHECK(parse_options({"--", "why"}).hosts == std::vector<std::string>{"why"});
    CHECK((parse_options({"ntp1", "why"}).hosts == std::vector<std::string>{"ntp1", "why"}));
}

TEST(Options, AreAllInTheUsage)
{
    for (const char* word : {"--authentication", "--json", "--units", "--keyfile", "--srcname",
             "--srcnumber", "--ipv4", "--ipv6", "--command", "--help", "--interactive", "--numeric",
             "--peers", "--port", "--version", "--wide", "--width"})
        CHECK(usage().find(word) != std::string_view::npos);
}
