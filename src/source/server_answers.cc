// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// One upstream server: what its answers lead to.

#include "source/sample.h"
#include "source/server_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace timeball::source {

namespace {

using namespace std::chrono_literals;

constexpr Nanoseconds stamp_wait = 50ms; // for the transmit stamp, after the reply is there
constexpr Nanoseconds stamp_slack = 1ms;

// Time stamps have no era; a clock that starts in 1970 would choose the wrong one. It is not
// before this: 2026-01-01.
constexpr Instant<Utc> earliest{1'767'225'600s};

} // namespace

void ServerSource::received(const Datagram& datagram)
{
    if (remote_ != datagram.from)
        return;
    const Instant<Utc> pivot = std::max(datagram.received, earliest);
    const auto exchange = association_.accept(
        datagram.bytes, datagram.from.address, datagram.received, pivot, common_.keys.get());
    if (exchange)
        accepted(*exchange, datagram);
    else
        rejected(exchange.error(), pivot);
}

void ServerSource::accepted(const ntp::Exchange& e, const Datagram& datagram)
{
    const Instant<Mono> now = common_.edges.loop.now();
    const bool was_reachable = schedule_.reach != 0;
    const std::uint32_t silence = schedule_.unreach - 1;

    ++received_;
    last_received_ = now;
    local_ = datagram.to;
    flash_ = 0;
    heard_ = {e.leap, e.stratum, e.version, e.poll, e.precision, e.root_delay, e.root_dispersion,
        e.reference_id, e.reference_time, e.transmit, e.destination};
    schedule_ = answered(schedule_);
    polls_here_ = 0;
    complaint_.clear();
    lookup_.forget_failures();
    set_timer();
    if (!was_reachable) {
        reach_changed_ = now;
        say(PeerEvent::reachable, Severity::info,
            was_reached_ ? fmt::format("reachable again after {} polls", silence)
                         : fmt::format("reachable at {}", to_string(*remote_)));
    }
    was_reached_ = true;
    common_.sink.reached(*id_, schedule_.reach);

    const bool is_loop = e.stratum > Stratum{1} && common_.is_us(e.reference_id);
    const Held held{e, token_, is_loop};
    if (is_stamped_ || common_.stamps_missed >= Common::stamps_in_vain) {
        close_soon();
        return deliver(held);
    }
    held_ = held;
    closing_ = common_.edges.loop.after(stamp_wait, [this] { stamp_is_missing(); });
}

void ServerSource::stamp_is_missing()
{
    ++common_.stamps_missed;
    close();
    if (const auto late = std::exchange(held_, std::nullopt))
        deliver(*late);
}

void ServerSource::transmitted(std::uint32_t token, Instant<Utc> when, StampKind)
{
    if (token != token_ || is_stamped_)
        return;
    // Between two clocks a stamp may seem a little early; far from our reading it is none of it.
    if (asked_at_ - when > stamp_slack || when - asked_at_ > reply_wait)
        return;
    when = std::max(when, asked_at_);
    common_.stamps_missed = 0;
    is_stamped_ = true;
    if (association_.transmitted(token, when) || !held_)
        return;
    Held held = *std::exchange(held_, std::nullopt);
    held.exchange.origin = std::min(when, held.exchange.destination);
    close_soon();
    deliver(held);
}

void ServerSource::deliver(const Held& held)
{
    tell_raw(held);
    sync::Sample sample = sample_of(
        held.exchange, common_.corrections, common_.edges.clock.precision(), config_.bias);
    sample.is_loop = held.is_us;
    common_.sink.sample(*id_, sample); // last: much may follow from it
}

void ServerSource::tell_raw(const Held& held) const
{
    const ntp::Exchange& e = held.exchange;
    common_.sink.reply({.remote = *remote_,
        .local = local_,
        .origin = e.origin,
        .receive = e.receive,
        .transmit = e.transmit,
        .destination = e.destination,
        .leap = e.leap,
        .version = e.version,
        .stratum = e.stratum,
        .poll = e.poll,
        .precision = e.precision,
        .root_delay = e.root_delay,
        .root_dispersion = e.root_dispersion,
        .reference_id = e.reference_id,
        .sent = sent_,
        .bogus = bogus_origin_});
}

// What was said by one that is not taken at its word.
void ServerSource::tell_raw(const ntp::Rejection& rejection) const
{
    const ntp::Header& h = *rejection.header;
    common_.sink.reply({.remote = *remote_,
        .local = local_,
        .origin = asked_at_,
        .receive
        = h.receive.is_zero() ? Instant<Utc>{} : ntp::to_instant(h.receive, heard_.destination),
        .transmit = heard_.transmit,
        .destination = heard_.destination,
        .leap = h.leap,
        .version = h.version,
        .mode = static_cast<std::uint8_t>(h.mode),
        .stratum = {h.stratum},
        .poll = {h.poll},
        .precision = {h.precision},
        .root_delay = heard_.root_delay,
        .root_dispersion = heard_.root_dispersion,
        .reference_id = h.reference_id,
        .sent = sent_,
        .bogus = bogus_origin_,
        .flash = flash_});
}

void ServerSource::rejected(const ntp::Rejection& rejection, Instant<Utc> when)
{
    count(rejection.why);
    flash_ = ntp::flash(rejection.why);
    if (!rejection.header) {
        if (rejection.why == ntp::Reject::bad_authentication)
            complain(PeerEvent::bad_auth, Severity::warning,
                fmt::format("its answer did not carry key {}", config_.key.value));
        return; // the answer may still come
    }
    const ntp::Header& h = *rejection.header;
    ++received_;
    last_received_ = common_.edges.loop.now();
    const bool has_stratum = h.stratum > 0 && h.stratum < 16;
    heard_ = {h.leap, has_stratum ? Stratum{h.stratum} : Stratum::unsynchronized, h.version,
        Poll{h.poll}, Precision{h.precision}, ntp::to_seconds(h.root_delay),
        ntp::to_seconds(h.root_dispersion), h.reference_id,
        h.reference.is_zero() ? Instant<Utc>{} : ntp::to_instant(h.reference, when),
        h.transmit.is_zero() ? Instant<Utc>{} : ntp::to_instant(h.transmit, when), when};
    tell_raw(rejection);
    close_soon();
    heed_kiss(rejection);
    set_timer();
}

void ServerSource::heed_kiss(const ntp::Rejection& rejection)
{
    switch (rejection.why) {
    case ntp::Reject::rate_kiss:
        ++selection_broken_;
        schedule_
            = kissed(schedule_, habits(), Poll{rejection.header->poll}, common_.edges.loop.now());
        say(PeerEvent::rate_exceeded, Severity::notice,
            fmt::format("asked for fewer packets (kiss RATE); it gets one in {} s",
                static_cast<long>(interval(schedule_, habits()).interval().count())));
        break;
    case ntp::Reject::denied:
        schedule_ = denied(schedule_);
        complain(PeerEvent::access_denied, Severity::warning,
            fmt::format("refused service (kiss {})",
                to_string(rejection.header->reference_id, Stratum{0})));
        common_.tend();
        break;
    case ntp::Reject::unsynchronized:
        // It is there and may have the time in a few seconds: that is what a burst is for.
        schedule_.waits_for_first = false;
        break;
    default:
        schedule_ = given_up(schedule_);
        break;
    }
}

void ServerSource::count(ntp::Reject why)
{
    switch (why) {
    case ntp::Reject::duplicate:
        ++old_packet_;
        break;
    case ntp::Reject::bogus_origin:
        ++bogus_origin_;
        break;
    case ntp::Reject::bad_authentication:
        ++bad_auth_;
        break;
    case ntp::Reject::bad_header:
    case ntp::Reject::too_slow:
        ++bad_distance_;
        break;
    default:
        break;
    }
}

} // namespace timeball::source
