// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// A machine of a simulated world.

#include "sim/node.h"

#include "config/load.h"
#include "daemon/build.h"
#include "daemon/reporting.h"
#include "sim/world.h"

#include <algorithm>
#include <cassert>

namespace timeball::sim {

namespace {

// Not a fork: chance of worlds without devices stays what it was.
Chance chance_of_devices(const World& world, const Address& address)
{
    Chance chance{world.seed()};
    std::uint64_t seed = 0;
    for (const auto octet : address.octets)
        seed = (seed ^ static_cast<std::uint64_t>(octet)) + chance.bits64();
    return Chance{seed};
}

} // namespace

Node::Node(World& world, const NodeTraits& traits)
    : world_{world},
      traits_{traits},
      clock_{world.timeline(), traits.oscillator, world.fork_chance()},
      loop_{world.timeline(), clock_.oscillator()},
      threads_{loop_},
      network_{world.net(), world.timeline(), clock_, world.fork_chance()},
      resolver_{world.timeline(), world.names()},
      random_{world.fork_chance()},
      log_{world.timeline()},
      devices_{world.timeline(), clock_, chance_of_devices(world, traits.address)},
      platform_{loop_, clock_, network_, resolver_, random_, files_, log_, threads_}
{
    clock_.is_steered(traits.is_steered);
    clock_.leaps_by_itself(traits.leaps_by_itself);
    files_.content = traits.files;
    platform_.devices = &devices_;
    if (traits.plug)
        traits.plug(devices_);
    network_.add_address(traits.address);
    if (traits_.record)
        recorder_.emplace(platform_, daemon::version_text(), traits_.record);
    restarts();
}

Node::~Node() = default;

Node& Node::reloads(const std::string& conf)
{
    traits_.conf = conf;
    config::Config config = load();
    during(record::Call::reload, [&] { daemon_->reload(std::move(config)); });
    return *this;
}

Node& Node::stops()
{
    during(record::Call::shutdown, [&] { daemon_->shutdown(); });
    daemon_.reset();
    return *this;
}

Node& Node::restarts()
{
    daemon_.reset();
    config::Config config = load();
    during(record::Call::construct, [&] {
        daemon_ = std::make_unique<daemon::Daemon>(
            recorder_ ? recorder_->platform() : platform_, std::move(config), &platform_);
    });
    during(record::Call::start, [&] {
        [[maybe_unused]] const auto started = daemon_->start();
        assert(started.has_value());
    });
    return *this;
}

Node& Node::is_taken_over(
    const std::string& conf, const std::function<void(daemon::Handover&)>& tamper)
{
    traits_.conf = conf;
    return is_taken_over(tamper);
}

Node& Node::is_taken_over(const std::function<void(daemon::Handover&)>& tamper)
{
    assert(!recorder_); // a recording tells one whole life
    auto next = std::make_unique<daemon::Daemon>(platform_, load());
    auto handover = daemon::parse_handover(daemon::format_handover(daemon_->hand_over()));
    assert(handover);
    if (tamper)
        tamper(*handover);
    [[maybe_unused]] const auto started
        = next->go_on(*handover, [this] { return daemon_->leave_clients(); });
    assert(started.has_value());
    daemon_ = std::move(next);
    return *this;
}

Node& Node::off_by(Seconds offset)
{
    clock_.moved_by_somebody_else(rounded(offset));
    return *this;
}

Node& Node::drifting(Frequency more)
{
    clock_.oscillator().change_frequency(more);
    return *this;
}

Nanoseconds Node::served_error() const
{
    return ntp::served(daemon_->served(), clock_.now()) - world_.timeline().utc();
}

bool Node::is_synchronized() const
{
    const auto served = daemon_->served();
    return served.leap != Leap::unsynchronized && served.epoch % 2 == 0
        && clock_.now() < served.void_after;
}

Seconds Node::root_distance() const
{
    const auto served = daemon_->served();
    return served.root_delay / 2 + ntp::root_dispersion(served, clock_.now());
}

config::Config Node::load()
{
    config::CommandLine options;
    options.may_panic_once = traits_.may_panic_once;
    if (!recorder_)
        return config::load_text(traits_.conf, "", options, daemon::this_build()).config;
    options.ntp_conf = "/etc/ntp.conf";
    files_.content[options.ntp_conf] = traits_.conf;
    std::vector<std::string> words{"-c", options.ntp_conf};
    if (options.may_panic_once)
        words.push_back("-g");
    return recorder_
        ->configure(
            words, [&](Files& files) { return config::load(options, files, daemon::this_build()); })
        .config;
}

void Node::during(record::Call call, const std::function<void()>& then)
{
    recorder_ ? recorder_->during(call, then) : then();
}

const report::Report& Node::report() const
{
    return daemon_->report();
}

const report::Association* Node::association(const std::string& host) const
{
    const auto& all = report().associations;
    const auto found = std::find_if(all.begin(), all.end(), [&](const report::Association& a) {
        return a.host_name == host || to_string(a.remote.address) == host;
    });
    return found == all.end() ? nullptr : &*found;
}

} // namespace timeball::sim
