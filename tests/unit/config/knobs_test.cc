// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Everything that is neither a source nor a restriction, and the option table itself.

#include "conf.h"
#include "config/directives.h"
#include "config/options.h"

#include <cmath>
#include <set>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::config;

TEST_GROUP(ConfigKnobs)
{
    Loaded loaded;

    const LiveConfig& live(const std::string& lines)
    {
        loaded = parsed(lines + "\npool a.example\n");
        return loaded.config.live;
    }
    void expect(const std::string& text)
    {
        STRCMP_EQUAL(text.c_str(), all(loaded.diagnostics).c_str());
    }
};

TEST(ConfigKnobs, TinkerSpeaksInItsOwnUnits)
{
    const LiveConfig& l = live("tinker step 0.4 panic 0 dispersion 20 freq -12.5 allan 10");
    CHECK(l.policy.step_forward == Seconds{0.4} && l.policy.step_backward == Seconds{0.4});
    CHECK(l.policy.panic == Seconds{0});
    DOUBLES_EQUAL(20, l.policy.dispersion.ppm(), 1e-9);
    DOUBLES_EQUAL(-12.5, l.tinker_frequency.value().ppm(), 1e-9);
    LONGS_EQUAL(10, l.policy.allan.log2);
    expect("");
    CHECK(live("tinker stepback 0 stepfwd 0.5").policy.step_backward == Seconds{0});
}

TEST(ConfigKnobs, StepoutIsNeverShort)
{
    CHECK(live("tinker stepout 30").policy.stepout == Seconds{300});
    expect("ntp.conf:1:16: warning: 'stepout' of 'tinker' wants a number from 300 to 1000000 (s), "
           "not '30'; 300 is taken\n");
    CHECK(live("tinker stepout 900").policy.stepout == Seconds{900});
}

TEST(ConfigKnobs, DisableGoesBeforeEnable)
{
    const LiveConfig& l = live("disable ntp stats kernel\nenable ntp");
    CHECK(!l.ntp && !l.stats && l.auth && !l.policy.steers);
    expect("");
    live("enable montior");
    expect("ntp.conf:1:8: warning: 'montior' is not an option of 'enable' (did you mean "
           "'monitor'?); the word was skipped, the rest of the line applied\n");
}

TEST(ConfigKnobs, ObsoleteWordsAreToldOnce)
{
    live("broadcast 192.0.2.255\nbroadcast 192.0.2.127 key 4\ntos beacon 5\ntos beacon 6");
    LONGS_EQUAL(2, loaded.diagnostics.size());
}

TEST(ConfigKnobs, TheDriftFileHasItsTolerance)
{
    CHECK(live("driftfile /a 1e-6").drift_threshold == Frequency::ratio(1e-6));
    DOUBLES_EQUAL(0.1, live("driftfile /a").drift_threshold.ppm(), 1e-9);
    CHECK(live("nonvolatile 2e-7").drift_threshold == Frequency::ratio(2e-7));
    CHECK(live("driftfile /a\ndriftfile \"\"").driftfile.empty()); // none is wanted
    expect("");
    live("driftfile /a b");
    expect("ntp.conf:1:14: warning: 'driftfile' wants a number from 0 to 0.001, not 'b'; the line "
           "was skipped\n");
}

TEST(ConfigKnobs, AValueMustFollow)
{
    live("dscp\nkeys\ndscp 64\ndscp x\nlogfile a b");
    expect(
        "ntp.conf:1:1: warning: 'dscp' wants a whole number from 0 to 63, and nothing follows; "
        "the line was skipped\n"
        "ntp.conf:2:1: warning: 'keys' wants a value (path), and nothing follows; the line was "
        "skipped\n"
        "ntp.conf:3:6: warning: 'dscp' wants a whole number from 0 to 63, not '64'; 63 is taken\n"
        "ntp.conf:4:6: warning: 'dscp' wants a whole number from 0 to 63, not 'x'; the line was "
        "skipped\n"
        "ntp.conf:5:11: warning: 'b' behind the end of 'logfile'; the rest of the line was "
        "skipped\n");
}

TEST(ConfigKnobs, CardsThatStampAreNamedOnceEach)
{
    CHECK(live("hwtimestamp eth0 eth1\nhwtimestamp eth0\nhwtimestamp *").hwtimestamp
        == (std::vector<std::string>{"eth0", "eth1", "*"}));
    expect("");
    CHECK(live("hwtimestamp").hwtimestamp.empty());
    expect("ntp.conf:1: warning: 'hwtimestamp' wants names of interfaces, or *; the line was "
           "skipped\n");
}

