// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// What the program in the kernel and the daemon have in common: the memory that both see and the
// records of the maps. Plain C, because the program is compiled as that. Addresses are in wire
// order, an IPv4 one mapped into IPv6; other numbers are the machine's unless said otherwise.

#include <linux/types.h>

#ifdef __cplusplus
namespace timeball::serve::xdp {
#endif

// --- what is published ---------------------------------------------------------------------------

// What holds now: served time as integers, and how to answer. Served time is a line over
// CLOCK_BOOTTIME, which nobody can step and which goes on while the machine sleeps, as the served
// clock does. CLOCK_TAI would follow whoever sets the number of leap seconds.
struct Page {
    __u64 boot; // nanoseconds of CLOCK_BOOTTIME when the line begins,
    __u64 lasts; // how long it may be used from there,
    __u64 seconds; // and what is served there: since 1970,
    __u64 nanoseconds; // and beyond these
    __u64 dispersion; // root dispersion there, 2^-38 s
    __u32 gain; // 2^-40 ns by which the served time gains on CLOCK_BOOTTIME in a nanosecond,
    __u32 loses; // or loses, when this is not 0
    __u32 dispersion_rate; // by which it grows: 2^-70 s in a nanosecond
    __u32 serves; // 0: everything is left to the workers
    __be64 reference; // as on the wire
    __be32 root_delay, reference_id;
    __u8 leap, stratum, precision;
    __u8 tos; // of replies: the traffic class
    __u16 ports[2]; // where requests come to; 0: none

    // The limit, in 2^-32 packets a second where it is an average.
    __u64 one; // what a packet adds
    __u64 most, most_kissed; // what passes, and what is told so at least
    __u32 decay; // halvings in a nanosecond, 2^-56
    __u32 is_classic; // then these two count
    __u32 head, minimum; // average and least seconds between packets
    __u32 leak_after[2], leak_one_in[2];
    __u32 kisses_a_second; // of each processor
    __u8 kiss_poll;
    __u8 keeps_clients; // all of them, not only those to whom a limit applies
    __u8 unused[2];
    __be64 client_mask[2]; // of an IPv6 address: what makes a client,
    __be64 client_mask4; // and of the lower half of one of IPv4
    __u64 hash_key[2]; // random, so that nobody can choose addresses of one place
    __u32 places; // in a part: a power of two
    __u32 unused_too;
};

// A page is read while another one is written: nobody waits, and whoever finds `current` changed
// behind himself has read an old one. It takes a whole round in the time of one request until a
// page is written that is still being read.
#define timeball_board_pages 8
struct Board {
    __u32 current;
    __u32 unused[15];
    struct Page pages[timeball_board_pages];
};

// --- what is looked up ---------------------------------------------------------------------------

// An address and a port on an interface, where a worker listens,
struct Door {
    __u8 to[16];
    __u32 interface; // index
    __u16 port;
    __u16 unused;
};
// and by which Ethernet address the interface is found.
struct Plate {
    __u16 mac[3]; // as on the wire
    __u16 unused;
};

struct Prefix4 {
    __u32 length;
    __u8 address[4];
};
struct Prefix6 {
    __u32 length;
    __u8 address[16];
};

// What is done with a request.
enum Deed {
    deed_up = 0, // the workers know
    deed_answer = 1,
    deed_ignore = 2,
    deed_noserve = 3,
    deed_what = 3, // mask of these
    deed_limited = 4, // added: there is a limit,
    deed_kod = 8 // and he is told so
};
struct Ruling { // for all ports, and for requests from port 123
    __u32 rule, ntp_rule; // counts in `hits`
    __u8 deed, ntp_deed;
    __u16 unused;
};

// The clients, in a table of the program's own: an address leads to a place in each of its parts,
// and has the first of them that was free, or the one of who was not heard of for longest. Nearly
// all are in the first part, close together. So a client costs one line of a cache, where a hash
// of the kernel's costs three, and a flood of new ones takes no lock.
#define timeball_client_parts 4
struct ClientRecord {
    __u64 first, last; // CLOCK_BOOTTIME; 0: there is none
    __u64 score; // the limiter's memory, as the rule has it that is_classic says
    __u32 packets, dropped;
    __u8 address[16]; // the last one
    __u16 port;
    __u8 how; // of the last packet, as ClientList has it
    __u8 is_classic;
    __u8 unused[12];
};
// --- what is counted -----------------------------------------------------------------------------

enum Fate {
    fate_answered,
    fate_leaked, // over the limit, answered by chance
    fate_kissed,
    fate_silent, // over the limit
    fate_ignored,
    fate_noserve,
    fate_up, // to the workers, who count it; here are only requests that came to one of our doors
    fate_count
};
struct Tally { // of one processor
    __u64 fates[fate_count];
    __u64 versions[5];
    __u64 kisses_second; // in which the next are counted: CLOCK_BOOTTIME in 2^30 ns
    __u64 kisses;
};

#ifdef __cplusplus
} // namespace timeball::serve::xdp
#endif
