// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The system calls by which the kernel's clock is steered, so that a test can stand in for the
// kernel. They return what the C library's do, and set errno.

#include <sys/timex.h>
#include <time.h>

namespace timeball::platform {

struct KernelCalls {
    int (*adjust)(timex* request); // clock_adjtime(CLOCK_REALTIME)
    int (*read)(timespec* time); // clock_gettime(CLOCK_REALTIME)
    int (*set)(const timespec* time); // clock_settime(CLOCK_REALTIME)
    long ticks_per_second; // USER_HZ, to which timex.tick belongs
};

KernelCalls real_kernel();

} // namespace timeball::platform
