// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Asking masters for messages.

#include "refclock/ptp/contracts.h"

#include <algorithm>
#include <utility>

namespace timeball::ptp {

using namespace std::chrono_literals;

namespace {

constexpr std::uint32_t wanted_seconds = 300;
constexpr std::int8_t announce_log = 0, time_log = -3, slowest_log = 1;
constexpr Nanoseconds after_refusal = 10s;

Nanoseconds patience(int unanswered)
{
    return std::chrono::seconds{1 << std::min(unanswered, 5)};
}

} // namespace

Contracts::Contracts(const std::vector<Address>& masters, Instant<Mono> now)
{
    for (const Address& address : masters)
        partners_.push_back({address,
            {{{.about = MessageType::announce,
                  .log_interval = announce_log,
                  .is_wanted = true,
                  .next = now},
                {.about = MessageType::sync, .log_interval = time_log},
                {.about = MessageType::delay_resp, .log_interval = time_log}}},
            {}});
}

void Contracts::want_time_of(const std::optional<Address>& master, Instant<Mono> now)
{
    for (Partner& p : partners_)
        for (Contract& c : p.contracts) {
            const bool is_wanted = c.about == MessageType::announce || p.address == master;
            if (is_wanted && !c.is_wanted) {
                c.next = now;
                c.unanswered = 0;
            } else if (!is_wanted && c.ends) {
                p.goodbyes.push_back({.kind = UnicastTlv::Kind::cancel, .about = c.about});
                c.ends.reset();
            }
            c.is_wanted = is_wanted;
        }
}

bool Contracts::hear(const UnicastTlv& tlv, const Address& from, Instant<Mono> now)
{
    for (Partner& p : partners_)
        for (Contract& c : p.contracts) {
            if (p.address != from || c.about != tlv.about)
                continue;
            if (tlv.kind == UnicastTlv::Kind::cancel) {
                p.goodbyes.push_back({.kind = UnicastTlv::Kind::acknowledge, .about = c.about});
                c.ends.reset();
                c.next = now + after_refusal;
                return true;
            }
            if (tlv.kind != UnicastTlv::Kind::grant || !c.is_wanted)
                return false;
            if (tlv.seconds == 0) {
                // It may have been too often for it.
                c.log_interval = std::min<std::int8_t>(
                    static_cast<std::int8_t>(c.log_interval + 1), slowest_log);
                c.ends.reset();
                c.next = now + after_refusal;
                return true;
            }
            c.log_interval = tlv.log_interval;
            c.ends = now + std::chrono::seconds{tlv.seconds};
            // Two more tries fit in before the end.
            c.next = now + std::chrono::milliseconds{tlv.seconds * std::uint64_t{750}};
            c.unanswered = 0;
            return false;
        }
    return false;
}

std::vector<Contracts::Letter> Contracts::due(Instant<Mono> now)
{
    std::vector<Letter> letters;
    for (Partner& p : partners_) {
        Letter letter{p.address, std::exchange(p.goodbyes, {})};
        for (Contract& c : p.contracts) {
            if (!c.is_wanted || now < c.next)
                continue;
            letter.tlvs.push_back({.kind = UnicastTlv::Kind::request,
                .about = c.about,
                .log_interval = c.log_interval,
                .seconds = wanted_seconds});
            c.next = now + patience(c.unanswered++);
        }
        if (!letter.tlvs.empty())
            letters.push_back(std::move(letter));
    }
    return letters;
}

std::optional<Instant<Mono>> Contracts::next() const
{
    std::optional<Instant<Mono>> next;
    for (const Partner& p : partners_) {
        if (!p.goodbyes.empty())
            return Instant<Mono>{};
        for (const Contract& c : p.contracts)
            if (c.is_wanted && (!next || c.next < *next))
                next = c.next;
    }
    return next;
}

std::vector<Contracts::Letter> Contracts::cancel_all(Instant<Mono> now)
{
    std::vector<Letter> letters;
    for (Partner& p : partners_) {
        Letter letter{p.address, std::exchange(p.goodbyes, {})};
        for (Contract& c : p.contracts)
            if (std::exchange(c.ends, std::nullopt).value_or(now) > now)
                letter.tlvs.push_back({.kind = UnicastTlv::Kind::cancel, .about = c.about});
        if (!letter.tlvs.empty())
            letters.push_back(std::move(letter));
    }
    return letters;
}

std::optional<std::int8_t> Contracts::granted(
    const Address& master, MessageType about, Instant<Mono> now) const
{
    for (const Partner& p : partners_)
        for (const Contract& c : p.contracts)
            if (p.address == master && c.about == about && c.ends && *c.ends > now)
                return c.log_interval;
    return std::nullopt;
}

} // namespace timeball::ptp
