// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The program that answers in the kernel, on its interface, before there is a socket buffer: plain
// requests of 48 octets in mode 3, exactly as a worker would (ntp/responder.cc, serve/worker.cc).
// Whatever is in any way special it leaves alone, and the workers get it. It takes Linux 6.1.

#include "serve/xdp/board.h"

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define BILLION 1000000000ull

char license_text[] SEC("license") = "Dual BSD/GPL";

struct Board board; // mapped into the daemon, who writes it

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 8192);
    __type(key, struct Door);
    __type(value, struct Plate);
} doors SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_LPM_TRIE);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __uint(max_entries, 65536);
    __type(key, struct Prefix4);
    __type(value, struct Ruling);
} rules4 SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_LPM_TRIE);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __uint(max_entries, 65536);
    __type(key, struct Prefix6);
    __type(value, struct Ruling);
} rules6 SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 16384);
    __type(key, __u32);
    __type(value, __u64);
} hits SEC(".maps");

// One record for a client, whatever its port and so its processor. Two processors that count at
// once may lose a packet, which hurts nobody; a record for each would multiply what a client may.
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, 1); // the daemon says how many
    __type(key, __u32);
    __type(value, struct ClientRecord);
} clients SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct Tally);
} tallies SEC(".maps");

struct Ntp {
    __u8 first; // leap, version, mode
    __u8 stratum;
    __s8 poll;
    __u8 precision;
    __be32 root_delay, root_dispersion, reference_id;
    __be64 reference, origin, receive, transmit;
};

// A request of good form, taken out of its packet.
struct Asked {
    __u8 from[16] __attribute__((aligned(8))), to[16];
    __be16 from_port, to_port;
    __u8 is_v6;
    __u32 interface;
    __u16 mac[3]; // whom it was sent to
    struct Ntp ntp;
};

// --- arithmetic ----------------------------------------------------------------------------------

// count * factor / 2^32. For a count below 2^63 and what comes of it.
static __always_inline __u64 scaled(__u64 count, __u32 factor)
{
    return (count >> 32) * factor + ((count & 0xffffffff) * factor >> 32);
}

// ntp::to_timestamp of what is served so long after the page begins.
static __always_inline __u64 timestamp(const struct Page* page, __u64 elapsed)
{
    const __u64 gained = scaled(elapsed, page->gain) >> 8;
    __u64 seconds = page->seconds;
    __u64 rest = page->nanoseconds + elapsed + (page->loses ? -gained : gained);
    // Pages are a second old; an old processor divides as long as it takes for all the rest.
    if (rest >= BILLION) {
        rest -= BILLION;
        ++seconds;
    }
    if (rest >= BILLION) {
        seconds += rest / BILLION;
        rest %= BILLION;
    }
    // rest / 10^9 in 2^-32, to the nearest: a product that is not too small by more than one, and
    // what is left tells.
    __u64 fraction = rest * 4 + (rest * 1266874889 >> 32);
    if ((rest << 32) + BILLION / 2 - fraction * BILLION >= BILLION)
        ++fraction;
    return ((seconds + 2208988800u) << 32) + fraction;
}

// ntp::to_short of ntp::root_dispersion: rounded up.
static __always_inline __be32 root_dispersion(const struct Page* page, __u64 elapsed)
{
    const __u64 fine = page->dispersion + scaled(elapsed, page->dispersion_rate);
    const __u64 coarse = (fine + (1u << 22) - 1) >> 22;
    return bpf_htonl(coarse > 0xffffffff ? 0xffffffff : (__u32)coarse);
}

// 2^-halvings, in 2^-32: a polynomial through six points, good to 5e-8.
static __always_inline __u32 power(__u64 halvings /* 2^-24 */)
{
    const __u64 whole = halvings >> 24;
    const __u64 part = halvings & 0xffffff;
    if (whole >= 32)
        return 0;
    __u64 r = 1016701;
    r = 9888282 - (part * r >> 24);
    r = 59375904 - (part * r >> 24);
    r = 257890191 - (part * r >> 24);
    r = 744256774 - (part * r >> 24);
    r = 1073741764 - (part * r >> 24);
    r <<= 2;
    return (r > 0xffffffff ? 0xffffffff : r) >> whole;
}

