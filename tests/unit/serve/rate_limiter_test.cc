// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Rate limits: the known answers of both rules, and who must never be limited.

#include "serve/control_limiter.h"
#include "serve/rate_limiter.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::serve;
using namespace std::chrono_literals;
using ntp::Rate;

TEST_GROUP(RateLimiter)
{
    Instant<Mono> now{1000s};
    ClientList clients{config::MruConfig{.max_depth = 100}, {}, SipKey{}, now};
    config::LimitConfig limit;
    Endpoint from{*parse_address("192.0.2.1"), 40000};

    Rate ask(ntp::Mode mode = ntp::Mode::client)
    {
        const RateLimiter limiter{limit};
        const auto meeting = clients.meet(from, mode, 4, now);
        if (mode != ntp::Mode::control)
            return limiter.judge(meeting);
        limiter.pass_by(meeting);
        return Rate::pass;
    }
    // What becomes of so many packets: p(ass), k(iss), -
    std::string fates(int count, Nanoseconds apart)
    {
        std::string text;
        for (int i = 0; i < count; ++i) {
            const Rate rate = ask();
            text += rate == Rate::pass ? 'p' : rate == Rate::kiss ? 'k' : '-';
            now += apart;
        }
        return text;
    }
    static std::string times(int count, char c)
    {
        return std::string(count, c);
    }
    void be_classic()
    {
        limit.rule = config::LimitRule::classic;
    }
};

TEST(RateLimiter, OfNtpsecAnswers20ThenKisses10ThenIsSilent)
{
    const auto expected = times(20, 'p') + times(10, 'k') + times(70, '-');
    STRCMP_EQUAL(expected.c_str(), fates(100, 0ns).c_str());
    from.address = *parse_address("192.0.2.2");
    STRCMP_EQUAL(expected.c_str(), fates(100, 100us).c_str());
}

TEST(RateLimiter, OfNtpsecForgivesAfterAWhile)
{
    fates(25, 0ns); // score 1.25
    now += 4s;
    CHECK(ask() == Rate::kiss); // 1.25 * exp(-4/20) + 0.05 = 1.073
    now += 4s;
    CHECK(ask() == Rate::pass); // 0.929
}

TEST(RateLimiter, OfNtpsecTakesItsNumbersFromTheConfiguration)
{
    limit = {.average = 2, .burst = 4, .kod = 0.25};
    STRCMP_EQUAL((times(8, 'p') + "k" + times(11, '-')).c_str(), fates(20, 0ns).c_str());
    limit = {.average = 0.01, .burst = 20};
    from.port = 1;
    from.address = *parse_address("192.0.2.3");
    STRCMP_EQUAL("pkkk", fates(4, 0ns).c_str()); // the first of a new address always passes
}

