// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The life of a slave: who is listened to, what is asked when, and what follows from the answers.

#include "refclock/ptp/slave.h"

#include <fmt/format.h>

#include <algorithm>

namespace timeball::ptp {

using namespace std::chrono_literals;

namespace {

constexpr double announce_timeout = 3; // announceReceiptTimeout, intervals
constexpr std::size_t halves_kept = 8, requests_kept = 8, debts_kept = 8;
constexpr std::size_t delays_needed = 3;
constexpr Nanoseconds turn_interval = 1s, neighbor_interval = 1s;
constexpr Nanoseconds most_disagreement = 1ms;
constexpr int apart_to_tell = 4; // one of them may only have been late
constexpr Nanoseconds silence = 8s;

Nanoseconds interval_of(std::int8_t log)
{
    return rounded(Seconds{std::ldexp(1.0, std::clamp<int>(log, -7, 6))});
}

// What its clock shows, less this, is UTC.
std::chrono::seconds beyond_utc(const Master& m)
{
    return std::chrono::seconds{(m.flags & ptp_timescale) != 0 ? m.said.current_utc_offset : 0};
}

Instant<DeviceTime> shown_by_us(Instant<Utc> when)
{
    return Instant<DeviceTime>{when.time_since_epoch()};
}

} // namespace

std::string_view to_string(PortState state)
{
    switch (state) {
    case PortState::listening:
        return "listening";
    case PortState::uncalibrated:
        return "uncalibrated";
    case PortState::slave:
        return "slave";
    }
    return "";
}

Slave::Slave(SlaveSettings settings, Instant<Mono> now)
    : settings_{std::move(settings)},
      is_peer_to_peer_{settings_.delay == DelayMechanism::peer_to_peer},
      contracts_{settings_.unicast, now},
      turned_{now},
      without_master_since_{now},
      next_neighbor_{now}
{
}

PortState Slave::state() const
{
    if (master() == nullptr)
        return PortState::listening;
    const auto stream = streams_.find(chosen_);
    const bool has_time = stream != streams_.end() && stream->second.last;
    return has_time && path_.count() >= delays_needed ? PortState::slave : PortState::uncalibrated;
}

DelayMechanism Slave::mechanism() const
{
    return is_peer_to_peer_ ? DelayMechanism::peer_to_peer : DelayMechanism::end_to_end;
}

// --- hearing -----------------------------------------------------------------

void Slave::hear(const Message& m, const Address& from, Instant<Utc> received, Instant<Mono> now)
{
    const auto& asked = settings_.unicast;
    if (m.header.domain != settings_.domain || m.header.source.clock == settings_.self.clock)
        return;
    if (!asked.empty() && std::find(asked.begin(), asked.end(), from) == asked.end())
        return;
    switch (m.header.type) {
    case MessageType::sync:
        return hear_sync(m, received, now);
    case MessageType::follow_up:
        return hear_follow_up(m, now);
    case MessageType::delay_resp:
        return hear_delay_resp(m, now);
    case MessageType::pdelay_req:
        return hear_pdelay_req(m, received);
    case MessageType::pdelay_resp:
        return hear_pdelay_resp(m, received, now);
    case MessageType::pdelay_resp_follow_up:
        return hear_pdelay_follow_up(m);
    case MessageType::announce:
        return hear_announce(m, from, now);
    case MessageType::signaling:
        return hear_signaling(m, from, now);
    case MessageType::delay_req: // of another slave
    case MessageType::management:
        return;
    }
}

void Slave::hear_announce(const Message& m, const Address& from, Instant<Mono> now)
{
    const bool is_asked = !settings_.unicast.empty();
    std::int8_t log = m.header.log_interval;
    // A master's messages may show the interval that it was configured with, not what it grants.
    if (const auto granted = contracts_.granted(from, MessageType::announce, now))
        log = *granted;
    else if (log == no_interval)
        log = 0;
    masters_.hear(m, now, is_asked ? std::optional{from} : std::nullopt, interval_of(log));
    choose(now);
}

// --- Syncs -------------------------------------------------------------------

Slave::Stream::Half& Slave::half_of(const Header& h, Instant<Mono> now)
{
    Stream& stream = streams_[h.source];
    stream.heard = now;
    auto& halves = stream.halves;
    const auto found = std::find_if(halves.begin(), halves.end(),
        [&](const Stream::Half& half) { return half.sequence == h.sequence; });
    if (found != halves.end())
        return *found;
    if (halves.size() >= halves_kept)
        halves.pop_front();
    return halves.emplace_back(Stream::Half{.sequence = h.sequence});
}

void Slave::hear_sync(const Message& m, Instant<Utc> received, Instant<Mono> now)
{
    const Header& h = m.header;
    if (masters_.find(h.source) == nullptr)
        return; // who does not announce himself is nobody's master
    Stream::Half& half = half_of(h, now);
    if (half.received)
        return; // a network may double it
    half.received = received;
    half.correction = half.correction + h.correction;
    if ((h.flags & two_step) == 0)
        half.sent = std::get<Stamped>(m.body).timestamp;
    join(h.source, h.sequence);
}

void Slave::hear_follow_up(const Message& m, Instant<Mono> now)
{
    const Header& h = m.header;
    if (masters_.find(h.source) == nullptr)
        return;
    Stream::Half& half = half_of(h, now);
    if (half.sent)
        return;
    half.sent = std::get<Stamped>(m.body).timestamp;
    half.correction = half.correction + h.correction;
    join(h.source, h.sequence);
}

// Both halves are there: that is one Sync, and what came before it in vain is of no use.
void Slave::join(const PortIdentity& source, std::uint16_t sequence)
{
    auto& halves = streams_[source].halves;
    const auto found = std::find_if(halves.begin(), halves.end(),
        [&](const Stream::Half& half) { return half.sequence == sequence; });
    if (found == halves.end() || !found->received || !found->sent)
        return;
    const Downstream sync{*found->sent + found->correction.nanoseconds(), *found->received};
    halves.erase(halves.begin(), found + 1);
    arrive(source, sync);
}

void Slave::arrive(const PortIdentity& source, const Downstream& sync)
{
    streams_[source].last = sync;
    compare(source);
    if (source != chosen_)
        return;
    told_.erase(Trouble::Kind::no_sync);
    if (!next_request_)
        next_request_ = turned_; // at the next turn
    const bool is_continuous = path_.take(sync);
    const auto delay = path_.delay();
    if (is_continuous && delay && path_.count() >= delays_needed)
        outcome_.measurements.push_back({sync.received, *delay - sync.shown(), *delay});
}

// Two masters of one domain should tell one time. How far each of them is cannot be known for all
// of them; on a local network it is not a millisecond.
void Slave::compare(const PortIdentity& source)
{
    const auto chosen = streams_.find(chosen_);
    const Master* const one = masters_.find(chosen_);
    const Master* const other = masters_.find(source);
    if (source == chosen_ || one == nullptr || other == nullptr || chosen == streams_.end()
        || !chosen->second.last || !is_qualified(*other))
        return;
    Stream& stream = streams_[source];
    const Nanoseconds apart = (chosen->second.last->shown() + beyond_utc(*one))
        - (stream.last->shown() + beyond_utc(*other));
    stream.apart = std::chrono::abs(apart) > most_disagreement ? stream.apart + 1 : 0;
    if (stream.apart >= apart_to_tell)
        tell(Trouble::Kind::disagreement,
            fmt::format("{} is {:.3f} ms ahead of the chosen master {}", to_string(source.clock),
                Seconds{apart}.count() * 1e3, to_string(chosen_.clock)));
    else if (std::all_of(streams_.begin(), streams_.end(),
                 [](const auto& s) { return s.second.apart == 0; }))
        told_.erase(Trouble::Kind::disagreement);
}

// --- delays ------------------------------------------------------------------

void Slave::left(std::uint32_t token, Instant<Utc> when)
{
    for (Request& r : requests_)
        if (r.token == token) {
            r.left = when;
            return settle(r.sequence);
        }
    const auto debt = std::find_if(
        debts_.begin(), debts_.end(), [&](const Debt& d) { return d.token == token; });
    if (debt == debts_.end())
        return;
    Header h = header(MessageType::pdelay_resp_follow_up, debt->request.sequence);
    h.correction = debt->request.correction;
    outcome_.outgoing.push_back(
        {.message = {h, Answer{shown_by_us(when), debt->request.source}}, .is_for_neighbor = true});
    debts_.erase(debt);
}

Slave::Request* Slave::request_of(const Message& answer, bool is_for_neighbor)
{
    if (std::get<Answer>(answer.body).requesting != settings_.self)
        return nullptr;
    const auto found = std::find_if(requests_.begin(), requests_.end(), [&](const Request& r) {
        return r.is_for_neighbor == is_for_neighbor && r.sequence == answer.header.sequence;
    });
    return found == requests_.end() ? nullptr : &*found;
}

void Slave::hear_delay_resp(const Message& m, Instant<Mono> now)
{
    Request* const request = request_of(m, false);
    if (request == nullptr || m.header.source != chosen_ || request->came)
        return;
    if (m.header.log_interval != no_interval)
        request_log_ = m.header.log_interval;
    request->came = std::get<Answer>(m.body).timestamp;
    request->correction = m.header.correction;
    answered_ = now;
    told_.erase(Trouble::Kind::no_answer);
    settle(request->sequence);
}

void Slave::hear_pdelay_req(const Message& m, Instant<Utc> received)
{
    if (settings_.delay == DelayMechanism::end_to_end || !settings_.unicast.empty())
        return;
    if (!is_peer_to_peer_) {
        is_peer_to_peer_ = true;
        path_.forget_delay();
    }
    if (debts_.size() >= debts_kept)
        debts_.pop_front();
    debts_.push_back({++token_, m.header});
    Header h = header(MessageType::pdelay_resp, m.header.sequence);
    h.flags |= two_step;
    outcome_.outgoing.push_back({.message = {h, Answer{shown_by_us(received), m.header.source}},
        .is_for_neighbor = true,
        .token = token_});
}

void Slave::hear_pdelay_resp(const Message& m, Instant<Utc> received, Instant<Mono> now)
{
    Request* const request = request_of(m, true);
    if (request == nullptr)
        return;
    if (request->responder && *request->responder != m.header.source) {
        request->is_spoilt = true;
        tell(Trouble::Kind::neighbors,
            "more than one neighbor answers: something between does not speak PTP, and delays "
            "between neighbors mean nothing");
        return;
    }
    if (request->answered)
        return;
    request->responder = m.header.source;
    request->answered = received;
    request->came = std::get<Answer>(m.body).timestamp;
    request->correction = request->correction + m.header.correction;
    request->is_two_step = (m.header.flags & two_step) != 0;
    answered_ = now;
    told_.erase(Trouble::Kind::no_answer);
}

void Slave::hear_pdelay_follow_up(const Message& m)
{
    Request* const request = request_of(m, true);
    if (request == nullptr || request->turned
        || (request->responder && *request->responder != m.header.source))
        return;
    request->responder = m.header.source;
    request->turned = std::get<Answer>(m.body).timestamp;
    request->correction = request->correction + m.header.correction;
}

// What is complete is taken. A request to a neighbor stays until the next one leaves: a second
// answer would spoil it.
void Slave::settle(std::uint16_t sequence)
{
    const auto r = std::find_if(requests_.begin(), requests_.end(),
        [&](const Request& one) { return !one.is_for_neighbor && one.sequence == sequence; });
    if (r == requests_.end() || !r->left || !r->came)
        return;
    path_.take(Upstream{*r->left, *r->came - r->correction.nanoseconds()});
    requests_.erase(r);
}

// The neighbor's answer is complete.
std::optional<Nanoseconds> Slave::delay_of(const Request& r)
{
    if (!r.left || !r.answered || r.is_spoilt || (r.is_two_step && !r.turned))
        return std::nullopt;
    const Nanoseconds stay = r.is_two_step ? *r.turned - *r.came : Nanoseconds{0};
    return (*r.answered - *r.left - stay - r.correction.nanoseconds()) / 2;
}

// --- asking ------------------------------------------------------------------

Header Slave::header(MessageType type, std::uint16_t sequence) const
{
    return {.type = type,
        .domain = settings_.domain,
        .flags = static_cast<std::uint16_t>(settings_.unicast.empty() ? 0 : unicast),
        .source = settings_.self,
        .sequence = sequence};
}

void Slave::choose(Instant<Mono> now)
{
    const Master* const best = masters_.best();
    const PortIdentity port = best != nullptr ? best->port : PortIdentity{};
    if (best != nullptr)
        told_.erase(Trouble::Kind::no_master);
    if (port == chosen_)
        return;
    if (best == nullptr)
        without_master_since_ = now;
    chosen_ = port;
    chosen_since_ = answered_ = now;
    const auto delay = path_.delay();
    path_ = Path{};
    if (is_peer_to_peer_ && delay) // the neighbor is still the same
        for (std::size_t i = 0; i < delays_needed; ++i)
            path_.take_delay(*delay);
    std::erase_if(requests_, [](const Request& r) { return !r.is_for_neighbor; });
    next_request_.reset();
    request_log_ = 0;
    contracts_.want_time_of(best != nullptr ? best->address : std::nullopt, now);
}

void Slave::turn(Instant<Mono> now, double chance)
{
    turned_ = now;
    masters_.age(now, announce_timeout);
    std::erase_if(streams_, [&](const auto& s) { return masters_.find(s.first) == nullptr; });
    choose(now);
    for (const Contracts::Letter& letter : contracts_.due(now))
        send(letter);
    if (is_peer_to_peer_ && now >= next_neighbor_)
        ask_neighbor(now);
    if (!is_peer_to_peer_ && next_request_ && now >= *next_request_)
        ask_master(now, chance);
    look_for_silence(now);
}

Instant<Mono> Slave::next() const
{
    Instant<Mono> next = turned_ + turn_interval;
    const auto not_later = [&](std::optional<Instant<Mono>> other) {
        if (other)
            next = std::min(next, *other);
    };
    not_later(contracts_.next());
    not_later(masters_.next_end(announce_timeout));
    if (is_peer_to_peer_)
        not_later(next_neighbor_);
    else
        not_later(next_request_);
    return next;
}

void Slave::stop(Instant<Mono> now)
{
    for (const Contracts::Letter& letter : contracts_.cancel_all(now))
        send(letter);
}

// Slaves that all asked at the same moment would be heard late. Between two requests there is
// anything up to twice the interval (section 9.5.11.2).
void Slave::ask_master(Instant<Mono> now, double chance)
{
    const auto to = master()->address;
    std::int8_t log = request_log_;
    if (to) {
        const auto granted = contracts_.granted(*to, MessageType::delay_resp, now);
        next_request_ = now + interval_of(0);
        if (!granted)
            return;
        log = *granted;
    }
    next_request_ = now + rounded(Seconds{interval_of(log)} * (2 * chance));
    ask({.sequence = sequence_++}, MessageType::delay_req, to);
}

void Slave::ask_neighbor(Instant<Mono> now)
{
    for (const Request& r : requests_)
        if (const auto delay = r.is_for_neighbor ? delay_of(r) : std::nullopt)
            path_.take_delay(*delay);
    std::erase_if(requests_, [](const Request& r) { return r.is_for_neighbor; });
    next_neighbor_ = now + neighbor_interval;
    ask({.is_for_neighbor = true, .sequence = sequence_++}, MessageType::pdelay_req, std::nullopt);
}

void Slave::ask(Request request, MessageType type, const std::optional<Address>& to)
{
    request.token = ++token_;
    if (requests_.size() >= requests_kept)
        requests_.pop_front();
    requests_.push_back(request);
    outcome_.outgoing.push_back({.message = {header(type, request.sequence), Stamped{}},
        .to = to,
        .is_for_neighbor = request.is_for_neighbor,
        .token = request.token});
}

void Slave::send(const Contracts::Letter& letter)
{
    outcome_.outgoing.push_back(
        {.message = {header(MessageType::signaling, signal_++), Signaling{.tlvs = letter.tlvs}},
            .to = letter.to});
}

void Slave::hear_signaling(const Message& m, const Address& from, Instant<Mono> now)
{
    const Signaling& s = std::get<Signaling>(m.body);
    if (s.target != settings_.self && s.target != PortIdentity::everybody())
        return;
    for (const UnicastTlv& tlv : s.tlvs)
        if (contracts_.hear(tlv, from, now))
            tell(Trouble::Kind::refused,
                fmt::format("{} refuses to send what was asked for", to_string(from)));
        else if (tlv.kind == UnicastTlv::Kind::grant)
            told_.erase(Trouble::Kind::refused);
}

// --- what is wrong -----------------------------------------------------------

void Slave::look_for_silence(Instant<Mono> now)
{
    const Master* const m = master();
    if (m == nullptr) {
        if (now - without_master_since_ > silence)
            tell(Trouble::Kind::no_master,
                fmt::format("no master is heard in domain {}", settings_.domain));
        return;
    }
    const auto name = to_string(chosen_.clock);
    const auto stream = streams_.find(chosen_);
    const auto heard = stream == streams_.end() ? chosen_since_ : stream->second.heard;
    if (now - std::max(heard, chosen_since_) > silence)
        tell(Trouble::Kind::no_sync, fmt::format("{} announces itself and sends no time", name));
    const Nanoseconds patience = std::max(silence, 8 * interval_of(request_log_));
    if ((is_peer_to_peer_ || next_request_) && now - std::max(answered_, chosen_since_) > patience)
        tell(Trouble::Kind::no_answer,
            fmt::format("{} does not answer, so that the delay of the path is not known",
                is_peer_to_peer_ ? "the neighbor" : name));
}

void Slave::tell(Trouble::Kind kind, std::string what)
{
    if (told_.insert(kind).second)
        outcome_.troubles.push_back({kind, std::move(what)});
}

} // namespace timeball::ptp
