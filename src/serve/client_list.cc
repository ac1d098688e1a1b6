// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Open addressing with linear probing over 32-bit slots: eight bits of hash in each spare most
// looks at records, and a gap is closed by moving back what it kept from its place.

#include "serve/client_list.h"

#include "base/wire.h"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace timeball::serve {

namespace {

constexpr std::size_t octets_each = 48;
constexpr std::uint64_t max_index = Packed<24>::max;
constexpr unsigned index_bits = 24;
constexpr std::uint32_t index_mask = (1u << index_bits) - 1;

constexpr std::int64_t ticks_a_second = 256;
constexpr std::uint64_t max_ticks = (1ull << 36) - 1;
constexpr unsigned seconds_bits = 28;
constexpr std::uint64_t seconds_mask = (1ull << seconds_bits) - 1;

constexpr std::uint64_t max_packets = (1ull << 27) - 1;
constexpr std::uint64_t max_dropped = (1ull << 20) - 1;
constexpr unsigned limiter_shift = 47;
constexpr std::uint64_t limiter_bit = 1ull << limiter_shift;

constexpr std::uint8_t limited_bit = 0x40, kissed_bit = 0x80;

std::uint64_t last_ticks(const Client& c)
{
    return c.times.get() >> seconds_bits;
}

void set_times(Client& c, std::uint64_t last, std::uint64_t first)
{
    c.times.set(last << seconds_bits | (first & seconds_mask));
}

void set_counts(Client& c, std::uint64_t packets, std::uint64_t dropped)
{
    const std::uint64_t limiter = c.counts.get() & limiter_bit;
    c.counts.set(limiter | std::min(packets, max_packets) << 20 | std::min(dropped, max_dropped));
}

std::array<std::byte, 16> mapped(const Address& address)
{
    if (address.family == Family::ipv6)
        return address.octets;
    std::array<std::byte, 16> octets{};
    octets[10] = octets[11] = std::byte{0xff};
    std::copy_n(address.octets.begin(), 4, octets.begin() + 12);
    return octets;
}

std::uint64_t number(std::span<const std::byte, 8> octets)
{
    return WireReader{octets}.take<std::uint64_t>();
}

bool is_mapped(std::span<const std::byte, 16> octets)
{
    return number(octets.first<8>()) == 0 && number(octets.last<8>()) >> 32 == 0xffff;
}

Address unmapped(std::span<const std::byte, 16> octets)
{
    if (!is_mapped(octets))
        return Address::ipv6(octets);
    Address a;
    std::copy_n(octets.begin() + 12, 4, a.octets.begin());
    return a;
}

std::uint64_t upper_bits(unsigned count) // of 64
{
    return count == 0 ? 0 : count >= 64 ? ~0ull : ~(~0ull >> count);
}

std::size_t capacity_for(const config::MruConfig& mru)
{
    std::uint64_t capacity = std::clamp<std::uint64_t>(mru.max_memory / octets_each, 1, max_index);
    if (mru.max_depth != 0)
        capacity = std::min(capacity, mru.max_depth);
    return capacity;
}

std::size_t slots_for(std::size_t capacity)
{
    return capacity + capacity / 3 + 2;
}

std::size_t octets_for(std::size_t capacity)
{
    return slots_for(capacity) * sizeof(std::uint32_t) + (capacity + 1) * sizeof(Client);
}

} // namespace

ClientList::ClientList(const config::MruConfig& mru, const Prefixes& prefixes, SipKey key,
    Instant<Mono> now, std::shared_ptr<Memory> memory)
    : mru_{mru},
      prefixes_{prefixes},
      key_{key},
      epoch_{now},
      capacity_{capacity_for(mru)},
      memory_{std::move(memory)}
{
    reserve();
}

void ClientList::reserve()
{
    lay_out(memory_->zeroed(octets_for(capacity_)), capacity_);
    counts_.present = 0;
    counts_.capacity = capacity_;
}

void ClientList::lay_out(std::shared_ptr<Memory::Region> region, std::size_t capacity)
{
    region_ = std::move(region);
    capacity_ = capacity;
    slot_count_ = slots_for(capacity);
    std::byte* const begin = region_->octets().data();
    slots_ = reinterpret_cast<std::uint32_t*>(begin);
    records_ = reinterpret_cast<Client*>(begin + slot_count_ * sizeof(std::uint32_t));
}

