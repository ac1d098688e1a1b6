// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The program is short and written here instruction by instruction: no compiler and no library is
// needed for it. The layout of the ring is that of the kernel's bpf/ringbuf.

#include "bench/serving/load/xdp_ring.h"

#include "platform/clock_reading.h"

#include <linux/bpf.h>
#include <linux/if_link.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include <atomic>
#include <system_error>
#include <vector>

namespace timeball::load {

namespace {

constexpr std::size_t ring_size = 16 << 20;
constexpr std::size_t stamp_size = 8;
constexpr std::uint16_t ethernet_size = 14, ntp_in_udp = 8 + 48;

[[noreturn]] void fail(const char* what)
{
    throw std::system_error(platform::last_error(), what);
}

int bpf(bpf_cmd command, bpf_attr& attributes)
{
    return static_cast<int>(syscall(SYS_bpf, command, &attributes, sizeof attributes));
}

// Where things stand in a frame.
struct Layout {
    std::uint16_t ethernet_type;
    std::int16_t protocol, source_port, udp_size;
    std::int16_t size; // of a frame with a plain answer
};

Layout layout_of(Family family)
{
    if (family == Family::ipv4)
        return {ETHERTYPE_IP, 14 + 9, 14 + 20, 14 + 24, 14 + 20 + ntp_in_udp};
    return {ETHERTYPE_IPV6, 14 + 6, 14 + 40, 14 + 44, 14 + 40 + ntp_in_udp};
}

class Assembler {
public:
    void move(int to, int from) { put(BPF_ALU64 | BPF_MOV | BPF_X, to, from, 0, 0); }
    void set(int to, std::int32_t value) { put(BPF_ALU64 | BPF_MOV | BPF_K, to, 0, 0, value); }
    void add(int to, std::int32_t value) { put(BPF_ALU64 | BPF_ADD | BPF_K, to, 0, 0, value); }
    void load(int size, int to, int from, std::int16_t at)
    {
        put(BPF_LDX | BPF_MEM | size, to, from, at, 0);
    }
    void store(int size, int to, std::int16_t at, int from)
    {
        put(BPF_STX | BPF_MEM | size, to, from, at, 0);
    }
    void load_map(int to, int fd)
    {
        put(BPF_LD | BPF_DW | BPF_IMM, to, BPF_PSEUDO_MAP_FD, 0, fd);
        put(0, 0, 0, 0, 0);
    }
    void call(int helper) { put(BPF_JMP | BPF_CALL, 0, 0, 0, helper); }
    void end(int result)
    {
        set(BPF_REG_0, result);
        put(BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
    }
    // To the place that pass_here() names.
    void pass_unless(int a, std::int32_t value) { jump(BPF_JMP | BPF_JNE | BPF_K, a, 0, value); }
    void pass_if(int a, std::int32_t value) { jump(BPF_JMP | BPF_JEQ | BPF_K, a, 0, value); }
    void pass_if_beyond(int a, int b) { jump(BPF_JMP | BPF_JGT | BPF_X, a, b, 0); }
    void pass_here()
    {
        for (const std::size_t from : jumps_)
            code_[from].off = static_cast<std::int16_t>(code_.size() - from - 1);
    }
    const std::vector<bpf_insn>& code() const { return code_; }

private:
    void put(int code, int to, int from, std::int16_t offset, std::int32_t value)
    {
        bpf_insn instruction{};
        instruction.code = static_cast<std::uint8_t>(code);
        instruction.dst_reg = static_cast<std::uint8_t>(to & 15);
        instruction.src_reg = static_cast<std::uint8_t>(from & 15);
        instruction.off = offset;
        instruction.imm = value;
        code_.push_back(instruction);
    }
    void jump(int code, int a, int b, std::int32_t value)
    {
        jumps_.push_back(code_.size());
        put(code, a, b, 0, value);
    }

    std::vector<bpf_insn> code_;
    std::vector<std::size_t> jumps_;
};

// A stamp and then the packet, from its IP header on.
std::vector<bpf_insn> program(int ring, const Layout& layout, std::uint16_t port)
{
    constexpr int frame = BPF_REG_7, record = BPF_REG_9, word = BPF_REG_3;
    const int packet = layout.size - ethernet_size;
    Assembler a;
    a.load(BPF_W, frame, BPF_REG_1, offsetof(xdp_md, data));
    a.load(BPF_W, BPF_REG_8, BPF_REG_1, offsetof(xdp_md, data_end));
    a.move(BPF_REG_2, frame);
    a.add(BPF_REG_2, layout.size);
    a.pass_if_beyond(BPF_REG_2, BPF_REG_8);
    const auto expect = [&](int size, std::int16_t at, std::int32_t value) {
        a.load(size, word, frame, at);
        a.pass_unless(word, value);
    };
    expect(BPF_H, 12, htons(layout.ethernet_type));
    expect(BPF_B, layout.protocol, IPPROTO_UDP);
    expect(BPF_H, layout.source_port, htons(port));
    expect(BPF_H, layout.udp_size, htons(ntp_in_udp));

    // With the ring full, the packet goes its usual way, and the packet socket has it.
    a.load_map(BPF_REG_1, ring);
    a.set(BPF_REG_2, static_cast<std::int32_t>(stamp_size) + packet);
    a.set(BPF_REG_3, 0);
    a.call(BPF_FUNC_ringbuf_reserve);
    a.pass_if(BPF_REG_0, 0);
    a.move(record, BPF_REG_0);
    a.call(BPF_FUNC_ktime_get_tai_ns);
    a.store(BPF_DW, record, 0, BPF_REG_0);
    for (int at = 0; at < packet;) {
        const bool is_long = packet - at >= 8;
        const int size = is_long ? BPF_DW : BPF_W;
        a.load(size, word, frame, static_cast<std::int16_t>(ethernet_size + at));
        a.store(size, record, static_cast<std::int16_t>(static_cast<int>(stamp_size) + at), word);
        at += is_long ? 8 : 4;
    }
    a.move(BPF_REG_1, record);
    a.set(BPF_REG_2, BPF_RB_NO_WAKEUP); // who reads it comes by itself
    a.call(BPF_FUNC_ringbuf_submit);
    a.end(XDP_DROP);
    a.pass_here();
    a.end(XDP_PASS);
    return a.code();
}

platform::FileDescriptor make_ring()
{
    bpf_attr attributes{};
    attributes.map_type = BPF_MAP_TYPE_RINGBUF;
    attributes.max_entries = ring_size;
    platform::FileDescriptor fd{bpf(BPF_MAP_CREATE, attributes)};
    if (!fd)
        fail("BPF ring");
    return fd;
}

platform::FileDescriptor load_program(const std::vector<bpf_insn>& code)
{
    bpf_attr attributes{};
    attributes.prog_type = BPF_PROG_TYPE_XDP;
    attributes.insns = reinterpret_cast<std::uintptr_t>(code.data());
    attributes.insn_cnt = static_cast<std::uint32_t>(code.size());
    attributes.license = reinterpret_cast<std::uintptr_t>("Dual BSD/GPL");
    platform::FileDescriptor fd{bpf(BPF_PROG_LOAD, attributes)};
    if (!fd)
        fail("XDP program");
    return fd;
}

// In the driver where it can, else behind it.
platform::FileDescriptor attach(int program, int interface)
{
    for (const std::uint32_t mode : {XDP_FLAGS_DRV_MODE, XDP_FLAGS_SKB_MODE}) {
        bpf_attr attributes{};
        attributes.link_create.prog_fd = static_cast<std::uint32_t>(program);
        attributes.link_create.target_ifindex = static_cast<std::uint32_t>(interface);
        attributes.link_create.attach_type = BPF_XDP;
        attributes.link_create.flags = mode;
        if (platform::FileDescriptor fd{bpf(BPF_LINK_CREATE, attributes)})
            return fd;
    }
    fail("XDP on the interface");
}

Nanoseconds read(clockid_t clock)
{
    timespec t{};
    clock_gettime(clock, &t);
    return platform::since_zero(t);
}

// Whole seconds, whatever passes between the two readings.
Nanoseconds tai_ahead()
{
    return std::chrono::round<std::chrono::seconds>(read(CLOCK_TAI) - read(CLOCK_REALTIME));
}

std::size_t page()
{
    return static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

template <class T>
std::atomic_ref<T> at(std::byte* where)
{
    return std::atomic_ref<T>{*reinterpret_cast<T*>(where)};
}

} // namespace

XdpRing::XdpRing(int interface, Family family, std::uint16_t port)
    : packet_size_{static_cast<std::size_t>(layout_of(family).size - ethernet_size)},
      tai_ahead_{tai_ahead()},
      ring_{make_ring()},
      program_{load_program(program(ring_.get(), layout_of(family), port))}
{
    map_ring();
    link_ = attach(program_.get(), interface);
}

void XdpRing::map_ring()
{
    void* const ours = mmap(nullptr, page(), PROT_READ | PROT_WRITE, MAP_SHARED, ring_.get(), 0);
    if (ours == MAP_FAILED)
        fail("BPF ring");
    consumer_ = static_cast<std::byte*>(ours);
    void* const theirs = mmap(nullptr, page() + 2 * ring_size, PROT_READ, MAP_SHARED, ring_.get(),
        static_cast<off_t>(page()));
    if (theirs == MAP_FAILED) {
        munmap(ours, page());
        fail("BPF ring");
    }
    producer_ = static_cast<std::byte*>(theirs);
}

XdpRing::~XdpRing()
{
    munmap(consumer_, page());
    munmap(producer_, page() + 2 * ring_size);
}

std::size_t XdpRing::receive(const Take& take)
{
    std::size_t count = 0;
    const auto read_to = at<std::uint64_t>(consumer_);
    std::uint64_t position = read_to.load(std::memory_order_relaxed);
    const std::uint64_t end = at<std::uint64_t>(producer_).load(std::memory_order_acquire);
    for (; position < end; ++count) {
        std::byte* const record = producer_ + page() + (position & (ring_size - 1));
        const auto head = at<std::uint32_t>(record).load(std::memory_order_acquire);
        if ((head & BPF_RINGBUF_BUSY_BIT) != 0)
            break; // being written
        std::byte* const data = record + BPF_RINGBUF_HDR_SZ;
        const Nanoseconds stamp{at<std::int64_t>(data).load(std::memory_order_relaxed)};
        take(std::span{data + stamp_size, packet_size_}, Instant<Utc>{stamp - tai_ahead_});
        position += (BPF_RINGBUF_HDR_SZ + stamp_size + packet_size_ + 7) / 8 * 8;
        read_to.store(position, std::memory_order_release);
    }
    return count;
}

} // namespace timeball::load
