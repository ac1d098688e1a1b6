// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// A machine of a simulated world that runs the whole daemon on simulated edges.

#include "daemon/daemon.h"
#include "record/recorder.h"
#include "sim/sim_clock.h"
#include "sim/sim_devices.h"
#include "sim/sim_edges.h"
#include "sim/sim_loop.h"
#include "sim/sim_net.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace timeball::sim {

class World;

struct NodeTraits {
    std::string conf; // ntp.conf
    Address address;
    OscillatorTraits oscillator;
    bool may_panic_once = true; // -g
    bool is_steered = true;
    bool leaps_by_itself = false; // its clock, as a kernel's does
    record::Recorder::Write record; // where its recording goes; empty: there is none
    std::map<std::string, std::string> files; // path and content
    std::function<void(SimDevices&)> plug; // what is there before the daemon starts; empty: nothing
};

class Node {
public:
    Node(World& world, const NodeTraits& traits);
    ~Node();

    // Verbs of a test.
    Node& reloads(const std::string& conf);
    Node& stops(); // as by SIGTERM
    Node& restarts(); // with its files and whatever its clock shows
    // Another daemon goes on in its place, with the same configuration or another, told what
    // `tamper` makes of it.
    Node& is_taken_over(const std::function<void(daemon::Handover&)>& tamper = nullptr);
    Node& is_taken_over(
        const std::string& conf, const std::function<void(daemon::Handover&)>& tamper = nullptr);
    Node& off_by(Seconds offset); // somebody moves its clock
    Node& drifting(Frequency more);

    Nanoseconds clock_error() const { return clock_.error(); } // clock minus truth
    Nanoseconds served_error() const; // what it tells minus truth
    bool is_synchronized() const;
    Seconds root_distance() const; // what it claims: truth lies within this
    const report::Report& report() const;
    const report::Association* association(const std::string& host) const;
    bool is_running() const { return daemon_ != nullptr && !loop_.is_stopped(); }

    daemon::Daemon& daemon() { return *daemon_; }
    SimClock& clock() { return clock_; }
    SimFiles& files() { return files_; }
    SimDevices& devices() { return devices_; }
    SimLog& log() { return log_; }
    SimNetwork& network() { return network_; }
    const Address& address() const { return traits_.address; }

private:
    config::Config load();
    void during(record::Call call, const std::function<void()>& then);

    World& world_;
    NodeTraits traits_;
    SimClock clock_;
    SimLoop loop_;
    SimThreads threads_;
    SimNetwork network_;
    SimResolver resolver_;
    SimRandom random_;
    SimFiles files_;
    SimLog log_;
    SimDevices devices_;
    Platform platform_;
    std::optional<record::Recorder> recorder_;
    std::unique_ptr<daemon::Daemon> daemon_;
};

} // namespace timeball::sim
