// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The account of corrections.

#include "time/correction_log.h"

#include <algorithm>

namespace timeball {

namespace {

// `span` of the steered clock is shorter or longer than the same span running free by
// span * c / (1 + c); in this form the large part stays an integer.
Nanoseconds to_free(Nanoseconds span, Frequency correction)
{
    const double c = correction.ratio();
    return span - rounded(Seconds{span} * (c / (1 + c)));
}

Nanoseconds to_utc(Nanoseconds span, Frequency correction)
{
    return span + rounded(correction * Seconds{span});
}

} // namespace

CorrectionLog::CorrectionLog(Instant<Utc> start, Frequency correction)
    : CorrectionLog{start, Instant<FreeRun>{start.time_since_epoch()}, correction}
{
}

CorrectionLog::CorrectionLog(Instant<Utc> utc, Instant<FreeRun> free, Frequency correction)
    : entries_{{utc, free, correction}}
{
}

void CorrectionLog::set_frequency(Instant<Utc> at, Frequency correction)
{
    append({at, free_run(at), correction});
}

void CorrectionLog::step(Instant<Utc> after, Nanoseconds by)
{
    append({after, free_run(after - by), entries_.back().correction});
}

void CorrectionLog::append(const Entry& entry)
{
    entries_.push_back(entry);
    if (entries_.size() > depth)
        entries_.pop_front();
}

Instant<FreeRun> CorrectionLog::free_run(Instant<Utc> t) const
{
    const auto in_force = std::find_if(
        entries_.rbegin(), entries_.rend() - 1, [t](const Entry& e) { return e.utc <= t; });
    return in_force->free + to_free(t - in_force->utc, in_force->correction);
}

Instant<Utc> CorrectionLog::utc(Instant<FreeRun> t) const
{
    const auto in_force = std::find_if(
        entries_.rbegin(), entries_.rend() - 1, [t](const Entry& e) { return e.free <= t; });
    return in_force->utc + to_utc(t - in_force->free, in_force->correction);
}

} // namespace timeball
