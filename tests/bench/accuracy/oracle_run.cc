// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The floor on a stage. It asks all servers at once, at the longest interval allowed where the
// situation does not say otherwise, and believes those that are right. Its clock runs free: what
// counts is what it would show with the estimate added.

#include "contestants.h"

#include "asker.h"
#include "oracle.h"

#include <algorithm>

namespace timeball::bench {

using namespace std::chrono_literals;

namespace {

class Client {
public:
    explicit Client(Stage& stage)
        : stage_{stage},
          asker_{stage, [this](const Exchange& e) { heard_.push_back(e); }},
          oracle_{knowledge(stage.situation()), asker_.chance().fork()},
          origin_{asker_.clock().now()}
    {
        asker_.later(1s, [this] { poll(); });
    }

    Asker& asker() { return asker_; }

    // Its clock less the reference, if it were set by what is known.
    Seconds error() const
    {
        return Seconds{asker_.clock().error()} - stage_.reference() + oracle_.offset(local());
    }

private:
    static OracleKnowledge knowledge(const Situation& situation)
    {
        OracleKnowledge k = situation.oracle;
        if (k.wander == 0)
            k.wander = situation.oscillator.wander;
        if (k.frequency_spread < Frequency::ppm(1))
            k.frequency = -situation.oscillator.frequency;
        return k;
    }
    Seconds local() const { return asker_.clock().now() - origin_; }

    void poll()
    {
        heard_.clear(); // what came too late belongs to another time
        for (std::size_t i = 0; i < stage_.servers().size(); ++i)
            asker_.ask(i);
        asker_.later(1500ms, [this] { listen(); });
        const Poll usual = stage_.situation().oracle_poll.value_or(stage_.situation().maxpoll);
        const bool is_starting = burst_ > 0;
        burst_ -= is_starting;
        // A little off the beat of whatever is periodic in the network.
        const Seconds wait
            = is_starting ? 2s : usual.interval() * (0.97 + 0.06 * asker_.chance().unit());
        asker_.later(wait, [this] { poll(); });
    }

    void listen()
    {
        if (std::any_of(
                heard_.begin(), heard_.end(), [this](const Exchange& e) { return is_right(e); }))
            std::erase_if(heard_, [this](const Exchange& e) { return !is_right(e); });
        std::vector<Excess> excesses;
        Seconds when{0};
        const Seconds drift = oracle_.frequency() * Seconds{1}; // per second
        for (const Exchange& e : heard_) {
            const Upstream& u = stage_.situation().upstreams[e.server];
            when = std::max(when, Seconds{e.t4 - origin_});
            // t2 - t1 = offset + least delay + queue, at t1; t3 - t4 likewise with less, at t4.
            const Seconds since = drift * Seconds{e.t4 - e.t1}.count();
            excesses.push_back({&u.there, Seconds{e.t2 - e.t1} - u.there.delay + since, true});
            excesses.push_back({&u.back, Seconds{e.t3 - e.t4} + u.back.delay, false});
        }
        if (!excesses.empty())
            oracle_.take(when, excesses);
        heard_.clear();
    }
    bool is_right(const Exchange& e) const { return stage_.server(e.server).is_honest(); }

    Stage& stage_;
    mutable Asker asker_;
    Oracle oracle_;
    Instant<Utc> origin_;
    std::vector<Exchange> heard_;
    int burst_ = 8;
};

} // namespace

Track run_oracle(const Situation& situation, std::uint64_t seed)
{
    Stage stage{situation, seed};
    Client client{stage};
    Track track = begun(situation);
    stage.play(track.grid, [&] { track.moments.push_back({client.error(), std::nullopt}); });
    return track;
}

} // namespace timeball::bench
