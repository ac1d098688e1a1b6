// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// One reference clock: opens its device again and again until it is there, collects what its driver
// reads, makes samples of that, and keeps account of it. What differs between devices is in
// refclock/.

#include "config/config.h"
#include "refclock/driver.h"
#include "report/report.h"
#include "source/common.h"
#include "source/reading_filter.h"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace timeball::source {

class RefclockSource final : private refclock::DriverUser {
public:
    // `common` and `driver` outlive the source, and there are devices. Not to be destroyed from
    // within its own calls to the sink.
    RefclockSource(Common& common, AssociationId id, const config::SourceConfig& config,
        const refclock::DriverTraits& driver);
    ~RefclockSource();
    RefclockSource(const RefclockSource&) = delete;
    RefclockSource& operator=(const RefclockSource&) = delete;

    void start(Nanoseconds after);

    // As of a ServerSource: a memo of one before us, which goes on under its number.
    std::string written_down() const;
    bool recall(std::string_view memo);

    // Fudge, polls and the like change what follows; only what the driver itself goes by opens the
    // device anew.
    void change(const config::SourceConfig& config);
    void set_poll(Poll poll);
    void expect(Frequency drift) { drift_ = drift; } // of the free-running clock, as estimated
    void judge(const sync::SourceView& view) { view_ = view; }
    void note(PeerEvent kind) { mark_.note(kind); }
    void poll_now(); // what has been read so far counts at once
    void begin_again(); // nothing that was read counts any more

    AssociationId association() const { return association_id_; }
    std::optional<sync::SourceId> id() const { return id_; }
    std::string name() const; // "PPS(0)"
    report::Association report() const;

private:
    void take(const refclock::Reading& reading) override;
    void said(std::string_view timecode) override;
    void complain(refclock::Fault fault, std::string_view what) override;
    void remark(std::string_view what) override;
    void lost(std::string_view why) override;

    void open();
    void close();
    void failed(const std::string& why);
    void is_there();
    void watch();
    void poll();
    void record_timecode();
    void no_reply();
    bool is_batch_full() const;
    void deliver();
    void deliver(sync::Sample sample, const refclock::Reading& last);
    void shift_reach();
    void answered();
    void count(refclock::Fault fault);
    void clock_event(refclock::Fault fault, Severity severity, std::string_view what);
    void say(PeerEvent kind, Severity severity, std::string_view text);
    void set_timer();
    sync::SourceTraits traits() const;
    const config::RefclockConfig& clock() const { return *config_.refclock; }

    template <class Memo>
    void remember(Memo& memo);

    // How many faults of a kind, and when it was last complained of.
    struct Complaints {
        std::uint64_t count = 0;
        std::optional<Instant<Mono>> last;
    };

    Common& common_;
    AssociationId association_id_;
    config::SourceConfig config_;
    const refclock::DriverTraits& driver_traits_;
    refclock::Surroundings surroundings_;
    std::unique_ptr<refclock::Driver> driver_;

    bool is_open_ = false;
    Seconds back_off_{1};
    std::optional<Instant<Mono>> shut_since_; // it could not be opened, or was lost
    std::string shut_because_;

    Poll poll_{6};
    std::uint8_t reach_ = 0;
    std::uint32_t unreach_ = 0; // polls since the last reading
    bool has_answered_ = false; // since the last poll
    bool was_reached_ = false;
    std::vector<HeldReading> batch_;
    Instant<Mono> batch_began_{};
    std::size_t first_batch_; // readings that make the next of the first ones; 0: by time
    Frequency drift_;

    std::optional<sync::SourceId> id_;
    std::optional<ReferenceId> heard_id_; // of the device, where it has one
    bool gives_pulses_; // some drivers know only when one comes
    refclock::Reading last_reading_;
    std::optional<Instant<Mono>> last_received_;
    sync::SourceView view_;
    EventMark mark_;
    std::string timecode_;
    bool is_timecode_new_ = false;
    std::uint64_t polls_ = 0, readings_ = 0;
    std::array<Complaints, 6> complaints_; // by Fault
    std::uint8_t event_code_ = 0, event_count_ = 0; // mode 6 clock status
    Instant<Mono> reach_changed_;
    Instant<Mono> next_poll_{};

    EventLoop::Owned opening_;
    EventLoop::Owned looking_;
    EventLoop::Owned timer_; // last: stops before what it calls goes
};

} // namespace timeball::source
