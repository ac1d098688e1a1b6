// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Reading counts, and what ntpq calls them.

#include "serve/tallies.h"

#include <numeric>

namespace timeball::serve {

namespace {

template <std::size_t n>
void read_into(
    std::array<std::uint64_t, n>& to, const std::array<std::atomic<std::uint64_t>, n>& from)
{
    for (std::size_t i = 0; i < n; ++i)
        to[i] = from[i].load(std::memory_order_relaxed);
}

template <std::size_t n>
void add(std::array<std::uint64_t, n>& to, const std::array<std::uint64_t, n>& from)
{
    for (std::size_t i = 0; i < n; ++i)
        to[i] += from[i];
}

} // namespace

std::uint64_t Counts::received() const
{
    return std::accumulate(verdicts.begin(), verdicts.end(), std::uint64_t{0});
}

Counts& Counts::operator+=(const Counts& other)
{
    add(verdicts, other.verdicts);
    add(versions, other.versions);
    add(version1_modes, other.version1_modes);
    sent += other.sent;
    control_sent += other.control_sent;
    send_failed += other.send_failed;
    return *this;
}

Counts Tallies::read() const
{
    Counts counts;
    read_into(counts.verdicts, verdicts_);
    read_into(counts.versions, versions_);
    read_into(counts.version1_modes, version1_modes_);
    counts.sent = sent_.load(std::memory_order_relaxed);
    counts.control_sent = control_sent_.load(std::memory_order_relaxed);
    counts.send_failed = send_failed_.load(std::memory_order_relaxed);
    return counts;
}

report::ServerCounters to_report(const Counts& counts)
{
    using enum ntp::Verdict;
    report::ServerCounters r;
    r.received = counts.received();
    r.sent = counts.sent + counts.control_sent;
    r.send_failed = counts.send_failed;
    r.this_version = counts.versions[4];
    r.old_version = counts.versions[1] + counts.versions[2] + counts.versions[3];
    r.version1 = counts.versions[1];
    r.version1_zero = counts.version1_modes[0];
    r.version1_symmetric = counts.version1_modes[1];
    r.version1_client = counts.version1_modes[3];

    for (std::size_t i = 0; i < ntp::verdict_count; ++i) {
        const std::uint64_t n = counts.verdicts[i];
        switch (ntp::Verdict(i)) {
        case answered_client:
        case answered_interleaved:
        case answered_symmetric:
        case answered_v1:
            r.processed += n;
            break;
        case answered_limited:
            r.processed += n;
            r.limited += n;
            break;
        case kiss_rate:
            r.limited += n;
            r.kisses_sent += n;
            break;
        case limited_silent:
        case control_limited:
            r.limited += n;
            break;
        case control:
            r.control_requests += n;
            break;
        case truncated:
        case short_packet:
        case bad_version:
        case bad_mode:
        case bad_length:
            r.bad_format += n;
            break;
        case crypto_nak:
        case unknown_key:
        case bad_auth:
            r.bad_auth += n;
            break;
        case dropped_interface:
        case dropped_ignored:
            r.ignored += n;
            r.restricted += n;
            break;
        case dropped_noserve:
        case dropped_noquery:
        case dropped_notrust:
        case dropped_version:
        case dropped_flake:
            r.restricted += n;
            break;
        case reflected:
        case bad_port:
        case bad_source:
        case own_source:
        case bad_destination:
        case straddles_step:
        case unsynchronized_silent:
            r.declined += n;
            break;
        case shed_newcomer:
        case shed_stale:
        case shed_ceiling:
        case control_overflow:
            r.dropped += n;
            break;
        }
    }
    return r;
}

} // namespace timeball::serve
