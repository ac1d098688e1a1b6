// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The program, written by hand: ten instructions for IPv4, fifteen for IPv6.

#include "platform/client_split.h"

#include <sys/socket.h>

#include <algorithm>
#include <cstdint>

namespace timeball::platform {

namespace {

// The data begin behind the UDP header; SKF_NET_OFF counts from the IP header.
constexpr std::uint32_t ipv4_source = static_cast<std::uint32_t>(SKF_NET_OFF) + 12;
constexpr std::uint32_t ipv6_source = static_cast<std::uint32_t>(SKF_NET_OFF) + 8;

constexpr std::uint32_t golden_ratio = 0x9e3779b1; // of 2^32, and odd

sock_filter instruction(int code, std::uint32_t k)
{
    return {static_cast<std::uint16_t>(code), 0, 0, k};
}

sock_filter load(std::uint32_t offset)
{
    return instruction(BPF_LD | BPF_W | BPF_ABS, offset);
}

sock_filter compute(int operation, std::uint32_t k)
{
    return instruction(BPF_ALU | operation | BPF_K, k);
}

std::uint32_t upper_bits(int count) // of 32
{
    return count <= 0 ? 0 : count >= 32 ? ~0u : ~(~0u >> count);
}

} // namespace

// Each bit of an address, multiplied by a random odd number, folded, and multiplied once more,
// moves all of the upper half.
std::vector<sock_filter> split_program(Family family, const ClientSplit& split)
{
    const std::uint32_t factor = split.salt | 1;
    std::vector<sock_filter> program;
    if (family == Family::ipv4) {
        program = {load(ipv4_source), compute(BPF_AND, upper_bits(split.v4_prefix))};
    } else {
        // A longer prefix than 64 bits shares its fate with its neighbors.
        program = {load(ipv6_source), compute(BPF_AND, upper_bits(split.v6_prefix)),
            compute(BPF_MUL, factor * factor), instruction(BPF_MISC | BPF_TAX, 0),
            load(ipv6_source + 4), compute(BPF_AND, upper_bits(split.v6_prefix - 32)),
            instruction(BPF_ALU | BPF_ADD | BPF_X, 0)};
    }
    const auto choose = {compute(BPF_MUL, factor), instruction(BPF_MISC | BPF_TAX, 0),
        compute(BPF_RSH, 16), instruction(BPF_ALU | BPF_XOR | BPF_X, 0),
        compute(BPF_MUL, golden_ratio), compute(BPF_RSH, 16),
        compute(BPF_MOD, std::max(split.sockets, 1u)), instruction(BPF_RET | BPF_A, 0)};
    program.insert(program.end(), choose);
    return program;
}

bool attach_split(int fd, Family family, const ClientSplit& split)
{
    auto code = split_program(family, split);
    const sock_fprog program{static_cast<std::uint16_t>(code.size()), code.data()};
    return setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &program, sizeof program) == 0;
}

} // namespace timeball::platform