// Sum for the checksum of the internet: `words` of 32 bits each, added up.
static __always_inline __u64 sum_of(const void* octets, int words)
{
    const __u32* word = octets;
    __u64 sum = 0;
#pragma unroll
    for (int i = 0; i < words; ++i)
        sum += word[i];
    return sum;
}

static __always_inline __u16 folded(__u64 sum)
{
    sum = (sum & 0xffffffff) + (sum >> 32);
    sum = (sum & 0xffffffff) + (sum >> 32);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return (__u16)sum;
}

// Of a datagram whose header is summed up with its checksum. Senders on this machine leave the
// checksum to a card that there is none of: then the pseudo header's sum stands in its place, and
// nothing was on a wire. Zero means that there is none (IPv4).
static __always_inline int is_intact(const struct udphdr* udp, __u64 pseudo, int may_lack)
{
    if (udp->check == 0)
        return may_lack;
    if (folded(pseudo + sum_of(udp, (sizeof *udp + sizeof(struct Ntp)) / 4)) == 0xffff)
        return 1;
    return udp->check == folded(pseudo);
}

static __always_inline void close_udp(struct udphdr* udp, __u64 pseudo)
{
    const __be16 from = udp->source;
    udp->source = udp->dest;
    udp->dest = from;
    udp->check = 0;
    const __u16 check = ~folded(pseudo + sum_of(udp, (sizeof *udp + sizeof(struct Ntp)) / 4));
    udp->check = check ? check : 0xffff;
}

// --- counting ------------------------------------------------------------------------------------

static __always_inline struct Tally* tally(void)
{
    const __u32 zero = 0;
    return bpf_map_lookup_elem(&tallies, &zero);
}

// --- limits --------------------------------------------------------------------------------------

enum Rate { rate_pass, rate_leak, rate_kiss, rate_silent };

static __always_inline enum Rate judge_average(
    const struct Page* page, struct ClientRecord* client, __u64 since)
{
    const __u64 cap = 1ull << 53;
    __u64 score = scaled(client->score, power(scaled(since, page->decay))) + page->one;
    if (score > cap)
        score = cap;
    client->score = score;
    if (score < page->most)
        return rate_pass;
    return score <= page->most_kissed ? rate_kiss : rate_silent;
}

static __always_inline enum Rate judge_classic(
    const struct Page* page, struct ClientRecord* client, __u64 since)
{
    const __u64 seconds = (since + BILLION / 2) / BILLION;
    const __u64 most = 8ull * page->head;
    __u64 leak = client->score > seconds ? client->score - seconds : 0;
    enum Rate rate = rate_silent;
    if (seconds + 1 >= page->minimum && leak + page->head < most) {
        leak += page->head;
        leak = leak > 2 ? leak - 2 : 0;
        rate = rate_pass;
    } else if (leak < most) {
        leak = most + page->head;
        rate = rate_kiss;
    }
    client->score = leak;
    return rate;
}

static __always_inline enum Rate judge(
    const struct Page* page, struct ClientRecord* client, __u64 since)
{
    if (client->is_classic != page->is_classic) { // there was another rule
        client->is_classic = page->is_classic;
        client->score = 0;
    }
    const enum Rate rate = page->is_classic ? judge_classic(page, client, since)
                                            : judge_average(page, client, since);
    const int is_often = client->dropped >= page->leak_after[1];
    if (rate == rate_silent && client->dropped >= page->leak_after[0]
        && bpf_get_prandom_u32() % page->leak_one_in[is_often ? 1 : 0] == 0)
        return rate_leak;
    return rate;
}

