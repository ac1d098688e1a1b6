// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// A run of timeball-load against a server that stands in the engine itself.

#include "bench/serving/load/results.h"
#include "bench/serving/load/run.h"

#include <deque>
#include <string>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::load;
using namespace std::chrono_literals;

namespace {

// Time passes when somebody looks at the clock, and when nothing is to be done.
struct SmallWorld final : Engine {
    Nanoseconds now = 1h;
    Nanoseconds delay = 50us; // each way
    int loses_each = 0; // question, counted; 0: none
    int doubles_each = 0;
    bool tells_wrong_origin = false;
    int asked = 0;

    struct Waiting {
        std::array<std::byte, ntp::header_size> bytes;
        Address to;
        Nanoseconds at;
    };
    std::deque<Waiting> on_their_way;
    std::array<std::byte, most_question> question{};

    std::span<std::byte> room() override { return question; }
    void send(const Address& from, std::size_t size) override
    {
        ++asked;
        if (loses_each > 0 && asked % loses_each == 0)
            return;
        auto header = *ntp::decode(std::span{question}.first(size));
        header.mode = ntp::Mode::server;
        header.stratum = 1;
        header.origin = header.transmit;
        if (tells_wrong_origin)
            header.origin.bits ^= 4;
        header.receive = ntp::to_timestamp(Instant<Utc>{now + delay});
        header.transmit = ntp::to_timestamp(Instant<Utc>{now + delay + 10us});
        Waiting answer{{}, from, now + 2 * delay + 10us};
        ntp::encode(header, answer.bytes);
        on_their_way.push_back(answer);
        if (doubles_each > 0 && asked % doubles_each == 0)
            on_their_way.push_back(answer);
    }
    void flush() override { }
    std::uint64_t refused() const override { return 0; }
    std::size_t receive(const std::function<void(const Answer&)>& take) override
    {
        std::size_t count = 0;
        for (; !on_their_way.empty() && on_their_way.front().at <= now; ++count) {
            const Waiting answer = on_their_way.front();
            on_their_way.pop_front();
            take({answer.bytes, *parse_endpoint("127.0.0.1:123"), answer.to,
                Instant<Utc>{answer.at}});
        }
        return count;
    }
    void wait(Nanoseconds at_most) override { now += at_most; }
    std::uint64_t overrun() const override { return 0; }

    Outcome run(std::vector<std::string> arguments)
    {
        arguments.insert(arguments.end(), {"--from", "127.64.0.0/16", "127.0.0.1"});
        const Options options = parse_options(arguments);
        STRCMP_EQUAL("", options.fault.c_str());
        return load::run(options,
            {*this, [this] { return Instant<Mono>{now += 100ns}; },
                [this] { return Instant<Utc>{now}; }, [] { return false; }, 7});
    }
};

} // namespace

TEST_GROUP(LoadRun)
{
    SmallWorld world;
};

TEST(LoadRun, AClosedLoopKeepsItsWindowFull)
{
    const auto outcome = world.run({"--window", "10", "--duration", "1", "--clients", "100"});
    const Account& account = outcome.accounts.at(0);
    LONGS_EQUAL(account.sent, account.served());
    CHECK(account.sent > 88'000 && account.sent < 92'000); // ten in 110 us
    CHECK(account.latency.percentile(0.5) >= 110us && account.latency.percentile(0.99) <= 112us);
    CHECK(abs(Seconds{account.receive_error.mean() - 50us}) < Seconds{1e-7});
    CHECK(abs(Seconds{account.transmit_error.mean() - 50us}) < Seconds{1e-7});
    CHECK(is_good(outcome));
}

TEST(LoadRun, AnOpenLoopCountsWhatIsLost)
{
    world.loses_each = 10;
    const auto outcome = world.run({"--rate", "1000", "--duration", "2"});
    const Account& account = outcome.accounts.at(0);
    LONGS_EQUAL(2000, account.sent);
    LONGS_EQUAL(200, account.of(Fate::lost));
    LONGS_EQUAL(1800, account.served());
    LONGS_EQUAL(0, account.missed);
}

TEST(LoadRun, EachHonestClientHasItsOwnAccount)
{
    world.loses_each = 7; // of ten clients; so each is hit in its turn
    const auto outcome = world.run({"--honest", "10", "--every", "0.1", "--duration", "7"});
    const Account& account = outcome.accounts.at(0);
    LONGS_EQUAL(700, account.sent);
    LONGS_EQUAL(10, account.clients.size());
    for (const auto& one : account.clients) {
        LONGS_EQUAL(70, one.asked);
        LONGS_EQUAL(60, one.served);
    }
}

TEST(LoadRun, ASecondAnswerIsADuplicate)
{
    world.doubles_each = 5;
    const auto outcome = world.run({"--window", "1", "--count", "100"});
    LONGS_EQUAL(100, outcome.accounts.at(0).served());
    CHECK(outcome.accounts.at(0).duplicates >= 19); // the last may come after the end
    CHECK(!is_good(outcome));
}

TEST(LoadRun, AWrongOriginIsNoAnswer)
{
    world.tells_wrong_origin = true;
    const auto outcome = world.run({"--window", "4", "--count", "4"});
    LONGS_EQUAL(0, outcome.accounts.at(0).served());
    LONGS_EQUAL(4, outcome.accounts.at(0).of(Fate::lost));
    LONGS_EQUAL(4, outcome.unmatched.forged);
}

TEST(LoadRun, AnswersToMadeUpAddressesAreOnlyCounted)
{
    const auto outcome = world.run({"--spoof", "10000", "--honest", "10", "--duration", "1"});
    LONGS_EQUAL(10, outcome.accounts.at(0).served());
    CHECK(outcome.unmatched.spoofed > 9000);
    CHECK(is_good(outcome));
}

TEST(LoadRun, TheFiguresHaveOneNameEach)
{
    const auto outcome = world.run({"--window", "1", "--count", "10"});
    const std::string text = csv(outcome);
    const auto end = text.find('\n');
    LONGS_EQUAL(std::count(text.begin(), text.begin() + static_cast<long>(end), ','),
        std::count(text.begin() + static_cast<long>(end), text.end(), ','));
    CHECK(text.starts_with("crowd,seconds,sent,"));
    CHECK(json(outcome).starts_with("{\"crowds\":[{\"crowd\":\"clients\",\"seconds\":"));
}
