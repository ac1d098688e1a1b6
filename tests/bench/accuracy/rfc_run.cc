// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The reference algorithm on a stage, with the simplest of clients around it: a request every
// 2^poll seconds, iburst when a server has not been heard.

#include "contestants.h"

#include "ntp/header.h"
#include "rfc5905.h"
#include "stage.h"

namespace timeball::bench {

using namespace std::chrono_literals;

namespace {

class Client final : sim::Receiver {
public:
    explicit Client(Stage& stage)
        : stage_{stage},
          clock_{
              stage.world().timeline(), stage.situation().oscillator, stage.world().fork_chance()},
          chance_{stage.world().fork_chance()},
          algorithm_{stage.servers().size(), stage.situation().minpoll.log2,
              stage.situation().maxpoll.log2},
          asked_(stage.servers().size()),
          burst_(stage.servers().size(), 8)
    {
        stage.has_clock(clock_);
        stage.world().net().add_host(Stage::client());
        for (std::size_t i = 0; i < asked_.size(); ++i) {
            stage.world().net().bind(at(i), *this);
            later(1s, [this, i] { ask(i); });
        }
        tick();
    }
    ~Client()
    {
        for (std::size_t i = 0; i < asked_.size(); ++i)
            stage_.world().net().unbind(at(i));
    }

    Nanoseconds error() const { return clock_.error(); }
    std::uint64_t requests() const { return requests_; }

private:
    static Endpoint at(std::size_t i)
    {
        return {Stage::client(), static_cast<std::uint16_t>(40000 + i)};
    }
    Seconds process_time() const { return stage_.now(); }
    void later(Seconds wait, std::function<void()> then)
    {
        auto& timeline = stage_.world().timeline();
        timeline.at(timeline.now() + rounded(wait), std::move(then));
    }

    void tick()
    {
        (void)clock_.set_frequency(algorithm_.adjust());
        later(1s, [this] { tick(); });
    }

    void ask(std::size_t i)
    {
        obey(algorithm_.polled(i, process_time()));
        asked_[i] = clock_.now();
        ++requests_;
        const ntp::Header request{.leap = Leap::none, .transmit = ntp::to_timestamp(*asked_[i])};
        std::array<std::byte, ntp::header_size> room{};
        ntp::encode(request, room);
        stage_.world().net().send(room, at(i), {stage_.server(i).address(), 123});
        const Seconds interval = burst_[i] > 1
            ? 2s
            : Poll{static_cast<std::int8_t>(algorithm_.poll())}.interval()
                * (0.97 + 0.06 * chance_.unit());
        burst_[i] = std::max(burst_[i] - 1, 0);
        later(interval, [this, i] { ask(i); });
    }

    void arrived(std::span<const std::byte> bytes, const Endpoint&, const Endpoint& to) override
    {
        const auto i = static_cast<std::size_t>(to.port - 40000);
        const auto reply = ntp::decode(bytes);
        if (!reply || !asked_[i] || reply->origin != ntp::to_timestamp(*asked_[i]))
            return;
        const Instant<Utc> t1 = *asked_[i], t4 = clock_.now();
        const Instant<Utc> t2 = ntp::to_instant(reply->receive, t4);
        const Instant<Utc> t3 = ntp::to_instant(reply->transmit, t4);
        asked_[i].reset();
        obey(algorithm_.take(i,
            {.t = process_time(),
                .offset = ((t2 - t1) + (t3 - t4)) / 2,
                .delay = (t4 - t1) - (t3 - t2),
                .dispersion = 0x1p-20s + frequency_tolerance * Seconds{t4 - t1},
                .root_delay = ntp::to_seconds(reply->root_delay),
                .root_dispersion = ntp::to_seconds(reply->root_dispersion)},
            process_time()));
    }
    void refused(const Endpoint&) override { }

    void obey(const std::optional<Seconds>& step)
    {
        if (!step)
            return;
        (void)clock_.step(rounded(*step));
        for (std::size_t i = 0; i < asked_.size(); ++i) {
            asked_[i].reset(); // what is under way belongs to the time before
            burst_[i] = 8;
        }
    }

    Stage& stage_;
    sim::SimClock clock_;
    sim::Chance chance_;
    Rfc5905 algorithm_;
    std::vector<std::optional<Instant<Utc>>> asked_;
    std::vector<int> burst_;
    std::uint64_t requests_ = 0;
};

} // namespace

Track run_rfc5905(const Situation& situation, std::uint64_t seed)
{
    Stage stage{situation, seed};
    Client client{stage};
    Track track{.grid = grid_of(situation), .moments = {}, .first_broken = {}};
    std::uint64_t before = 0;
    stage.play(track.grid, [&] {
        track.moments.push_back({client.error(), std::nullopt});
        if (stage.now() <= situation.settled)
            before = client.requests();
    });
    track.packets = client.requests() - before;
    return track;
}

} // namespace timeball::bench