static __always_inline __u64 turned(__u64 word, int bits)
{
    return word << bits | word >> (64 - bits);
}

// SipHash-1-3 of two words.
static __always_inline __u64 hash_of(const struct Page* page, __u64 high, __u64 low)
{
    __u64 a = page->hash_key[0] ^ 0x736f6d6570736575, b = page->hash_key[1] ^ 0x646f72616e646f6d;
    __u64 c = page->hash_key[0] ^ 0x6c7967656e657261, d = page->hash_key[1] ^ 0x7465646279746573;
#pragma unroll
    for (int i = 0; i < 5; ++i) {
        const __u64 word = i == 0 ? high : i == 1 ? low : 0;
        d ^= word;
        if (i == 2)
            c ^= 0xff;
        a += b;
        b = turned(b, 13) ^ a;
        a = turned(a, 32);
        c += d;
        d = turned(d, 16) ^ c;
        a += d;
        d = turned(d, 21) ^ a;
        c += b;
        b = turned(b, 17) ^ c;
        c = turned(c, 32);
        a ^= word;
    }
    return a ^ b ^ c ^ d;
}

// As Governor::may_kiss, in steps of a second.
static __always_inline int may_kiss(const struct Page* page, __u64 now)
{
    struct Tally* counts = tally();
    if (!counts)
        return 0;
    if (counts->kisses_second != now >> 30) {
        counts->kisses_second = now >> 30;
        counts->kisses = 0;
    }
    return ++counts->kisses <= page->kisses_a_second;
}

// The client's record, made if need be. The first packet passes.
static __always_inline struct ClientRecord* meet(
    const struct Page* page, const struct Asked* asked, __u64 now, enum Rate* rate)
{
    const __u64 mask_high = asked->is_v6 ? page->client_mask[0] : ~0ull;
    const __u64 mask_low = asked->is_v6 ? page->client_mask[1] : page->client_mask4;
    const __u64* from = (const __u64*)asked->from;
    const __u64 high = from[0] & mask_high, low = from[1] & mask_low;
    __u32 index = hash_of(page, high, low) & (page->places - 1);
    struct ClientRecord* client = 0;
    int is_met = 0;
    *rate = rate_pass;
#pragma unroll
    for (int part = 0; part < timeball_client_parts; ++part, index += page->places) {
        struct ClientRecord* record = bpf_map_lookup_elem(&clients, &index);
        if (!record)
            return 0;
        const __u64* address = (const __u64*)record->address;
        if (record->last && (address[0] & mask_high) == high && (address[1] & mask_low) == low) {
            client = record;
            is_met = 1;
            break;
        }
        if (!client || record->last < client->last)
            client = record;
    }
    if (!client)
        return 0;
    if (is_met) {
        *rate = judge(page, client, now > client->last ? now - client->last : 0);
        if (client->packets < 0xffffffff)
            ++client->packets;
    } else {
        client->first = now;
        client->packets = 1;
        client->dropped = 0;
        client->is_classic = page->is_classic;
        client->score = page->is_classic ? 0 : page->one;
    }
    client->last = now;
    __builtin_memcpy(client->address, asked->from, sizeof client->address);
    client->port = bpf_ntohs(asked->from_port);
    client->how = asked->ntp.first & 0x3f; // version, mode
    return client;
}

// --- the decision --------------------------------------------------------------------------------

static __always_inline const struct Ruling* ruling(const struct Asked* asked)
{
    if (asked->is_v6) {
        struct Prefix6 whole = {.length = 128};
        __builtin_memcpy(whole.address, asked->from, sizeof whole.address);
        return bpf_map_lookup_elem(&rules6, &whole);
    }
    struct Prefix4 whole = {.length = 32};
    __builtin_memcpy(whole.address, asked->from + 12, sizeof whole.address);
    return bpf_map_lookup_elem(&rules4, &whole);
}