TEST(ConfigKnobs, TrustedKeysComeInRanges)
{
    CHECK(live("trustedkey 9 (1 ... 3) 0x10").trusted_keys
        == (std::vector<KeyId>{{1}, {2}, {3}, {9}, {16}}));
    expect("");
    CHECK(live("trustedkey (1...3) 5 70000").trusted_keys == (std::vector<KeyId>{{5}}));
    expect("ntp.conf:1:12: warning: a range of keys is written (10 ... 20), with blanks around the "
           "dots; the range was skipped, the rest of the line applied\n"
           "ntp.conf:1:22: warning: 'trustedkey' wants keys from 1 to 65535, not '70000'; the word "
           "was skipped, the rest of the line applied\n");
    LONGS_EQUAL(
        65535, live("trustedkey (1 ... 65535)\ntrustedkey (1 ... 65535)").trusted_keys.size());
    CHECK(live("trustedkey (3 ... 1)").trusted_keys.empty());
    CHECK(live("trustedkey (1 ...").trusted_keys.empty());
}

TEST(ConfigKnobs, VariablesAreSet)
{
    const auto& v = live("setvar a = b\nsetvar c=\"d e\" default\nsetvar a = f").variables;
    CHECK(v == (std::vector<SetVariable>{{"a", "f", false}, {"c", "d e", true}}));
    expect("");
    CHECK(live("setvar a b\nsetvar\nsetvar a =").variables.empty());
    LONGS_EQUAL(3, loaded.diagnostics.size());
}

TEST(ConfigKnobs, StatisticsAndTheirFiles)
{
    const auto& s = live("statistics loopstats\nfilegen loopstats file l type week nolink disable\n"
                         "filegen peerstats\nstatsdir /var/log")
                        .statistics;
    using T = FileGeneration::Type;
    LONGS_EQUAL(2, s.size());
    CHECK(s[0] == (FileGeneration{"loopstats", "l", T::week, false, false}));
    CHECK(s[1] == (FileGeneration{"peerstats", "peerstats", T::day, true, true}));
    STRCMP_EQUAL("/var/log/", loaded.config.live.statsdir.c_str());
    expect("");
    live("statistics lopstats\nfilegen peerstat type day\nfilegen loopstats type dya\n"
         "filegen loopstats file ../x");
    expect("ntp.conf:1:12: warning: 'lopstats' is not an option of 'statistics' (did you mean "
           "'loopstats'?); the word was skipped, the rest of the line applied\n"
           "ntp.conf:2:9: warning: 'filegen' wants a kind of statistics, not 'peerstat' (did you "
           "mean 'peerstats'?); the line was skipped\n"
           "ntp.conf:3: warning: 'type' of 'filegen' wants none, pid, day, week, month, year or "
           "age, not 'dya'; the word and its value were skipped, the rest of the line applied\n"
           "ntp.conf:4: warning: '../x' is no name within statsdir; 'loopstats' is taken\n");
}

TEST(ConfigKnobs, MessagesAreChosenByClassAndKind)
{
    STRCMP_EQUAL("=syncstatus +sysevents -peerinfo allsync =all",
        live("logconfig =syncstatus +sysevents\nlogconfig -peerinfo allsync = all # x")
                .logconfig.c_str()
            + 0);
}

TEST(ConfigKnobs, UnknownKindsOfMessagesAreTold)
{
    STRCMP_EQUAL("=all", live("logconfig =all +synstatus").logconfig.c_str());
    expect("ntp.conf:1:16: warning: '+synstatus' is not a class and kind of message "
           "('=syncstatus', '+sysevents', '=all'); the word was skipped, the rest of the line "
           "applied\n");
}

TEST(ConfigKnobs, InterfacesAreChosenByRules)
{
    const auto& rules = live("interface ignore all\nnic listen 2001:db8::/32\nnic drop wildcard\n"
                             "interface listen ipv4")
                            .interfaces;
    using R = InterfaceRule;
    LONGS_EQUAL(4, rules.size());
    CHECK(rules[1] == (R{R::Action::listen, R::What::prefix, "", *parse_prefix("2001:db8::/32")}));
    CHECK(rules[2].action == R::Action::drop && rules[2].what == R::What::wildcard);
    CHECK(rules[3].what == R::What::ipv4);
    live("interface lisen eth0\ninterface listen");
    expect("ntp.conf:1:11: warning: 'interface' wants listen, ignore or drop, and all, ipv4, ipv6, "
           "wildcard, a name or an address (did you mean 'listen'?); the line was skipped\n"
           "ntp.conf:2:11: warning: 'interface' wants listen, ignore or drop, and all, ipv4, ipv6, "
           "wildcard, a name or an address; the line was skipped\n");
}

