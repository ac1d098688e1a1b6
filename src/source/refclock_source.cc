// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The life of a reference clock.

#include "source/refclock_source.h"

#include "source/unavailable.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cctype>
#include <utility>

namespace timeball::source {

namespace {

using namespace std::chrono_literals;
using refclock::Fault;

constexpr Seconds first_back_off{1}, last_back_off{64};

// At the start few readings make a sample, so that the clock is set soon.
constexpr std::size_t first_readings = 2, last_first_readings = 8;

// Longer ones lose: the estimator makes more of short means that come often. Of shorter ones too
// few are left when some stand apart.
constexpr Seconds longest_batch{8};
constexpr std::size_t most_readings = 1024; // in a batch, whatever the driver does

// A fault of a kind is told again when it has not been seen for so long.
constexpr Nanoseconds quiet = 10min;

bool wants_another_driver(const config::RefclockConfig& a, config::RefclockConfig b)
{
    b.time1 = a.time1;
    b.stratum = a.stratum;
    b.reference_id = a.reference_id;
    b.flag4 = a.flag4;
    return !(a == b);
}

} // namespace

RefclockSource::RefclockSource(Common& common, AssociationId id, const config::SourceConfig& config,
    const refclock::DriverTraits& driver)
    : common_{common},
      association_id_{id},
      config_{config},
      driver_traits_{driver},
      surroundings_{common.edges.loop, common.edges.clock, *common.edges.devices,
          common.edges.network, common.edges.resolver, common.edges.random,
          common.edges.tai_offset},
      driver_{driver_traits_.make(clock(), surroundings_, *this)},
      poll_{config.minpoll},
      first_batch_{first_readings},
      gives_pulses_{driver.is_pulse},
      reach_changed_{common.edges.loop.now()}
{
}

RefclockSource::~RefclockSource()
{
    close();
    if (id_)
        common_.sink.removed(*id_);
}

void RefclockSource::start(Nanoseconds after)
{
    id_ = common_.new_source();
    common_.sink.added(*id_, traits());
    say(PeerEvent::mobilize, Severity::debug, fmt::format("is read at {}", driver_->device()));
    opening_ = common_.edges.loop.after(after, [this] { open(); });
    set_timer();
}

void RefclockSource::change(const config::SourceConfig& config)
{
    const bool is_another = wants_another_driver(clock(), *config.refclock);
    // In its place, for the driver may refer to it.
    auto refclock = std::move(config_.refclock);
    config_ = config;
    config_.refclock = std::move(refclock);
    *config_.refclock = *config.refclock;
    if (is_another) {
        close();
        driver_ = driver_traits_.make(clock(), surroundings_, *this);
        batch_.clear();
        back_off_ = first_back_off;
        opening_ = common_.edges.loop.after(0ns, [this] { open(); });
    }
    common_.sink.changed(*id_, traits());
    set_poll(poll_);
}

void RefclockSource::set_poll(Poll poll)
{
    const Poll wanted
        = std::clamp(poll, config_.minpoll, std::max(config_.minpoll, config_.maxpoll));
    if (std::exchange(poll_, wanted) != wanted)
        set_timer();
}

void RefclockSource::poll_now()
{
    timer_ = common_.edges.loop.after(0ns, [this] { poll(); });
}

void RefclockSource::begin_again()
{
    batch_.clear();
    first_batch_ = first_readings;
}

// --- the device ----------------------------------------------------------------------------------

void RefclockSource::open()
{
    const auto opened = driver_->open();
    if (!opened)
        return failed(opened.error());
    is_open_ = true;
    opening_.reset();
    looking_ = common_.edges.loop.every(driver_->look_interval(), [this] { driver_->look(); });
}

void RefclockSource::close()
{
    looking_.reset();
    if (std::exchange(is_open_, false))
        driver_->close();
}

// Tried less and less often; the same reason is told once.
void RefclockSource::failed(const std::string& why)
{
    if (!shut_since_)
        shut_since_ = common_.edges.loop.now();
    if (std::exchange(shut_because_, why) != why)
        clock_event(Fault::fault, Severity::warning,
            fmt::format("{}; it is tried again, less and less often", why));
    opening_ = common_.edges.loop.after(rounded(back_off_), [this] { open(); });
    back_off_ = std::min(2 * back_off_, last_back_off);
}

// Only when it says something: a connection may be refused after it was begun.
void RefclockSource::is_there()
{
    back_off_ = first_back_off;
    if (shut_since_)
        say(PeerEvent::clock_event, Severity::notice,
            fmt::format("{} is there again after {:.0f} s", driver_->device(),
                Seconds{common_.edges.loop.now() - *shut_since_}.count()));
    shut_since_.reset();
    shut_because_.clear();
}

void RefclockSource::lost(std::string_view why)
{
    // Not within the driver's own call.
    opening_ = common_.edges.loop.after(0ns, [this, reason = std::string{why}] {
        close();
        failed(reason);
    });
    looking_.reset();
}

// --- what it says --------------------------------------------------------------------------------

void RefclockSource::said(std::string_view timecode)
{
    timecode_ = timecode;
    is_timecode_new_ = true;
}

void RefclockSource::take(const refclock::Reading& reading)
{
    if (!is_open_)
        return; // it has been lost
    const CorrectionLog& corrections = common_.corrections;
    HeldReading held{corrections.free_run(reading.when), reading.offset, reading};
    held.offset += reading.when.time_since_epoch() - held.when.time_since_epoch()
        + rounded(config_.bias + (driver_traits_.fudges_itself ? Seconds{0} : clock().time1));
    ++readings_;
    last_reading_ = reading;
    last_received_ = common_.edges.loop.now();
    is_there();
    answered();

    if (reading.is_pulse != gives_pulses_) {
        gives_pulses_ = reading.is_pulse;
        begin_again();
        common_.sink.changed(*id_, traits());
    }
    if (!reading.waits)
        return deliver(*condensed({&held, 1}, drift_), reading);
    if (batch_.empty())
        batch_began_ = *last_received_;
    batch_.push_back(std::move(held));
    if (is_batch_full())
        deliver();
}

bool RefclockSource::is_batch_full() const
{
    if (first_batch_ != 0)
        return batch_.size() >= first_batch_;
    if (batch_.size() >= most_readings)
        return true;
    // By the spacing of the readings, the next one would be too late.
    const Seconds lasted = common_.edges.loop.now() - batch_began_;
    const auto gaps = static_cast<double>(batch_.size() - 1);
    const Seconds next = gaps > 0 ? lasted * ((gaps + 1.5) / gaps) : Seconds{0};
    return next > std::min(poll_.interval(), longest_batch)
        || (gaps == 0 && poll_.interval() <= Seconds{1});
}

void RefclockSource::deliver()
{
    const auto sample = condensed(batch_, drift_);
    if (!sample)
        return;
    const refclock::Reading last = batch_.back().said;
    batch_.clear();
    if (first_batch_ != 0)
        first_batch_ = first_batch_ >= last_first_readings ? 0 : 2 * first_batch_;
    deliver(*sample, last);
}

void RefclockSource::deliver(sync::Sample sample, const refclock::Reading& last)
{
    if (last.reference_id != heard_id_) {
        heard_id_ = last.reference_id;
        common_.sink.changed(*id_, traits());
    }
    const Seconds grain = common_.edges.clock.precision().interval();
    sample.delay = std::max(sample.delay, grain);
    sample.dispersion += grain + driver_->precision().interval();
    sample.stratum = clock().stratum.value_or(last.stratum);
    sample.reference_id = traits().reference_id;
    common_.sink.sample(*id_, sample); // last: much may follow from it
}

void RefclockSource::answered()
{
    has_answered_ = true;
    unreach_ = 0;
    if (reach_ & 1)
        return;
    const bool was_reachable = reach_ != 0;
    reach_ |= 1;
    if (!was_reachable) {
        reach_changed_ = common_.edges.loop.now();
        say(PeerEvent::reachable, Severity::info,
            was_reached_ ? "tells the time again" : "tells the time");
    }
    was_reached_ = true;
    common_.sink.reached(*id_, reach_);
}

void RefclockSource::poll()
{
    ++polls_;
    record_timecode();
    if (!std::exchange(has_answered_, false) && is_open_)
        no_reply();
    shift_reach();
    set_timer();
    // Readings may come too seldom to fill a batch.
    if (!batch_.empty()
        && Seconds{common_.edges.loop.now() - batch_began_}
            >= std::min(poll_.interval(), longest_batch))
        deliver();
}

void RefclockSource::record_timecode()
{
    if (std::exchange(is_timecode_new_, false) && (driver_traits_.logs_always || clock().flag4))
        common_.sink.timecode(name(), timecode_);
}

void RefclockSource::no_reply()
{
    count(Fault::no_reply);
    if (was_reached_ && unreach_ == 1)
        clock_event(Fault::no_reply, Severity::notice, "says nothing any more");
    else if (!was_reached_ && polls_ == 1)
        clock_event(Fault::no_reply, Severity::notice, "has said nothing so far");
}

void RefclockSource::shift_reach()
{
    const bool was_reachable = reach_ != 0;
    reach_ = static_cast<std::uint8_t>(reach_ << 1);
    ++unreach_;
    if (was_reachable && reach_ == 0) {
        reach_changed_ = common_.edges.loop.now();
        batch_.clear();
        first_batch_ = first_readings;
        say(PeerEvent::unreachable, Severity::notice, "did not tell the time for eight polls");
    }
    common_.sink.reached(*id_, reach_);
}

// --- faults --------------------------------------------------------------------------------------

void RefclockSource::complain(Fault fault, std::string_view what)
{
    const Instant<Mono> now = common_.edges.loop.now();
    const auto before = complaints_[static_cast<std::size_t>(fault)].last;
    count(fault);
    if (!before || now - *before > quiet)
        clock_event(fault, Severity::warning, what);
}

void RefclockSource::remark(std::string_view what)
{
    say(PeerEvent::clock_event, Severity::info, what);
}

void RefclockSource::count(Fault fault)
{
    Complaints& c = complaints_[static_cast<std::size_t>(fault)];
    ++c.count;
    c.last = common_.edges.loop.now();
}

void RefclockSource::clock_event(Fault fault, Severity severity, std::string_view what)
{
    const auto code = static_cast<std::uint8_t>(fault);
    event_count_
        = code == event_code_ ? static_cast<std::uint8_t>(std::min(event_count_ + 1, 15)) : 1;
    event_code_ = code;
    say(PeerEvent::clock_event, severity, what);
}

void RefclockSource::say(PeerEvent kind, Severity severity, std::string_view text)
{
    mark_.note(kind);
    common_.sink.event({association_id_, kind, severity, fmt::format("{}: {}", name(), text)});
}

// --- small ones ----------------------------------------------------------------------------------

void RefclockSource::set_timer()
{
    next_poll_ = common_.edges.loop.now() + rounded(poll_.interval());
    timer_ = common_.edges.loop.at(next_poll_, [this] { poll(); });
}

std::string RefclockSource::name() const
{
    return display_name(config_);
}

sync::SourceTraits RefclockSource::traits() const
{
    sync::SourceTraits t;
    t.kind = driver_traits_.is_local ? sync::SourceKind::local
        : gives_pulses_              ? sync::SourceKind::pps
                                     : sync::SourceKind::refclock;
    t.is_preferred = config_.is_preferred;
    t.is_true = config_.is_true;
    t.is_noselect = config_.is_noselect;
    t.minpoll = config_.minpoll;
    t.maxpoll = config_.maxpoll;
    t.reference_id = !clock().reference_id.empty()
        ? ReferenceId::letters(clock().reference_id)
        : heard_id_.value_or(ReferenceId::letters(driver_traits_.reference_id));
    return t;
}

report::Association RefclockSource::report() const
{
    const Instant<Mono> now = common_.edges.loop.now();
    report::Association a = unavailable_report(config_, association_id_, mark_);
    if (id_)
        a.source = *id_;
    a.host_poll = a.peer_poll = poll_;
    a.reach = reach_;
    a.unreach = unreach_;
    a.view = view_;
    a.flash = view_.flash;
    a.bias = config_.bias;
    a.reference_id = traits().reference_id;
    a.precision = driver_->precision();
    if (last_received_) {
        a.leap = last_reading_.leap;
        a.stratum = clock().stratum.value_or(last_reading_.stratum);
        a.root_delay = last_reading_.root_delay;
        a.root_dispersion = last_reading_.root_dispersion;
        a.reference_time = a.receive_time = last_reading_.when;
        a.since_received = now - *last_received_;
    }
    a.last_received = last_received_;
    a.sent = polls_;
    a.received = readings_;
    a.since_reachable_change = now - reach_changed_;
    a.until_next_poll = std::max(Seconds{0}, Seconds{next_poll_ - now});

    const auto faults = [this](Fault f) { return complaints_[static_cast<std::size_t>(f)].count; };
    report::ReferenceClock c;
    c.name = clock().driver;
    std::transform(c.name.begin(), c.name.end(), c.name.begin(),
        [](unsigned char letter) { return static_cast<char>(std::toupper(letter)); });
    c.mode = clock().mode;
    c.device = driver_->device();
    c.timecode = timecode_;
    c.polls = polls_;
    c.no_reply = faults(Fault::no_reply);
    c.bad_format = faults(Fault::bad_format);
    c.bad_data = faults(Fault::bad_data) + faults(Fault::bad_signal);
    c.fudge1 = clock().time1;
    c.fudge2 = clock().time2;
    c.stratum = clock().stratum.value_or(last_reading_.stratum);
    c.reference_id = a.reference_id;
    c.flags = static_cast<std::uint8_t>(
        clock().flag1 | clock().flag2 << 1 | clock().flag3 << 2 | clock().flag4 << 3);
    c.event_code = event_code_;
    c.event_count = event_count_;
    c.variables = driver_->variables();
    a.clock = std::move(c);
    return a;
}

} // namespace timeball::source
