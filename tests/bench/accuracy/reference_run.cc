// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// A reference clock that gives a reading each second, as one in shared memory does: the engine and
// the steersman without the rest of the daemon, the reference algorithm with a median filter of 16
// readings as ntpd's drivers have, and the floor, which for normal noise is a Kalman filter.

#include "contestants.h"

#include "daemon/steersman.h"
#include "rfc5905.h"
#include "stage.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace timeball::bench {

using namespace std::chrono_literals;

namespace {

// Rings each second with the reading: reference minus clock.
class Reference {
public:
    Reference(Stage& stage)
        : stage_{stage},
          clock_{
              stage.world().timeline(), stage.situation().oscillator, stage.world().fork_chance()},
          chance_{stage.world().fork_chance()}
    {
        stage.has_clock(clock_);
    }

    void rings(std::function<void(Seconds)> then)
    {
        then_ = std::move(then);
        wait();
    }

    sim::SimClock& clock() { return clock_; }

private:
    void wait()
    {
        auto& timeline = stage_.world().timeline();
        timeline.at(timeline.now() + 1s, [this] {
            wait();
            then_(*stage_.situation().reference_jitter * chance_.normal() - clock_.error());
        });
    }

    Stage& stage_;
    sim::SimClock clock_;
    sim::Chance chance_;
    std::function<void(Seconds)> then_;
};

class EngineClient {
public:
    explicit EngineClient(Stage& stage)
        : stage_{stage},
          reference_{stage},
          loop_{stage.world().timeline(), stage.oscillator()},
          steersman_{reference_.clock(), loop_, [](const std::string&) {}}
    {
        engine_.add(id,
            {.kind = sync::SourceKind::refclock,
                .minpoll = Poll{0},
                .maxpoll = Poll{4},
                .reference_id = ReferenceId::letters("SHM")});
        reference_.rings([this](Seconds reading) { take(reading); });
    }

    Nanoseconds error() { return reference_.clock().error(); }
    std::optional<Seconds> claim()
    {
        if (system_.leap == Leap::unsynchronized)
            return std::nullopt;
        const Seconds since = reference_.clock().now() - system_.as_of;
        return system_.root_delay / 2 + system_.root_dispersion + system_.dispersion_rate * since;
    }

private:
    static constexpr sync::SourceId id{1};

    void take(Seconds reading)
    {
        engine_.reach(id, 0xff);
        const auto now = steersman_.reading();
        obey(engine_.take(id,
            {.when = now.free,
                .offset = rounded(reading) + now.utc_minus_free(),
                .delay = Precision{-24}.interval(),
                .dispersion = 5 * *stage_.situation().reference_jitter, // no reading is further off
                .stratum = Stratum{0}},
            now));
        obey(engine_.look(steersman_.reading()));
    }

    void obey(const sync::Outcome& outcome)
    {
        system_ = outcome.system;
        if (outcome.steering.action == sync::Steering::Action::slew)
            steersman_.steer(outcome.steering);
        if (outcome.steering.action == sync::Steering::Action::step) {
            steersman_.steer(
                {.action = sync::Steering::Action::slew, .frequency = outcome.steering.frequency});
            (void)steersman_.step(outcome.steering.step);
            system_ = engine_.look(steersman_.reading()).system;
        }
    }

    Stage& stage_;
    Reference reference_;
    sim::SimLoop loop_;
    daemon::Steersman steersman_;
    sync::Engine engine_{sync::Policy{}};
    sync::SystemState system_;
};

class RfcClient {
public:
    explicit RfcClient(Stage& stage) : stage_{stage}, reference_{stage}, algorithm_{1, 4, 4}
    {
        reference_.rings([this](Seconds reading) { take(reading); });
    }

    Nanoseconds error() { return reference_.clock().error(); }
    std::optional<Seconds> claim() { return algorithm_.root_distance(stage_.now()); }

private:
    void take(Seconds reading)
    {
        readings_.push_back(reading);
        if (readings_.size() == 16) {
            // The middle 60 %.
            std::sort(readings_.begin(), readings_.end());
            Seconds sum{0};
            for (std::size_t i = 3; i < 13; ++i)
                sum += readings_[i];
            readings_.clear();
            const Seconds now = stage_.now();
            (void)algorithm_.polled(0, now);
            const auto step = algorithm_.take(
                0, {.t = now, .offset = sum / 10, .delay = 0s, .dispersion = 1us}, now);
            if (step)
                (void)reference_.clock().step(rounded(*step));
        }
        (void)reference_.clock().set_frequency(algorithm_.adjust());
    }

    Stage& stage_;
    Reference reference_;
    Rfc5905 algorithm_;
    std::vector<Seconds> readings_;
};

// Offset and frequency of the free-running clock, by the Kalman filter with the true noises.
class FloorClient {
public:
    explicit FloorClient(Stage& stage)
        : reference_{stage},
          q_{std::pow(stage.situation().oscillator.wander, 2)},
          r_{std::pow(stage.situation().reference_jitter->count(), 2)}
    {
        reference_.rings([this](Seconds reading) { take(reading.count()); });
    }

    Nanoseconds error() { return reference_.clock().error() + rounded(Seconds{x_}); }
    std::optional<Seconds> claim() { return std::nullopt; }

private:
    void take(double z)
    {
        x_ += y_;
        xx_ += 2 * xy_ + yy_ + q_ / 3;
        xy_ += yy_ + q_ / 2;
        yy_ += q_;
        const double s = xx_ + r_, kx = xx_ / s, ky = xy_ / s, innovation = z - x_;
        x_ += kx * innovation;
        y_ += ky * innovation;
        yy_ -= ky * xy_;
        xy_ *= 1 - kx;
        xx_ *= 1 - kx;
    }

    Reference reference_;
    double q_, r_;
    double x_ = 0, y_ = 0, xx_ = 1, xy_ = 0, yy_ = 1e-8;
};

template <class Client>
Track run(const Situation& situation, std::uint64_t seed)
{
    Stage stage{situation, seed};
    Client client{stage};
    Track track = begun(situation);
    stage.play(track.grid, [&] { note(track, client.error(), client.claim()); });
    return track;
}

} // namespace

Track run_engine_on_reference(const Situation& situation, std::uint64_t seed)
{
    return run<EngineClient>(situation, seed);
}
Track run_rfc5905_on_reference(const Situation& situation, std::uint64_t seed)
{
    return run<RfcClient>(situation, seed);
}
Track run_oracle_on_reference(const Situation& situation, std::uint64_t seed)
{
    return run<FloorClient>(situation, seed);
}

} // namespace timeball::bench
