// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// A table of one place for each hash.

#include "serve/interleave_table.h"

#include <algorithm>
#include <cstring>

namespace timeball::serve {

std::uint64_t InterleaveTable::key_of(const Address& client, ntp::Timestamp receive) const
{
    std::array<std::uint64_t, 2> halves;
    std::memcpy(halves.data(), client.octets.data(), sizeof halves);
    return siphash(key_, halves[0] ^ receive.bits, halves[1]);
}

std::uint32_t InterleaveTable::expect(const Address& client, ntp::Timestamp receive)
{
    if (answers_.empty())
        answers_.resize(size);
    const std::uint64_t key = key_of(client, receive);
    const auto index = static_cast<std::uint32_t>(key % size);
    // Never zero: that would be no token.
    generation_ = std::max((generation_ + 1) << index_bits >> index_bits, 1u);
    answers_[index] = {key, {}, generation_ << index_bits | index};
    return answers_[index].token;
}

void InterleaveTable::departed(std::uint32_t token, Instant<Utc> when)
{
    if (answers_.empty())
        return;
    Answer& answer = answers_[token % size];
    if (answer.token == token)
        answer.when = when;
}

std::optional<Instant<Utc>> InterleaveTable::find(
    const Address& client, ntp::Timestamp receive) const
{
    if (answers_.empty())
        return std::nullopt;
    const std::uint64_t key = key_of(client, receive);
    const Answer& answer = answers_[key % size];
    if (answer.key != key || answer.when == Instant<Utc>{})
        return std::nullopt;
    return answer.when;
}

} // namespace timeball::serve