static __always_inline int is_at_our_door(const struct Asked* asked)
{
    struct Door door = {.interface = asked->interface, .port = bpf_ntohs(asked->to_port)};
    __builtin_memcpy(door.to, asked->to, sizeof door.to);
    const struct Plate* plate = bpf_map_lookup_elem(&doors, &door);
    if (!plate)
        return 0;
    if (plate->mac[0] != asked->mac[0] || plate->mac[1] != asked->mac[1]
        || plate->mac[2] != asked->mac[2])
        return 0; // somebody else's, that a bridge let us hear
    if (asked->from_port != asked->to_port)
        return 1;
    __builtin_memcpy(door.to, asked->from, sizeof door.to);
    return bpf_map_lookup_elem(&doors, &door) == 0; // one of us asks another
}

// What becomes of a request, and the reply if there is one, in the place of what was asked.
static __always_inline enum Fate answer(struct Asked* asked)
{
    // Received, as near as can be: parsing took a few nanoseconds.
    const __u64 received = bpf_ktime_get_boot_ns();
    const __u32 current = *(volatile __u32*)&board.current;
    const struct Page* page = &board.pages[current % timeball_board_pages];
    if (!page->serves || received < page->boot || received - page->boot >= page->lasts
        || (bpf_ntohs(asked->to_port) != page->ports[0]
            && bpf_ntohs(asked->to_port) != page->ports[1])
        || !is_at_our_door(asked))
        return fate_up;

    const struct Ruling* rule = ruling(asked);
    if (!rule)
        return fate_up;
    const int is_ntp = asked->from_port == bpf_htons(123);
    const __u8 deed = is_ntp ? rule->ntp_deed : rule->deed;
    if ((deed & deed_what) == deed_up)
        return fate_up;
    const __u32 index = is_ntp ? rule->ntp_rule : rule->rule;
    __u64* hit = bpf_map_lookup_elem(&hits, &index);
    if (!hit)
        return fate_up;
    ++*hit;
    if ((deed & deed_what) == deed_ignore)
        return fate_ignored;

    enum Rate rate = rate_pass;
    struct ClientRecord* client = 0;
    if (deed & deed_limited || page->keeps_clients)
        client = meet(page, asked, received, &rate);
    if (!(deed & deed_limited))
        rate = rate_pass;
    else if (rate == rate_kiss && !may_kiss(page, received))
        rate = rate_silent;
    enum Fate fate = (deed & deed_what) == deed_noserve ? fate_noserve
        : rate == rate_pass                             ? fate_answered
        : rate == rate_leak                             ? fate_leaked
        : rate == rate_kiss && deed & deed_kod          ? fate_kissed
                                                        : fate_silent;
    if (client && fate != fate_answered) {
        if (fate != fate_leaked && client->dropped < 0xffffffff)
            ++client->dropped;
        if (fate != fate_noserve)
            client->how |= fate == fate_kissed ? 0xc0 : 0x40;
    }

    struct Ntp* ntp = &asked->ntp;
    const __u8 version_and_mode = (ntp->first & 0x38) | 4;
    const __s8 poll = ntp->poll < 0 ? 0 : ntp->poll;
    if (fate == fate_kissed) {
        ntp->first = 0xc0 | version_and_mode;
        ntp->stratum = 0;
        ntp->poll = poll < page->kiss_poll ? page->kiss_poll : poll;
        ntp->root_delay = ntp->root_dispersion = 0;
        ntp->reference_id = bpf_htonl(0x52415445); // RATE
        ntp->reference = 0;
        ntp->origin = ntp->receive = ntp->transmit;
    } else if (fate == fate_answered || fate == fate_leaked) {
        ntp->first = page->leap << 6 | version_and_mode;
        ntp->stratum = page->stratum;
        ntp->poll = poll;
        ntp->precision = page->precision;
        ntp->root_delay = page->root_delay;
        ntp->reference_id = page->reference_id;
        ntp->reference = page->reference;
        ntp->origin = ntp->transmit;
        // Marked, as in ntp/responder.cc: odd when received, even when sent; never zero.
        ntp->receive = bpf_cpu_to_be64((timestamp(page, received - page->boot) - 1) | 1);
        const __u64 sent = bpf_ktime_get_boot_ns() - page->boot;
        ntp->root_dispersion = root_dispersion(page, sent);
        const __u64 transmit = (timestamp(page, sent) + 1) & ~1ull;
        ntp->transmit = bpf_cpu_to_be64(transmit ? transmit : 2);
    }
    // The clock was stepped, or the rules changed, while this was written.
    return *(volatile __u32*)&board.current == current ? fate : fate_up;
}

