// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The whole server on one platform, real or simulated: sources give samples, the engine decides,
// the steersman acts, and what follows is published. All on the control loop; only serving may run
// on threads.
//
// A turn: sample or second -> Engine -> Outcome -> act() -> steer, publish, tell.

#include "base/snapshot.h"
#include "config/config.h"
#include "daemon/control_desk.h"
#include "daemon/drift_file.h"
#include "daemon/events.h"
#include "daemon/handover.h"
#include "daemon/leap_file.h"
#include "daemon/leap_second.h"
#include "daemon/log_choice.h"
#include "daemon/publish.h"
#include "daemon/statistics.h"
#include "daemon/steersman.h"
#include "edge/platform.h"
#include "report/report.h"
#include "serve/server.h"
#include "source/sources.h"
#include "sync/engine.h"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace timeball::daemon {

class Daemon {
public:
    // `serving` is the world in which clients are served, when that is another one: the control
    // loop's side of it can then be recorded by itself.
    Daemon(const Platform& platform, config::Config config, const Platform* serving = nullptr);
    ~Daemon();
    Daemon(const Daemon&) = delete;
    Daemon& operator=(const Daemon&) = delete;

    // Opens the sockets and begins to ask. Where and why not, when it cannot serve at all.
    Result<void, serve::OpenFault> start();

    // The same, going on where another one has stopped, or this one. `clients` is called when all
    // is ready to serve them and gives what that one left; sockets are the network's to know.
    Result<void, serve::OpenFault> go_on(
        const Handover& handover, const std::function<serve::Estate()>& clients);

    // Why this is no moment to hand over; empty when it is one.
    std::string reason_to_wait();

    // Keeps no time any more: nobody is asked, the clock is left as it is. Clients are served as
    // before until leave_clients().
    Handover hand_over();
    serve::Estate leave_clients();

    // Applies what changed; sources that did not change keep what is known of them.
    void reload(config::Config config);

    // Writes what shall outlive the process. Nothing happens after this.
    void shutdown();

    // Told once when the daemon cannot or need not go on, with the exit status.
    std::function<void(int status)> ended = [](int) {};
    // Told before the configuration changes over the network: who records, for example, cannot
    // write down where that came from.
    std::function<void()> changing = [] {};
    // Told when the clock was set for the first time (-q waits for it).
    std::function<void()> synchronized = [] {};

    // Told once when all workers answer.
    std::function<void()> serves = [] {};

    ntp::ServedTime served() const { return served_.read(); }
    const report::Report& report(); // as of now
    Steersman& steersman() { return steersman_; }

private:
    source::Sink sink();
    sync::Policy policy() const;
    std::optional<Frequency> known_frequency();
    sync::Policy prepare();
    void begin(const sync::Policy& policy);
    bool resume(const Handover& handover);
    void forget_who_is_gone();
    Result<void, serve::OpenFault> serve(serve::Estate before);
    void begin_looking();
    std::unique_ptr<source::Sources> make_sources();
    void load_keys();
    void read_leap_file();
    void look();
    void act(const sync::Outcome& outcome);
    void step(const sync::Steering& steering);
    void begin_time_line();
    bool notice_outside_step();
    void leap_is_over(Nanoseconds by);
    void end_hour();
    report::ServerCounters counters() const;
    void end(int status);
    void publish();
    void tell_time(const ntp::ServedTime& time); // to all who answer clients
    void tell(const sync::Event& event);
    // Lines of the statistics files (record_keeping.cc).
    template <class MakeLine>
    void keep(std::string_view kind, MakeLine&& line);
    void keep_correction(const sync::SystemState& system);
    void keep_sample(sync::SourceId id);
    void keep_reply(const report::RawReply& reply);
    void keep_timecode(const std::string& clock_name, const std::string& timecode);
    void keep_event(const sync::Event& event);
    void keep_event(const source::Event& event);
    void keep_hour();
    void open_desk();
    void complete(report::Report& report) const;
    void apply(config::Config config, bool is_reload);
    void choose_keys();
    std::string without_associations(const std::string& lines) const;
    std::string change(const std::string& lines, const Actor& actor);
    Result<std::string, control::Error> save(const std::string& file, const Actor& actor);
    void tell_server_whom_we_ask();
    void recall_what_was_learned();
    void keep_frequency(bool is_the_end);
    void log(Severity severity, const std::string& sentence);
    std::string name_of(sync::SourceId id) const;

    Platform platform_;
    Platform serving_;
    config::Config config_;
    DriftFile drift_;
    LeapFile leap_file_;
    LogChoice log_choice_;
    Statistics statistics_;
    Steersman steersman_;
    LeapSecond leap_second_;
    sync::Engine engine_;
    sync::SystemState system_;
    std::vector<sync::SourceView> views_;
    EventCount events_;
    std::optional<Instant<Mono>> followed_since_; // there has been a system peer

    Instant<Utc> valid_from_{};
    std::uint32_t epoch_ = 0;
    Snapshot<ntp::ServedTime> served_;
    bool was_synchronized_ = false;

    Instant<Mono> started_;
    report::Report report_;
    report::ServerCounters hour_began_; // counters when the last hour began
    Instant<Mono> hour_began_at_;
    report::ResourceUse used_; // when the last hour began
    std::deque<report::Event> latest_events_; // newest first
    std::optional<Instant<Mono>> drift_written_at_;
    std::optional<Instant<Mono>> looked_at_; // at the clock, last
    std::uint64_t looks_late_ = 0;

    std::vector<ntp::Key> known_keys_; // of the file, trusted or not
    std::shared_ptr<const ntp::KeyTable> keys_; // trusted ones; null: none
    std::unique_ptr<source::Sources> sources_;
    std::unique_ptr<serve::Server> server_;
    std::unique_ptr<ControlDesk> desk_;
    std::vector<Address> upstreams_; // as the server knows them
    EventLoop::Owned look_timer_;
    EventLoop::Owned hour_timer_;
};

} // namespace timeball::daemon
