// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The loop: send what is due, take what has come, give up what is too old.

#include "bench/serving/load/run.h"

#include "bench/serving/load/ledger.h"
#include "bench/serving/load/pace.h"

#include <algorithm>
#include <bit>
#include <optional>

namespace timeball::load {

namespace {

using namespace std::chrono_literals;

// Faster than this the loop never sleeps: waking up would cost more than waiting.
constexpr double busy_rate = 5000;
constexpr std::size_t least_ledger = 1 << 16, most_ledger = 1 << 22;
constexpr Nanoseconds most_behind = 2ms; // of an open loop: what is later is missed

// xorshift64* (Marsaglia; Vigna): cheap and good enough to pick clients and nonces.
class Noise {
public:
    explicit Noise(std::uint64_t seed) : state_{seed | 1} { }
    std::uint64_t next()
    {
        state_ ^= state_ >> 12;
        state_ ^= state_ << 25;
        state_ ^= state_ >> 27;
        return state_ * 0x2545f4914f6cdd1d;
    }
    std::uint32_t below(std::uint32_t limit)
    {
        return static_cast<std::uint32_t>(((next() >> 32) * limit) >> 32);
    }

private:
    std::uint64_t state_;
};

struct Member {
    Crowd crowd;
    Account account;
    std::optional<Pace> pace; // of an open loop
    std::uint32_t on_their_way = 0;
    std::uint32_t next = 0; // who asks next
    struct Memory { // of the last answer, for the interleaved mode
        ntp::Timestamp receive;
        Instant<Utc> received{};
    };
    std::vector<Memory> memories;
};

std::size_t ledger_size(const std::vector<Member>& members, Nanoseconds timeout)
{
    double most = 0;
    for (const Member& m : members) {
        if (!m.crowd.is_spoofed)
            most += m.crowd.window + m.crowd.rate * Seconds{timeout}.count() * 1.25;
    }
    return std::clamp(static_cast<std::size_t>(most), least_ledger, most_ledger);
}

std::vector<Member> gather(const Options& options, Instant<Mono> start)
{
    std::vector<Member> members;
    for (Crowd& crowd : crowds(options)) {
        Member m{.crowd = std::move(crowd), .account = {}, .pace = {}, .memories = {}};
        if (m.crowd.rate > 0) {
            const double burst = m.crowd.rate * Seconds{most_behind}.count();
            m.pace.emplace(
                m.crowd.rate, start, std::max(options.batch, static_cast<std::uint32_t>(burst)));
        }
        if (m.crowd.is_individual)
            m.account.clients.resize(m.crowd.sources.count);
        if (m.crowd.mix.has(Kind::interleaved))
            m.memories.resize(m.crowd.sources.count);
        members.push_back(std::move(m));
    }
    return members;
}

class Running {
public:
    Running(const Options& options, const World& world)
        : options_{options},
          world_{world},
          noise_{world.seed},
          start_{world.mono()},
          members_{gather(options, start_)},
          ledger_{ledger_size(members_, options.timeout)}
    {
        for (const Member& m : members_)
            is_busy_ = is_busy_ || m.crowd.rate == 0 || m.crowd.rate > busy_rate;
    }

    Outcome run()
    {
        const Instant<Mono> end = start_ + rounded(options_.duration);
        Instant<Mono> now = start_;
        while (now < end && sent_ < options_.count && !world_.is_interrupted()) {
            turn(now, end);
            now = world_.mono();
        }
        outcome_.elapsed = now - start_;
        // Answers to the last questions.
        const Instant<Mono> patience = now + options_.timeout;
        while (ledger_.oldest() && world_.mono() < patience && !world_.is_interrupted()) {
            if (receive() == 0)
                world_.engine.wait(1ms);
            expire(world_.utc() - options_.timeout);
        }
        while (ledger_.oldest())
            give_up_oldest();
        return finished();
    }

private:
    void turn(Instant<Mono> now, Instant<Mono> end)
    {
        std::uint64_t count = 0;
        for (std::size_t i = 0; i < members_.size(); ++i)
            count += ask(static_cast<std::uint8_t>(i), now);
        if (count > 0)
            world_.engine.flush();
        const std::size_t came = receive();
        expire(world_.utc() - options_.timeout);
        if (count == 0 && came == 0 && !is_busy_)
            world_.engine.wait(std::min<Nanoseconds>(next() - now, end - now));
    }

    Instant<Mono> next() const
    {
        Instant<Mono> soonest = Instant<Mono>::max();
        for (const Member& m : members_)
            soonest = std::min(soonest, m.pace ? m.pace->next() : start_);
        return soonest;
    }

    // Questions of one crowd, as many as are due and fit into a batch.
    std::uint32_t ask(std::uint8_t index, Instant<Mono> now)
    {
        Member& m = members_[index];
        const auto left = options_.count - std::min(options_.count, sent_);
        const auto most = static_cast<std::uint32_t>(std::min<std::uint64_t>(options_.batch, left));
        const std::uint32_t due = m.pace
            ? m.pace->take(now, most)
            : std::min(most, m.crowd.window - std::min(m.crowd.window, m.on_their_way));
        for (std::uint32_t i = 0; i < due; ++i)
            ask_one(m, index);
        sent_ += due;
        return due;
    }

