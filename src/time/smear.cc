// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The shape of a smear.

#include "time/smear.h"

#include <numbers>

namespace timeball {

Seconds smear_offset(const Smear& smear, Instant<Utc> t)
{
    if (smear.by.count() == 0 || t <= smear.begins)
        return Seconds{0};
    if (t >= smear.ends)
        return smear.by;
    const double part = Seconds{t - smear.begins} / Seconds{smear.ends - smear.begins};
    return smear.by * ((1 - std::cos(std::numbers::pi * part)) / 2);
}

} // namespace timeball
