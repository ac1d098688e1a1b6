// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Numbers on the wire are cut to 32 bits, or to 16: they mean the latest that ends so.

#include "bench/serving/load/ledger.h"

#include <bit>
#include <cassert>

namespace timeball::load {

Ledger::Ledger(std::size_t capacity) : ring_(std::bit_ceil(capacity)) { }

void Ledger::enter(Asked question)
{
    assert(!is_full());
    question.ticket.number = next_number();
    at(next_++) = question;
}

Ledger::Finding Ledger::find(const Echo& echo)
{
    const std::uint64_t mask = echo.is_control ? 0xffff : 0xffffffff;
    const std::uint64_t back = (next_ - 1 - echo.ticket.number) & mask;
    if (back >= next_)
        return {Found::never};
    const std::uint64_t number = next_ - 1 - back;
    if (number < first_)
        return {Found::gone};
    Asked& asked = at(number);
    const bool is_right = echo.is_control
        ? asked.kind == Kind::control
        : asked.kind != Kind::control && asked.ticket.nonce == echo.ticket.nonce;
    return is_right ? Finding{Found::here, &asked} : Finding{Found::forged};
}

} // namespace timeball::load