// Counts, and says whether the packet is to be made the reply: else `action` is what to do.
static __noinline int is_answered(struct Asked* asked, int* action)
{
    const __u8 version = asked->ntp.first >> 3 & 7;
    const enum Fate fate = answer(asked);
    struct Tally* counts = tally();
    if (counts) {
        ++counts->fates[fate];
        if (fate != fate_up && fate != fate_ignored && version < 5)
            ++counts->versions[version];
    }
    *action = fate == fate_up ? XDP_PASS : fate <= fate_kissed ? XDP_TX : XDP_DROP;
    return *action == XDP_TX;
}

static __always_inline void turn_around(struct ethhdr* ethernet)
{
    __u8 mac[6];
    __builtin_memcpy(mac, ethernet->h_dest, sizeof mac);
    __builtin_memcpy(ethernet->h_dest, ethernet->h_source, sizeof mac);
    __builtin_memcpy(ethernet->h_source, mac, sizeof mac);
}

// --- the packet ----------------------------------------------------------------------------------

// The verifier understands "not beyond", the compiler would make one comparison of the two.
static __always_inline int ends_at(const void* octet, const void* end)
{
    if (octet > end)
        return 0;
    barrier_var(end);
    return octet == end;
}

// Those who ask in interleaved mode (ntp::asks_interleaved) are told what only a worker knows.
static __always_inline int is_plain(const struct Ntp* ntp)
{
    const int version = ntp->first >> 3 & 7;
    const int is_interleaved = (ntp->origin & bpf_cpu_to_be64(1)) != 0 && ntp->receive != 0
        && ntp->receive != ntp->transmit;
    return (ntp->first & 7) == 3 && version >= 1 && version <= 4 && !is_interleaved;
}

static __always_inline int is_for_us(const struct udphdr* udp)
{
    const struct Page* page = &board.pages[*(volatile __u32*)&board.current % timeball_board_pages];
    const __u16 to = bpf_ntohs(udp->dest);
    return udp->source != 0 && to != 0 && (to == page->ports[0] || to == page->ports[1])
        && udp->len == bpf_htons(sizeof *udp + sizeof(struct Ntp));
}

// Addresses that nobody has who could ask; the kernel knows what to do with them.
static __always_inline int is_strange4(__be32 address)
{
    const __u8 head = bpf_ntohl(address) >> 24;
    return head == 0 || head == 127 || head >= 224;
}

static __always_inline int is_strange6(const struct in6_addr* address)
{
    const __be32* words = address->in6_u.u6_addr32;
    return address->in6_u.u6_addr8[0] == 0xff
        || (words[0] == 0 && words[1] == 0); // unspecified, loopback, mapped
}

