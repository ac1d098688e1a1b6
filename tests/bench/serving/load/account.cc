// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Sums.

#include "bench/serving/load/account.h"

namespace timeball::load {

std::uint64_t Account::kissed() const
{
    return of(Fate::kiss_rate) + of(Fate::kiss_deny) + of(Fate::kiss_other);
}

std::uint64_t Account::wrong() const
{
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < fate_count; ++i)
        sum += is_wrong(Fate(i)) ? fates[i] : 0;
    return sum;
}

std::uint64_t Account::answered() const
{
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < fate_count; ++i)
        sum += Fate(i) == Fate::lost ? 0 : fates[i];
    return sum;
}

double Account::share_lost() const
{
    return sent == 0 ? 0 : static_cast<double>(of(Fate::lost)) / static_cast<double>(sent);
}

} // namespace timeball::load
