# SPDX-License-Identifier: BSD-2-Clause
# Copyright The timeball authors
# A table for netem's `distribution`: exponential, with mean 0 and deviation 1,
# in units of 1/8192. With a delay of 21 ms and a jitter of 1 ms, packets take
# 20 ms and wait in a queue for 1 ms on average.
BEGIN {
    for (i = 0; i < 4096; i++) {
        value = 8192 * (-log(1 - (i + 0.5) / 4096) - 1)
        print int(value < 32767 ? value : 32767)
    }
}
