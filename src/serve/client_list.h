// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Who asked, most recently used: one record of 42 octets for each client in memory that never
// grows beyond its bound, found through a table of 32-bit slots (three quarters full at most), so
// that a client costs less than 48 octets in all. The hash is keyed: nobody can choose addresses
// that meet in one place. Neither finding nor adding a client allocates.

#include "base/address.h"
#include "base/siphash.h"
#include "config/config.h"
#include "edge/memory.h"
#include "ntp/types.h"
#include "serve/packed.h"
#include "time/time.h"

#include <array>
#include <memory>
#include <span>

namespace timeball::serve {

// What the list keeps of one client: of one IPv4 address, or of all addresses of one prefix, of
// which it shows the last one seen. Counts stay at their highest value when they reach it.
struct Client {
    std::array<std::byte, 16> address; // IPv4: mapped into IPv6
    Packed<24> newer, older; // neighbors by last packet; 0 is before the oldest, behind the newest
    Packed<64> times; // last packet: 36 bits of 1/256 s; first: 28 bits of seconds
    Packed<48> counts; // whose memory `limit` is: 1 bit; packets: 27 bits; dropped ones: 20 bits
    Packed<24> limit; // the limiter's memory
    Packed<16> port; // of the last packet
    std::uint8_t how; // of the last packet: mode 3 bits, version 3, limited, kissed

    std::uint32_t packets() const
    {
        return static_cast<std::uint32_t>(counts.get() >> 20 & 0x7ffffff);
    }
    std::uint32_t dropped() const { return static_cast<std::uint32_t>(counts.get() & 0xfffff); }
    ntp::Mode mode() const { return ntp::Mode(how & 7); }
    unsigned version() const { return how >> 3 & 7; }
    bool was_limited() const { return (how & 0x40) != 0; }
    bool was_kissed() const { return (how & 0x80) != 0; }
};
static_assert(sizeof(Client) == 42 && alignof(Client) == 1);

// A client as shown to others.
struct ClientView {
    Endpoint from; // last address and port
    Instant<Mono> first{}; // to the second
    Instant<Mono> last{}; // to 1/256 s
    std::uint32_t packets = 0, dropped = 0;
    ntp::Mode mode = ntp::Mode::reserved;
    std::uint8_t version = 0;
    bool was_limited = false, was_kissed = false; // its last packet
    double score = 0; // packets a second, as the limiter sees them; who knows it sets it

    bool operator==(const ClientView&) const = default;
};

class ClientList {
public:
    struct Prefixes { // bits; addresses that have them in common are one client
        int v6 = 64, v4 = 32;
        bool operator==(const Prefixes&) const = default;
    };

    struct Counts {
        std::uint64_t present = 0, most = 0; // now, and ever
        std::uint64_t capacity = 0;
        std::uint64_t met_again = 0, added = 0, recycled_old = 0, recycled_full = 0, no_room = 0;
    };

    // All there is of a list, for whoever goes on with it. A record says itself whose memory of
    // limits it holds.
    struct Estate {
        std::shared_ptr<Memory::Region> memory; // null: there is none
        SipKey key;
        Prefixes prefixes;
        Instant<Mono> epoch{};
        Counts counts;
    };

    // At most as many clients as `mru` allows.
    ClientList(const config::MruConfig& mru, const Prefixes& prefixes, SipKey key,
        Instant<Mono> now, std::shared_ptr<Memory> memory = std::make_shared<HeapMemory>());

    // Goes on with what another one left, which nobody else uses any more, as long as the memory
    // has the size that the counts say; else nothing has changed. It keeps its bounds until
    // resize().
    bool take_over(const Estate& estate);

    // Nothing may be asked of the list after that.
    Estate leave();

    struct Meeting {
        Client* client; // null: no room for another one
        bool is_new;
        Nanoseconds since; // since its last packet; 0 for a new one
        ntp::Mode before; // mode of that packet
    };
    // The client's record, made if need be, now the newest; its packet is counted.
    Meeting meet(const Endpoint& from, ntp::Mode mode, unsigned version, Instant<Mono> now);

    // What became of the packet just met.
    static void note_drop(Client& client);
    static void note_limit(Client& client, bool was_kissed);

    const Client* find(const Address& address) const;
    ClientView view(const Client& client) const;

    // Walking from the oldest to the newest; null at the end. A record stays valid until the next
    // meet().
    const Client* oldest() const { return at(record(0).newer.get()); }
    const Client* newest() const { return at(record(0).older.get()); }
    const Client* newer(const Client& than) const { return at(than.newer.get()); }
    const Client* older(const Client& than) const { return at(than.older.get()); }

    Counts counts() const { return counts_; }
    std::size_t octets() const; // of memory that is in use for the clients present

    // There are two limiters, and what one remembers means nothing to the other. Costs nothing: a
    // client's memory is looked at when it is met.
    void choose_limiter(unsigned which) { limiter_ = which & 1; }

    // New bounds. The clients stay, the newest of them when not all find room.
    void resize(const config::MruConfig& mru, const Prefixes& prefixes);

private:
    struct Identity { // an address, less what does not count
        std::uint64_t high, low;
        bool operator==(const Identity&) const = default;
    };

    Identity identity(std::span<const std::byte, 16> address) const;
    Client& record(std::uint64_t index) { return records_[index]; }
    const Client& record(std::uint64_t index) const { return records_[index]; }
    const Client* at(std::uint64_t index) const { return index == 0 ? nullptr : &records_[index]; }
    std::uint64_t hash(const Identity& id) const;
    void lay_out(std::shared_ptr<Memory::Region> region, std::size_t capacity);
    std::size_t home(std::uint64_t hash) const;
    std::size_t slot_of(const Identity& id, std::uint64_t hash) const; // or of the gap for it
    std::uint32_t take_record(Instant<Mono> now); // 0: none
    void unlink(std::uint32_t index);
    void link_newest(std::uint32_t index);
    void forget(std::uint32_t index); // takes it out of the table, not out of the order
    std::uint64_t ticks(Instant<Mono> now) const;
    Instant<Mono> instant(std::uint64_t ticks) const;
    void reserve();

    config::MruConfig mru_;
    Prefixes prefixes_;
    SipKey key_;
    Instant<Mono> epoch_; // 0 of the records' times
    std::size_t capacity_ = 0, slot_count_ = 0;
    std::shared_ptr<Memory> memory_;
    // Pages are handed out when they are first touched: records are used in order.
    std::shared_ptr<Memory::Region> region_; // the slots, then the records
    std::uint32_t* slots_ = nullptr; // 8 bits of the hash, 24 of index; 0: empty
    Client* records_ = nullptr; // [0] is the head of the order
    unsigned limiter_ = 0;
    Counts counts_;
};

} // namespace timeball::serve
