// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// What this process has used of the machine.

#include "platform/resource_use.h"

#include <sys/resource.h>

namespace timeball::platform {

namespace {

Seconds span(const timeval& t)
{
    return std::chrono::seconds{t.tv_sec} + std::chrono::microseconds{t.tv_usec};
}

} // namespace

report::ResourceUse resource_use()
{
    rusage u{};
    if (getrusage(RUSAGE_SELF, &u) != 0)
        return {};
    return {.user = span(u.ru_utime),
        .system = span(u.ru_stime),
        .minor_faults = u.ru_minflt,
        .major_faults = u.ru_majflt,
        .swaps = u.ru_nswap,
        .blocks_in = u.ru_inblock,
        .blocks_out = u.ru_oublock,
        .waits = u.ru_nvcsw,
        .preemptions = u.ru_nivcsw,
        .signals = u.ru_nsignals,
        .most_memory = u.ru_maxrss};
}

} // namespace timeball::platform