static __always_inline int ipv4(struct xdp_md* context, struct ethhdr* ethernet, void* end)
{
    struct iphdr* ip = (void*)(ethernet + 1);
    struct udphdr* udp = (void*)(ip + 1);
    struct Ntp* ntp = (void*)(udp + 1);
    if (!ends_at(ntp + 1, end))
        return XDP_PASS;
    if (ip->protocol != IPPROTO_UDP || !is_for_us(udp) || *(__u8*)ip != 0x45
        || ip->tot_len != bpf_htons(sizeof *ip + sizeof *udp + sizeof *ntp)
        || (ip->frag_off & bpf_htons(0xbfff)) != 0 || is_strange4(ip->saddr) || !is_plain(ntp)
        || folded(sum_of(ip, sizeof *ip / 4)) != 0xffff)
        return XDP_PASS;
    const __u64 pseudo = (__u64)ip->saddr + ip->daddr + bpf_htons(IPPROTO_UDP) + udp->len;
    if (!is_intact(udp, pseudo, 1))
        return XDP_PASS;

    struct Asked asked = {.from_port = udp->source,
        .to_port = udp->dest,
        .interface = context->ingress_ifindex,
        .from = {[10] = 0xff, [11] = 0xff},
        .to = {[10] = 0xff, [11] = 0xff}};
    __builtin_memcpy(asked.from + 12, &ip->saddr, 4);
    __builtin_memcpy(asked.to + 12, &ip->daddr, 4);
    __builtin_memcpy(asked.mac, ethernet->h_dest, sizeof asked.mac);
    asked.ntp = *ntp;
    int action;
    if (!is_answered(&asked, &action))
        return action;

    *ntp = asked.ntp;
    const __be32 from = ip->saddr;
    ip->saddr = ip->daddr;
    ip->daddr = from;
    ip->tos = board.pages[board.current % timeball_board_pages].tos;
    ip->id = 0; // of no use where nothing may be fragmented
    ip->frag_off = bpf_htons(0x4000);
    ip->ttl = 64;
    ip->check = 0;
    ip->check = ~folded(sum_of(ip, sizeof *ip / 4));
    close_udp(udp, pseudo);
    turn_around(ethernet);
    return action;
}

static __always_inline int ipv6(struct xdp_md* context, struct ethhdr* ethernet, void* end)
{
    struct ipv6hdr* ip = (void*)(ethernet + 1);
    struct udphdr* udp = (void*)(ip + 1);
    struct Ntp* ntp = (void*)(udp + 1);
    if (!ends_at(ntp + 1, end))
        return XDP_PASS;
    if (ip->nexthdr != IPPROTO_UDP || !is_for_us(udp) || ip->version != 6
        || ip->payload_len != udp->len || is_strange6(&ip->saddr) || !is_plain(ntp))
        return XDP_PASS;
    const __u64 pseudo
        = sum_of(&ip->saddr, 8) + bpf_htonl(IPPROTO_UDP) + udp->len; // both addresses
    if (!is_intact(udp, pseudo, 0))
        return XDP_PASS;

    struct Asked asked = {.from_port = udp->source,
        .to_port = udp->dest,
        .is_v6 = 1,
        .interface = context->ingress_ifindex};
    __builtin_memcpy(asked.from, &ip->saddr, sizeof asked.from);
    __builtin_memcpy(asked.to, &ip->daddr, sizeof asked.to);
    __builtin_memcpy(asked.mac, ethernet->h_dest, sizeof asked.mac);
    asked.ntp = *ntp;
    int action;
    if (!is_answered(&asked, &action))
        return action;

    *ntp = asked.ntp;
    ip->saddr = ip->daddr;
    __builtin_memcpy(&ip->daddr, asked.from, sizeof ip->daddr);
    const __u32 class = board.pages[board.current % timeball_board_pages].tos;
    *(__be32*)ip = bpf_htonl(6u << 28 | class << 20);
    ip->hop_limit = 64;
    close_udp(udp, pseudo);
    turn_around(ethernet);
    return action;
}

SEC("xdp")
int timeball_respond(struct xdp_md* context)
{
    struct ethhdr* ethernet = (void*)(long)context->data;
    void* end = (void*)(long)context->data_end;
    if ((void*)(ethernet + 1) > end)
        return XDP_PASS;
    if (ethernet->h_proto == bpf_htons(ETH_P_IP))
        return ipv4(context, ethernet, end);
    if (ethernet->h_proto == bpf_htons(ETH_P_IPV6))
        return ipv6(context, ethernet, end);
    return XDP_PASS;
}