bool ClientList::take_over(const Estate& estate)
{
    const Counts& counts = estate.counts;
    if (!estate.memory || counts.capacity == 0 || counts.capacity > max_index
        || counts.present > counts.capacity
        || estate.memory->octets().size() < octets_for(counts.capacity))
        return false;
    lay_out(estate.memory, counts.capacity);
    key_ = estate.key;
    prefixes_ = estate.prefixes;
    epoch_ = estate.epoch;
    counts_ = counts;
    return true;
}

ClientList::Estate ClientList::leave()
{
    return {std::move(region_), key_, prefixes_, epoch_, counts_};
}

std::size_t ClientList::octets() const
{
    return counts_.present * sizeof(Client)
        + counts_.present * slot_count_ / capacity_ * sizeof(std::uint32_t);
}

std::uint64_t ClientList::ticks(Instant<Mono> now) const
{
    const std::int64_t ns = std::max<std::int64_t>((now - epoch_).count(), 0);
    const auto whole = static_cast<std::uint64_t>(ns / 1'000'000'000 * ticks_a_second);
    const auto rest
        = static_cast<std::uint64_t>(ns % 1'000'000'000 * ticks_a_second) / 1'000'000'000;
    return std::min(whole + rest, max_ticks);
}

Instant<Mono> ClientList::instant(std::uint64_t ticks) const
{
    return epoch_
        + Nanoseconds{static_cast<std::int64_t>(ticks) * (1'000'000'000 / ticks_a_second)};
}

ClientList::Identity ClientList::identity(std::span<const std::byte, 16> address) const
{
    const Identity all{number(address.first<8>()), number(address.last<8>())};
    if (is_mapped(address))
        return {all.high, all.low & upper_bits(32 + static_cast<unsigned>(prefixes_.v4))};
    const auto prefix = static_cast<unsigned>(prefixes_.v6);
    // The bit that no IPv4 address has keeps ::/64 apart from those.
    return {all.high & upper_bits(prefix),
        (all.low & upper_bits(prefix <= 64 ? 0 : prefix - 64)) ^ 1ull << 63};
}

std::uint64_t ClientList::hash(const Identity& id) const
{
    return siphash(key_, id.high, id.low);
}

std::size_t ClientList::home(std::uint64_t hash) const
{
    return (hash >> 32) * slot_count_ >> 32;
}

std::size_t ClientList::slot_of(const Identity& id, std::uint64_t hash) const
{
    const auto tag = static_cast<std::uint32_t>(hash) & ~index_mask;
    std::size_t slot = home(hash);
    for (; slots_[slot] != 0; slot = slot + 1 == slot_count_ ? 0 : slot + 1)
        if ((slots_[slot] & ~index_mask) == tag
            && identity(record(slots_[slot] & index_mask).address) == id)
            break;
    return slot;
}

void ClientList::unlink(std::uint32_t index)
{
    Client& c = record(index);
    record(c.newer.get()).older = c.older;
    record(c.older.get()).newer = c.newer;
}

void ClientList::link_newest(std::uint32_t index)
{
    Client& head = record(0); // behind the newest and before the oldest
    Client& c = record(index);
    c.newer.set(0);
    c.older = head.older;
    record(head.older.get()).newer.set(index);
    head.older.set(index);
}

void ClientList::forget(std::uint32_t index)
{
    const Identity id = identity(record(index).address);
    std::size_t gap = slot_of(id, hash(id));
    assert((slots_[gap] & index_mask) == index);

    const auto next = [&](std::size_t slot) { return slot + 1 == slot_count_ ? 0 : slot + 1; };
    for (std::size_t slot = next(gap); slots_[slot] != 0; slot = next(slot)) {
        const std::size_t wants = home(hash(identity(record(slots_[slot] & index_mask).address)));
        // It may move back into the gap unless it wants a place behind the gap.
        const bool wants_behind
            = gap < slot ? gap < wants && wants <= slot : gap < wants || wants <= slot;
        if (!wants_behind) {
            slots_[gap] = slots_[slot];
            gap = slot;
        }
    }
    slots_[gap] = 0;
}

std::uint32_t ClientList::take_record(Instant<Mono> now)
{
    const auto oldest_index = static_cast<std::uint32_t>(record(0).newer.get());
    const auto age = [&] { return now - instant(last_ticks(record(oldest_index))); };
    const auto recycle = [&](std::uint64_t& count) {
        ++count;
        unlink(oldest_index);
        forget(oldest_index);
        return oldest_index;
    };

    const bool has_memory = counts_.present < capacity_;
    if (oldest_index != 0 && (counts_.present >= mru_.min_depth || !has_memory)
        && Seconds{age()} > mru_.max_age)
        return recycle(counts_.recycled_old);
    if (has_memory) {
        ++counts_.present;
        counts_.most = std::max(counts_.most, counts_.present);
        return static_cast<std::uint32_t>(counts_.present);
    }
    if (oldest_index != 0 && Seconds{age()} > mru_.min_age)
        return recycle(counts_.recycled_full);
    return 0;
}

ClientList::Meeting ClientList::meet(
    const Endpoint& from, ntp::Mode mode, unsigned version, Instant<Mono> now)
{
    const auto address = mapped(from.address);
    const Identity id = identity(address);
    const std::uint64_t h = hash(id);
    std::size_t slot = slot_of(id, h);
    const std::uint64_t now_ticks = ticks(now);
    Meeting meeting{nullptr, slots_[slot] == 0, Nanoseconds{0}, mode};

    std::uint32_t index = slots_[slot] & index_mask;
    if (meeting.is_new) {
        index = take_record(now);
        if (index == 0) {
            ++counts_.no_room;
            return meeting;
        }
        ++counts_.added;
        slot = slot_of(id, h); // recycling may have moved the gap
        slots_[slot] = (static_cast<std::uint32_t>(h) & ~index_mask) | index;
        record(index) = Client{};
        set_times(record(index), now_ticks, now_ticks / ticks_a_second);
    } else {
        ++counts_.met_again;
        unlink(index);
    }
    link_newest(index);

    Client& c = record(index);
    const std::uint64_t last = std::min(last_ticks(c), now_ticks);
    if (!meeting.is_new) {
        // Counted in ticks, so that nothing is gained or lost between one packet and the next.
        meeting.since = Nanoseconds{
            static_cast<std::int64_t>(now_ticks - last) * (1'000'000'000 / ticks_a_second)};
        meeting.before = c.mode();
    }
    set_times(c, std::max(last_ticks(c), now_ticks), c.times.get());
    if (c.counts.get() >> limiter_shift != limiter_) {
        c.counts.set(c.counts.get() ^ limiter_bit);
        c.limit.set(0);
    }
    set_counts(c, std::uint64_t{c.packets()} + 1, c.dropped());
    c.address = address;
    c.port.set(from.port);
    c.how = static_cast<std::uint8_t>(static_cast<unsigned>(mode) | (version & 7) << 3);
    meeting.client = &c;
    return meeting;
}

void ClientList::note_drop(Client& client)
{
    set_counts(client, client.packets(), std::uint64_t{client.dropped()} + 1);
}

void ClientList::note_limit(Client& client, bool was_kissed)
{
    client.how |= static_cast<std::uint8_t>(limited_bit | (was_kissed ? kissed_bit : 0));
}

const Client* ClientList::find(const Address& address) const
{
    const Identity id = identity(mapped(address));
    return at(slots_[slot_of(id, hash(id))] & index_mask);
}

ClientView ClientList::view(const Client& c) const
{
    return {.from = {unmapped(c.address), static_cast<std::uint16_t>(c.port.get())},
        .first = instant((c.times.get() & seconds_mask) * ticks_a_second),
        .last = instant(last_ticks(c)),
        .packets = c.packets(),
        .dropped = c.dropped(),
        .mode = c.mode(),
        .version = static_cast<std::uint8_t>(c.version()),
        .was_limited = c.was_limited(),
        .was_kissed = c.was_kissed()};
}

void ClientList::resize(const config::MruConfig& mru, const Prefixes& prefixes)
{
    mru_ = mru;
    const std::size_t capacity = capacity_for(mru);
    if (capacity == capacity_ && prefixes == prefixes_)
        return;

    const auto old_region = region_; // until all is copied
    const Client* const old_records = records_;
    const auto old_count = counts_.present;
    capacity_ = capacity;
    prefixes_ = prefixes;
    reserve();

    // From the newest on, as far as there is room; prefixes that are one client now keep the
    // record of the address seen last.
    std::uint32_t behind = 0;
    for (auto i = old_records[0].older.get(); i != 0 && counts_.present < capacity_;
         i = old_records[i].older.get()) {
        assert(i <= old_count);
        const Identity id = identity(old_records[i].address);
        const std::uint64_t h = hash(id);
        const std::size_t slot = slot_of(id, h);
        if (slots_[slot] != 0)
            continue;
        const auto index = static_cast<std::uint32_t>(++counts_.present);
        slots_[slot] = (static_cast<std::uint32_t>(h) & ~index_mask) | index;
        record(index) = old_records[i];
        record(index).newer.set(behind);
        record(index).older.set(0);
        record(behind).older.set(index); // [0] takes the newest
        behind = index;
    }
    record(0).newer.set(behind);
}

} // namespace timeball::serve