TEST(RateLimiter, BoundsTheKissesOfAFlooder)
{
    const auto fate = fates(36'000, 100ms); // an hour of ten a second
    LONGS_EQUAL(21, fate.find('k'));
    const auto silence = fate.find('-');
    CHECK(silence < 50);
    CHECK(fate.substr(silence) == times(static_cast<int>(fate.size() - silence), '-'));
}

TEST(RateLimiter, DoesNotDisturbOtherClients)
{
    fates(1000, 0ns);
    from.address = *parse_address("192.0.2.2");
    STRCMP_EQUAL("ppp", fates(3, 0ns).c_str());
}

TEST(RateLimiter, CountsAnAddressWhateverItsPort)
{
    std::string text;
    for (int i = 0; i < 31; ++i) {
        from.port = static_cast<std::uint16_t>(40000 + i);
        text += fates(1, 0ns);
    }
    STRCMP_EQUAL((times(20, 'p') + times(10, 'k') + "-").c_str(), text.c_str());
}

TEST(RateLimiter, CountsAnIpv6PrefixAsOneClient)
{
    std::string text;
    for (unsigned i = 0; i < 31; ++i) {
        from.address = *parse_address("2001:db8:1:2::");
        from.address.octets[15] = std::byte(i);
        text += fates(1, 0ns);
    }
    STRCMP_EQUAL((times(20, 'p') + times(10, 'k') + "-").c_str(), text.c_str());
}

TEST(RateLimiter, LetsAnInitialBurstPassByEitherRule)
{
    STRCMP_EQUAL("pppppppp", fates(8, 2s).c_str());
    now += 64s;
    STRCMP_EQUAL("pppppppp", fates(8, 2s).c_str());
    be_classic();
    from.address = *parse_address("192.0.2.2");
    STRCMP_EQUAL("pppppppp", fates(8, 2s).c_str());
    now += 64s;
    STRCMP_EQUAL("pppppppp", fates(8, 2s).c_str());
}

TEST(RateLimiter, LetsThePoolMonitorsPassByEitherRule)
{
    for (const bool classic : {false, true}) {
        if (classic)
            be_classic();
        from.address = Address::ipv4(classic ? 1 : 2);
        for (int check = 0; check < 100; ++check) {
            STRCMP_EQUAL("ppp", fates(3, 2s).c_str());
            now += 54s; // one check a minute is far more than they do
        }
    }
}

TEST(RateLimiter, LetsEveryUsualPollIntervalPassByEitherRule)
{
    for (const bool classic : {false, true}) {
        if (classic)
            be_classic();
        for (const auto interval : {8s, 16s, 64s, 1024s}) {
            from.address = Address::ipv4(static_cast<std::uint32_t>(interval.count() + classic));
            STRCMP_EQUAL(times(500, 'p').c_str(), fates(500, interval).c_str());
        }
    }
}

TEST(RateLimiter, OfTheClassicKindDropsWhatComesTooSoon)
{
    be_classic();
    STRCMP_EQUAL("pk", fates(2, 0ns).c_str()); // within the same second: leak becomes 64 + 8
    STRCMP_EQUAL("--------", fates(8, 1s).c_str()); // 72, 71 ... 65
    // 64 is full still; one kiss more when it has drained below.
    STRCMP_EQUAL("-k-", fates(3, 1s).c_str());
}

TEST(RateLimiter, OfTheClassicKindKeepsTheAverageHeadway)
{
    be_classic();
    // Each packet adds 8 - 2, two seconds take 2: 0 6 10 14 ... until 8 more would reach 64.
    const auto fate = fates(40, 2s);
    LONGS_EQUAL(15, fate.find('k'));
    // Kisses come no faster than the headway of eight packets drains.
    std::size_t last = fate.find('k');
    for (std::size_t k = fate.find('k', last + 1); k != fate.npos; k = fate.find('k', k + 1)) {
        CHECK(2 * (k - last) >= 8);
        last = k;
    }
}

TEST(RateLimiter, OfTheClassicKindTakesItsNumbersFromTheConfiguration)
{
    be_classic();
    limit.classic_average = Poll{0}; // head 1, limit 8: a packet takes one out
    limit.classic_minimum = Seconds{1};
    STRCMP_EQUAL(times(50, 'p').c_str(), fates(50, 0ns).c_str());
    limit.classic_minimum = Seconds{5};
    STRCMP_EQUAL("k", fates(1, 0ns).c_str());
}

TEST(RateLimiter, DoesNotHoldControlQuestionsAgainstTheNextRequest)
{
    be_classic();
    ask();
    now += 10s;
    ask(ntp::Mode::control);
    CHECK(ask() == Rate::pass); // in the same second
    CHECK(ask() == Rate::kiss); // but not two
    limit.rule = config::LimitRule::ntpsec;
    from.address = *parse_address("192.0.2.2");
    fates(19, 0ns);
    for (int i = 0; i < 100; ++i)
        ask(ntp::Mode::control);
    CHECK(ask() == Rate::pass);
    CHECK(ask() == Rate::kiss);
}

TEST(RateLimiter, AnswersSomeOfThoseWhomItRefusesAgainAndAgain)
{
    const RateLimiter limiter{limit};
    Client& client = *clients.meet(from, ntp::Mode::client, 4, now).client;
    CHECK_FALSE(RateLimiter::leaks(client, 0));
    int answers = 0;
    for (int i = 0; i < 100; ++i)
        ClientList::note_drop(client);
    for (std::uint64_t noise = 0; noise < 1600; ++noise)
        answers += RateLimiter::leaks(client, noise);
    LONGS_EQUAL(400, answers);

    for (int i = 0; i < 1000; ++i)
        ClientList::note_drop(client);
    answers = 0;
    for (std::uint64_t noise = 0; noise < 1600; ++noise)
        answers += RateLimiter::leaks(client, noise);
    LONGS_EQUAL(100, answers);
}

TEST(RateLimiter, ShowsTheScore)
{
    fates(10, 0ns);
    DOUBLES_EQUAL(0.5, RateLimiter{limit}.score(*clients.find(from.address)), 1e-4);
}

TEST(RateLimiter, AsksInItsKissesForAnIntervalThatPasses)
{
    LONGS_EQUAL(3, RateLimiter{limit}.kiss_poll().log2);
    limit.average = 1.0 / 60;
    LONGS_EQUAL(6, RateLimiter{limit}.kiss_poll().log2);
    be_classic();
    limit.classic_average = Poll{5};
    LONGS_EQUAL(5, RateLimiter{limit}.kiss_poll().log2);
}

TEST_GROUP(ControlLimiter)
{
    ControlLimiter limiter{SipKey{3, 4}};
    Instant<Mono> now{1000s};
    bool is_admitted = false;

    int admitted(std::string_view address, int count)
    {
        int passed = 0;
        for (int i = 0; i < count; ++i)
            passed += limiter.admit(*parse_address(address), is_admitted, now);
        return passed;
    }
};

TEST(ControlLimiter, GivesAStranger100AtOnceAndThen20ASecond)
{
    LONGS_EQUAL(100, admitted("192.0.2.1", 500));
    now += 1s;
    LONGS_EQUAL(20, admitted("192.0.2.1", 500));
    now += 1h;
    LONGS_EQUAL(100, admitted("192.0.2.1", 500));
    LONGS_EQUAL(100, admitted("192.0.2.2", 500));
}

TEST(ControlLimiter, CountsAnIpv6PrefixAsOne)
{
    LONGS_EQUAL(60, admitted("2001:db8::1", 60));
    LONGS_EQUAL(40, admitted("2001:db8::2", 60));
}

TEST(ControlLimiter, TrustsWhomTheOperatorAdmits)
{
    is_admitted = true;
    LONGS_EQUAL(1000, admitted("192.0.2.1", 5000));
    now += 1s;
    LONGS_EQUAL(500, admitted("192.0.2.1", 5000));
}

// A flood from everywhere: what passes is bounded, whoever it claims to be.
TEST(ControlLimiter, BoundsAllTogether)
{
    int passed = 0;
    for (unsigned second = 0; second < 10; ++second, now += 1s)
        for (unsigned i = 0; i < 50'000; ++i)
            passed += limiter.admit(Address::ipv4(0x0a000000 + i), false, now);
    CHECK(passed <= 4000 + 9 * 2000);
    CHECK(passed >= 9 * 2000);
    LONGS_EQUAL(20'000, admitted("127.0.0.1", 50'000)); // untouched by that, and bounded too
}

TEST(ControlLimiter, LeavesLoopbackAlone)
{
    LONGS_EQUAL(5000, admitted("127.0.0.1", 5000));
    LONGS_EQUAL(5000, admitted("::1", 5000));
}
