// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The reference algorithm on a stage, with the simplest of clients around it: a request every
// 2^poll seconds, and bursts where it starts anew.

#include "contestants.h"

#include "asker.h"
#include "rfc5905.h"

namespace timeball::bench {

using namespace std::chrono_literals;

namespace {

class Client {
public:
    explicit Client(Stage& stage)
        : stage_{stage},
          asker_{stage, [this](const Exchange& e) { answered(e); }},
          algorithm_{stage.servers().size(), stage.situation().minpoll.log2,
              stage.situation().maxpoll.log2},
          burst_(stage.servers().size(), 8)
    {
        for (std::size_t i = 0; i < burst_.size(); ++i)
            asker_.later(1s, [this, i] { poll(i); });
        tick();
    }

    Asker& asker() { return asker_; }
    std::optional<Seconds> claim() const { return algorithm_.root_distance(process_time()); }

private:
    Seconds process_time() const { return stage_.now(); }

    void tick()
    {
        (void)asker_.clock().set_frequency(algorithm_.adjust());
        asker_.later(1s, [this] { tick(); });
    }

    void poll(std::size_t i)
    {
        obey(algorithm_.polled(i, process_time()));
        asker_.ask(i);
        const Poll usual{static_cast<std::int8_t>(algorithm_.poll())};
        const Seconds interval
            = burst_[i] > 1 ? 2s : usual.interval() * (0.97 + 0.06 * asker_.chance().unit());
        burst_[i] = std::max(burst_[i] - 1, 0);
        asker_.later(interval, [this, i] { poll(i); });
    }

    void answered(const Exchange& e)
    {
        const Seconds round_trip = e.t4 - e.t1;
        obey(algorithm_.take(e.server,
            {.t = process_time(),
                .offset = ((e.t2 - e.t1) + (e.t3 - e.t4)) / 2,
                .delay = round_trip - (e.t3 - e.t2),
                .dispersion = 0x1p-20s + frequency_tolerance * round_trip,
                .root_delay = e.root_delay,
                .root_dispersion = e.root_dispersion},
            process_time()));
    }

    void obey(const std::optional<Seconds>& step)
    {
        if (!step)
            return;
        (void)asker_.clock().step(rounded(*step));
        asker_.forget(); // what is under way belongs to the time before
        std::fill(burst_.begin(), burst_.end(), 8);
    }

    Stage& stage_;
    Asker asker_;
    Rfc5905 algorithm_;
    std::vector<int> burst_;
};

} // namespace

Track run_rfc5905(const Situation& situation, std::uint64_t seed)
{
    Stage stage{situation, seed};
    Client client{stage};
    Track track = begun(situation);
    std::uint64_t before = 0;
    stage.play(track.grid, [&] {
        const Seconds error = Seconds{client.asker().clock().error()} - stage.reference();
        note(track, error, client.claim());
        if (stage.now() <= situation.settled)
            before = client.asker().requests();
    });
    track.packets = client.asker().requests() - before;
    return track;
}

} // namespace timeball::bench
