// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// timeball.conf.

#include "conf.h"

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::config;

TEST_GROUP(TimeballConf)
{
    Loaded loaded;

    const StartConfig& start(const std::string& text)
    {
        loaded = parsed("pool a.example\n", text);
        return loaded.config.start;
    }
    int workers() const
    {
        return loaded.config.live.serve.workers;
    }
    void expect(const std::string& text)
    {
        STRCMP_EQUAL(text.c_str(), all(loaded.diagnostics).c_str());
    }
};

TEST(TimeballConf, SaysWhatNtpConfHasNoWordsFor)
{
    const StartConfig& s
        = start("clock = \"software\"; workers = 4;\nport = 11123;\n"
                "extra_port: 4123\nsandbox = false\nhigh_priority = true\n"
                "user = \"time\"; group = \"clock\";\n"
                "software_clock = { offset = -2; frequency = 12.5; jitter = 1e-5; };");
    expect("");
    CHECK(s.clock == ClockChoice::software && workers() == 4 && s.port == 11123);
    CHECK(s.extra_port == 4123 && !s.sandbox && s.high_priority);
    CHECK(s.user == "time" && s.group == "clock");
    CHECK(s.software_clock.offset == Seconds{-2});
    DOUBLES_EQUAL(12.5, s.software_clock.frequency.ppm(), 1e-9);
    DOUBLES_EQUAL(1e-5, s.software_clock.jitter.count(), 1e-15);
}

TEST(TimeballConf, NamesInterfacesOneOrMany)
{
    CHECK(start("workers = 1;").xdp.empty());
    CHECK((start("xdp = \"eth0\";").xdp == std::vector<std::string>{"eth0"}));
    CHECK((start("xdp = [ \"eth0\", \"eth1\" ];").xdp == std::vector<std::string>{"eth0", "eth1"}));
    CHECK((start("xdp = ( \"eth0\" );").xdp == std::vector<std::string>{"eth0"}));
    CHECK(start("xdp = [];").xdp.empty());
    expect("");
    for (const char* wrong : {"xdp = 5;", "xdp = true;", "xdp = [ 1, 2 ];",
             "xdp = ( \"eth0\", 1 );", "xdp = { name = \"eth0\"; };"}) {
        CHECK(start(wrong).xdp.empty());
        expect("timeball.conf:1: warning: 'xdp' wants a name in quotes, or a list of them: [ "
               "\"eth0\", \"eth1\" ]; it was skipped\n");
    }
}

TEST(TimeballConf, SkipsWhatIsWrongAndAppliesTheRest)
{
    const StartConfig& s = start("wokers = 4;\nport = 70000;\n\nsandbox = 1;\nworkers = 2;\n"
                                 "software_clock = 5;\nuser = 0;\nextra_port = 5.5;\n");
    LONGS_EQUAL(2, workers());
    LONGS_EQUAL(65535, s.port);
    CHECK(s.sandbox);
    CHECK(s.user.empty() && s.extra_port == 0);
    LONGS_EQUAL(0, check_status(loaded.diagnostics));
}

TEST(TimeballConf, NamesLineAndSuggestion)
{
    start("wokers = 4;\nport = 70000;\n\nsandbox = 1;\nsoftware_clock = { jiter = 1.0;\n};\n"
          "user = 0;\nextra_port = 5.5;\nzork = [1, 2];\n");
    expect("timeball.conf:1: warning: 'wokers' is not a setting of timeball.conf (did you mean "
           "'workers'?); it was skipped\n"
           "timeball.conf:2: warning: 'port' wants a whole number from 1 to 65535, not 70000; "
           "65535 is taken\n"
           "timeball.conf:4: warning: 'sandbox' wants true or false; it was skipped\n"
           "timeball.conf:5: warning: 'jiter' is not a setting of software_clock (did you mean "
           "'jitter'?); it was skipped\n"
           "timeball.conf:7: warning: 'user' wants a value (name); it was skipped\n"
           "timeball.conf:8: warning: 'extra_port' wants a whole number from 0 to 65535; it was "
           "skipped\n"
           "timeball.conf:9: warning: 'zork' is not a setting of timeball.conf; it was skipped\n");
}

TEST(TimeballConf, AClockThatNobodyKnowsIsAnError)
{
    start("clock = \"sofware\";\n");
    expect("timeball.conf:1: error: 'clock' wants \"kernel\", \"software\" or \"none\", not "
           "'sofware'\n");
    start("clock = software;\n");
    LONGS_EQUAL(1, check_status(loaded.diagnostics));
}

TEST(TimeballConf, ThatCannotBeReadIsAnError)
{
    start("workers = 4;\nport = = 5;\n");
    LONGS_EQUAL(-1, workers());
    expect("timeball.conf:2: error: syntax error; nothing of this file was applied\n");
}

TEST(TimeballConf, OpensNoOtherFiles)
{
    start("workers = 4;\n@include \"/etc/passwd\"\n");
    expect(
        "timeball.conf:2: error: '@include' is not supported; nothing of this file was applied\n");
}
