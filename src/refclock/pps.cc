// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors

#include "refclock/pps.h"

#include "refclock/pulse_filter.h"
#include "refclock/stamped_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace timeball::refclock {

using namespace std::chrono_literals;

namespace {

using Verdict = PulseFilter::Verdict;

// A look comes so long after the pulse that it is there, and soon enough to be of use.
constexpr Nanoseconds look_after = 20ms;
constexpr Nanoseconds stale_after = 1500ms; // an edge that was there before us
constexpr int quiet_looks = 5; // until a line is called dead
constexpr Seconds unknown_spread{500e-6};
// The other edge begins the second, when it is so much steadier than ours.
constexpr double steadier = 8;
constexpr Seconds unsteady{20e-6};

class Pps final : public Driver {
public:
    Pps(const config::RefclockConfig& config, const Surroundings& surroundings, DriverUser& user)
        : path_{!config.path.empty() ? config.path
                : !config.ppspath.empty()
                ? config.ppspath
                : fmt::format("/dev/{}{}", config.extpps ? "ptp" : "pps", config.unit)},
          channel_{config.extpps},
          is_falling_{config.flag2},
          world_{surroundings},
          user_{user}
    {
    }

    Result<void, std::string> open() override
    {
        auto line = open_line();
        if (!line)
            return unexpected(fmt::format("{}: {}", path_, line.error().message()));
        if (is_falling_ && !(*line)->has_clear_edges())
            return unexpected(fmt::format("{}: it shows no falling edges (flag2)", path_));
        line_ = std::move(*line);
        ours_ = other_ = PulseFilter{};
        quiet_ = 0;
        is_wrong_edge_ = is_crowded_ = false;
        next_look(look_after);
        return {};
    }

    void close() override
    {
        timer_.reset();
        line_.reset();
    }

    // Looks when the line makes it likely that there is a pulse, not when it is told to.
    std::string device() const override { return path_; }
    std::vector<std::pair<std::string, std::string>> variables() const override;

private:
    Result<std::unique_ptr<PulseLine>, std::error_code> open_line()
    {
        if (!channel_)
            return world_.devices.open_pulse_line(path_);
        return open_stamped_line(world_.devices, path_, static_cast<unsigned>(*channel_),
            is_falling_ ? HardwareClock::Slope::falling : HardwareClock::Slope::rising);
    }
    void look_at_line();
    void take(const PulseEdge& edge, Verdict verdict);
    void miss();
    void doubt_edge();
    void next_look(Nanoseconds wait)
    {
        timer_ = world_.loop.after(wait, [this] { look_at_line(); });
    }

    std::string path_;
    std::optional<int> channel_; // of a hardware clock
    bool is_falling_;
    Surroundings world_;
    DriverUser& user_;
    std::unique_ptr<PulseLine> line_;
    PulseFilter ours_, other_; // of the edge that begins the second, and of the other one
    int quiet_ = 0; // looks
    bool is_wrong_edge_ = false, is_crowded_ = false; // said so
    EventLoop::Owned timer_; // last: it calls us
};

void Pps::look_at_line()
{
    const auto state = line_->read();
    if (!state)
        return user_.lost(fmt::format("{}: {}", path_, state.error().message()));
    const PulseEdge& edge = is_falling_ ? state->clear : state->assert;
    const PulseEdge& opposite = is_falling_ ? state->assert : state->clear;
    const auto now = world_.clock.now();
    const auto is_fresh = [now](const PulseEdge& e) {
        return e.when > now - stale_after && e.when < now + stale_after;
    };

    if (is_fresh(opposite))
        other_.push(opposite);
    const Verdict verdict = is_fresh(edge) ? ours_.push(edge) : Verdict::none;
    next_look(verdict == Verdict::none ? 1s
                                       : std::clamp<Nanoseconds>(edge.when + 1s + look_after - now,
                                           look_after, 1s + look_after));
    if (verdict == Verdict::none)
        return miss();
    quiet_ = 0;
    take(edge, verdict);
}

void Pps::miss()
{
    if (++quiet_ == quiet_looks)
        user_.complain(Fault::no_reply, fmt::format("no pulse for {} s", quiet_looks));
}

void Pps::take(const PulseEdge& edge, Verdict verdict)
{
    if (ours_.is_crowded() != std::exchange(is_crowded_, ours_.is_crowded()) && is_crowded_)
        user_.complain(Fault::bad_signal, "more than one pulse a second");
    doubt_edge();
    if (verdict != Verdict::good || is_crowded_)
        return;

    const auto spread = ours_.spread();
    const Reading reading{.when = edge.when,
        .offset = pulse_offset(edge.when),
        .uncertainty
        = world_.clock.precision().interval() + (spread ? 3 * *spread : unknown_spread),
        .is_pulse = true};
    user_.said(fmt::format("{} {:+.9f}", edge.sequence, Seconds{reading.offset}.count()));
    user_.take(reading);
}

// Nobody here knows which edge is right, but interrupts and transmitters make the second's edge the
// steady one.
void Pps::doubt_edge()
{
    if (is_wrong_edge_ || !ours_.is_settled() || !other_.is_settled())
        return;
    const Seconds spread = *ours_.spread();
    if (spread < unsteady || spread < steadier * *other_.spread())
        return;
    is_wrong_edge_ = true;
    user_.complain(Fault::bad_signal,
        fmt::format("the {} edge is much steadier; flag2 {} takes that one",
            is_falling_ ? "rising" : "falling", is_falling_ ? 0 : 1));
}

std::vector<std::pair<std::string, std::string>> Pps::variables() const
{
    const auto& n = ours_.counts();
    const auto spread = ours_.spread();
    const auto last = ours_.last();
    return {{"pulses", fmt::to_string(n.seen)}, {"lost", fmt::to_string(n.lost)},
        {"extra", fmt::to_string(n.extra)}, {"leftout", fmt::to_string(n.left_out)},
        {"edge", is_falling_ ? "falling" : "rising"},
        {"last", last ? fmt::format("{:+.9f}", Seconds{pulse_offset(last->when)}.count()) : ""},
        {"spread", spread ? fmt::format("{:.9f}", spread->count()) : ""}};
}

} // namespace

std::unique_ptr<Driver> make_pps(
    const config::RefclockConfig& config, const Surroundings& surroundings, DriverUser& user)
{
    return std::make_unique<Pps>(config, surroundings, user);
}

} // namespace timeball::refclock