    void ask_one(Member& m, std::uint8_t index)
    {
        const Sources& sources = m.crowd.sources;
        std::uint32_t client;
        if (m.crowd.picks_at_random) {
            client = noise_.below(sources.count);
        } else {
            client = m.next;
            m.next = client + 1 == sources.count ? 0 : client + 1;
        }
        ++m.account.sent;
        const std::uint64_t noise = noise_.next();
        const auto nonce = static_cast<std::uint32_t>(noise >> 32) & ~1u;
        const Kind kind = m.crowd.mix.pick(static_cast<std::uint32_t>(noise));
        // What nobody answers, or nobody here, needs no entry.
        const bool is_entered = !m.crowd.is_spoofed && kind != Kind::garbage;
        Ticket ticket{spoofed_number, nonce};
        if (is_entered) {
            if (ledger_.is_full())
                give_up_oldest();
            ticket.number = ledger_.next_number();
        }
        const Member::Memory previous
            = kind == Kind::interleaved ? m.memories[client] : Member::Memory{};
        const std::size_t size
            = compose(kind, ticket, previous.receive, noise, world_.engine.room());
        if (is_entered) {
            ledger_.enter({world_.utc(), ticket, client, index, kind, previous.received});
            ++m.on_their_way;
            if (m.crowd.is_individual)
                ++m.account.clients[client].asked;
        }
        world_.engine.send(sources.at(client), size);
    }

    std::size_t receive()
    {
        return world_.engine.receive([this](const Answer& answer) { take(answer); });
    }

    void take(const Answer& answer)
    {
        const auto echo = echo_of(answer.bytes);
        if (!echo || answer.from != options_.target) {
            ++outcome_.unmatched.stray;
            return;
        }
        const Ledger::Finding finding = ledger_.find(*echo);
        switch (finding.found) {
        case Ledger::Found::here:
            return take(*finding.asked, *echo, answer);
        case Ledger::Found::forged:
            ++outcome_.unmatched.forged;
            return;
        case Ledger::Found::gone:
            ++outcome_.unmatched.late;
            return;
        case Ledger::Found::never:
            ++(echo->ticket.number == spoofed_number ? outcome_.unmatched.spoofed
                                                     : outcome_.unmatched.stray);
            return;
        }
    }

    void take(Asked& asked, const Echo& echo, const Answer& answer)
    {
        Member& m = members_[asked.crowd];
        if (asked.is_answered) {
            ++(echo.is_control ? outcome_.unmatched.fragments : m.account.duplicates);
            return;
        }
        asked.is_answered = true;
        --m.on_their_way;
        Judgement judgement = judge(asked, echo, answer.bytes);
        const Address asker = m.crowd.sources.at(asked.client);
        if (!asker.is_any() && answer.to != asker)
            judgement = {Fate::wrong_address, {}};
        ++m.account.fates[static_cast<std::size_t>(judgement.fate)];
        if (judgement.header)
            take_time(m, asked, echo, *judgement.header, answer.received);
    }

    void take_time(Member& m, const Asked& asked, const Echo& echo, const ntp::Header& header,
        Instant<Utc> received)
    {
        Account& account = m.account;
        if (m.crowd.is_individual)
            ++account.clients[asked.client].served;
        account.latency.add(received - asked.when);
        const Nanoseconds ahead = rounded(options_.server_ahead);
        account.receive_error.add(
            to_instant(header.receive, asked.when + ahead) - ahead - asked.when);
        const Instant<Utc> told = echo.is_interleaved ? asked.previous : received;
        account.transmit_error.add(told - (to_instant(header.transmit, told + ahead) - ahead));
        if (asked.kind == Kind::interleaved)
            m.memories[asked.client] = {header.receive, received};
    }

    void expire(Instant<Utc> before)
    {
        while (Asked* asked = ledger_.oldest()) {
            if (!asked->is_answered && asked->when > before)
                return;
            give_up_oldest();
        }
    }

    void give_up_oldest()
    {
        const Asked& asked = *ledger_.oldest();
        if (!asked.is_answered) {
            Member& m = members_[asked.crowd];
            --m.on_their_way;
            ++m.account.fates[static_cast<std::size_t>(Fate::lost)];
        }
        ledger_.drop_oldest();
    }

    Outcome finished()
    {
        for (Member& m : members_) {
            if (m.pace)
                m.account.missed = m.pace->missed();
            outcome_.crowds.push_back(std::move(m.crowd));
            outcome_.accounts.push_back(std::move(m.account));
        }
        outcome_.refused = world_.engine.refused();
        outcome_.overrun = world_.engine.overrun();
        return std::move(outcome_);
    }

    static constexpr std::uint32_t spoofed_number = 0xffffffff; // no run gets as far

    const Options& options_;
    const World& world_;
    Noise noise_;
    Instant<Mono> start_;
    std::vector<Member> members_;
    Ledger ledger_;
    bool is_busy_ = false;
    std::uint64_t sent_ = 0;
    Outcome outcome_;
};

} // namespace

Outcome run(const Options& options, const World& world)
{
    return Running{options, world}.run();
}

} // namespace timeball::load