TEST(ConfigKnobs, TheLeapFileMayBeTrusted)
{
    CHECK(live("leapfile /a").leapfile_checks_hash);
    CHECK_FALSE(live("leapfile /a ignorehash").leapfile_checks_hash);
    CHECK(live("leapsmearinterval 7200").leap_smear_interval == Seconds{7200});
    expect("");
}

TEST(ConfigKnobs, NtsIsNotOfferedWithoutACertificate)
{
    CHECK_FALSE(live("nts enable key /k").nts_enabled);
    expect("timeballd: warning: 'nts enable' wants 'nts cert' and 'nts key' as well; NTS is not "
           "offered\n");
    CHECK(live("nts enable\nnts key /k\nnts cert /c").nts_enabled);
    LONGS_EQUAL(4123, parsed("extra port 4123").config.start.extra_port);
    LONGS_EQUAL(4124, parsed("nts port 4124").config.start.extra_port);
}

TEST(ConfigKnobs, AWordInAnotherCaseIsNotTheWord)
{
    live("Server a.example");
    expect("ntp.conf:1:1: warning: 'Server' is not a directive (did you mean 'server'?); the line "
           "was skipped\n");
    live("\"server\" a.example");
    expect("ntp.conf:1:1: warning: 'server' is not a directive (a directive stands without "
           "quotes); the line was skipped\n");
}

TEST(ConfigKnobs, AnOpenQuoteIsTold)
{
    STRCMP_EQUAL("/a b", live("logfile \"/a b").logfile.c_str());
    expect("ntp.conf:1: warning: a quote is not closed; it ends with the line\n");
}

TEST_GROUP(OptionTable){};

TEST(OptionTable, HasEachWordOnceInItsPlace)
{
    std::set<std::pair<std::string_view, std::string_view>> seen;
    for (const Option& option : option_table()) {
        CHECK(seen.insert({option.scope, option.name}).second);
        CHECK(!option.name.empty());
        CHECK(option.meaning.ends_with('.'));
        const bool is_numeric = option.type == Type::integer || option.type == Type::number
            || option.type == Type::offset || option.type == Type::id;
        CHECK(!is_numeric || option.least < option.most);
    }
    CHECK(seen.size() > 200);
}

TEST(OptionTable, HasADefaultThatTheConfigurationHasToo)
{
    // A file that spells out every numeric default is the same as an empty one.
    std::map<std::string, std::string> lines;
    for (const Option& option : option_table()) {
        const bool is_numeric = (option.type == Type::integer || option.type == Type::number);
        if (!is_numeric || option.support != Support::full
            || !parse_number(option.standard).is_valid)
            continue;
        const std::string word = std::string{option.name} + " " + std::string{option.standard};
        if (option.scope.empty())
            lines[word];
        else if (option.scope == "tos" || option.scope == "tinker" || option.scope == "mru"
            || option.scope == "limit" || option.scope == "discard")
            lines[std::string{option.scope}] += " " + word;
        else if (option.scope == "server")
            lines["server b.example"] += " " + word;
        else if (option.scope == "refclock")
            lines["refclock pps"] += " " + word;
    }
    std::string text;
    for (const auto& [start, rest] : lines)
        if (start != "discard")
            text += start + rest + "\n";

    const Loaded spelled_out = parsed(text);
    Loaded plain = parsed("server b.example\nrefclock pps\n");
    STRCMP_EQUAL("", all(spelled_out.diagnostics).c_str());
    const LiveConfig& a = spelled_out.config.live;
    const LiveConfig& b = plain.config.live;
    CHECK(a.policy == b.policy);
    CHECK(a.mru == b.mru);
    CHECK(a.limit == b.limit);
    CHECK(a.dscp == b.dscp && a.drift_threshold == b.drift_threshold
        && a.leap_smear_interval == b.leap_smear_interval);
    CHECK(source(spelled_out, "b.example") == source(plain, "b.example"));
    SourceConfig clock = source(spelled_out, "127.127.22.0");
    CHECK(clock.refclock->stratum == Stratum{0});
    clock.refclock->stratum.reset();
    CHECK(clock == source(plain, "127.127.22.0"));

    // discard chooses its rule by being there.
    plain.config.live.limit.rule = LimitRule::classic;
    CHECK(parsed("discard" + lines["discard"]).config.live.limit == plain.config.live.limit);
}
