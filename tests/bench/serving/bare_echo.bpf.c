// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The yardstick of the XDP fast path: a program that answers each plain request in the kernel and
// knows nothing but the clock. It looks at no list and limits nobody. Section `pass` is for the
// other end of a veth, which needs a program for frames to come back at all; section `count` is for
// there as well, when answers are to be counted by the interface and not to be read.
//
// ip link set dev eth0 xdp obj bare_echo.bpf.o sec xdp

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct ntp {
    __u8 first, stratum, poll, precision;
    __u32 root_delay, root_dispersion, reference_id;
    __u64 reference, origin, receive, transmit;
} __attribute__((packed));

#define NTP_PORT 123
#define BILLION 1000000000ull
#define FROM_1900_TO_1970 2208988800ull

// The kernel's TAI clock; where nobody has told the kernel of leap seconds it is UTC.
static __always_inline __u64 stamp(void)
{
    __u64 ns = bpf_ktime_get_tai_ns();
    __u64 seconds = ns / BILLION;
    __u64 fraction = ((ns - seconds * BILLION) << 32) / BILLION;
    return bpf_cpu_to_be64((seconds + FROM_1900_TO_1970) << 32 | fraction);
}

static __always_inline void swap_ethernet(struct ethhdr *ethernet)
{
    unsigned char other[ETH_ALEN];
    __builtin_memcpy(other, ethernet->h_dest, ETH_ALEN);
    __builtin_memcpy(ethernet->h_dest, ethernet->h_source, ETH_ALEN);
    __builtin_memcpy(ethernet->h_source, other, ETH_ALEN);
}

// Swapping addresses leaves every checksum as it is; only UDP's covers what else changes, and is
// left out (IPv4) or made anew (IPv6).
static __always_inline int answer(struct udphdr *udp, struct ntp *ntp, void *end)
{
    if ((void *)(ntp + 1) > end || udp->dest != bpf_htons(NTP_PORT) || (ntp->first & 7) != 3
        || udp->len != bpf_htons(sizeof *udp + sizeof *ntp))
        return 0;
    __u64 received = stamp();
    udp->dest = udp->source;
    udp->source = bpf_htons(NTP_PORT);
    ntp->first = (ntp->first & 0x38) | 4;
    ntp->stratum = 1;
    ntp->reference_id = bpf_htonl(0x42415245);
    ntp->origin = ntp->transmit;
    ntp->receive = received;
    ntp->transmit = stamp();
    return 1;
}

static __always_inline __u16 folded(__u32 sum)
{
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return ~sum;
}

SEC("xdp")
int answer_all(struct xdp_md *context)
{
    void *data = (void *)(long)context->data;
    void *end = (void *)(long)context->data_end;
    struct ethhdr *ethernet = data;
    if ((void *)(ethernet + 1) > end)
        return XDP_PASS;
    if (ethernet->h_proto == bpf_htons(ETH_P_IP)) {
        struct iphdr *ip = (void *)(ethernet + 1);
        struct udphdr *udp = (void *)(ip + 1);
        struct ntp *ntp = (void *)(udp + 1);
        if ((void *)ntp > end || ip->ihl != 5 || ip->protocol != IPPROTO_UDP)
            return XDP_PASS;
        if (!answer(udp, ntp, end))
            return XDP_PASS;
        __u32 from = ip->saddr;
        ip->saddr = ip->daddr;
        ip->daddr = from;
        udp->check = 0;
    } else if (ethernet->h_proto == bpf_htons(ETH_P_IPV6)) {
        struct ipv6hdr *ip = (void *)(ethernet + 1);
        struct udphdr *udp = (void *)(ip + 1);
        struct ntp *ntp = (void *)(udp + 1);
        if ((void *)ntp > end || ip->nexthdr != IPPROTO_UDP)
            return XDP_PASS;
        if (!answer(udp, ntp, end))
            return XDP_PASS;
        struct in6_addr from = ip->saddr;
        ip->saddr = ip->daddr;
        ip->daddr = from;
        udp->check = 0;
        // The addresses, the datagram, and the rest of the pseudo header.
        __u32 sum = bpf_csum_diff(0, 0, (void *)&ip->saddr, 32, 0);
        sum = bpf_csum_diff(0, 0, (void *)udp, sizeof *udp + sizeof *ntp, sum);
        sum += udp->len;
        if (sum < udp->len)
            ++sum;
        udp->check = folded(sum + bpf_htons(IPPROTO_UDP));
    } else {
        return XDP_PASS;
    }
    swap_ethernet(ethernet);
    return XDP_TX;
}

SEC("pass")
int pass_all(struct xdp_md *context)
{
    return XDP_PASS;
}

SEC("count")
int count_answers(struct xdp_md *context)
{
    void *data = (void *)(long)context->data;
    void *end = (void *)(long)context->data_end;
    struct ethhdr *ethernet = data;
    struct iphdr *ip = (void *)(ethernet + 1);
    struct udphdr *udp = (void *)(ip + 1);
    if ((void *)(udp + 1) > end || ethernet->h_proto != bpf_htons(ETH_P_IP)
        || ip->protocol != IPPROTO_UDP || udp->source != bpf_htons(NTP_PORT))
        return XDP_PASS;
    return XDP_DROP;
}

char terms[] SEC("license") = "Dual BSD/GPL";
