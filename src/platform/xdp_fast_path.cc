// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The fast path by XDP, on libbpf.

#include "platform/xdp_fast_path.h"

#include "platform/clock_reading.h"
#include "platform/kernel_random.h"
#include "platform/xdp_object.h"

#include <bpf/bpf.h>
#include <fmt/format.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>

// The C library's headers before the kernel's.
#include <linux/if_link.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <cstring>
#include <fstream>
#include <optional>

namespace timeball::platform {

using namespace std::chrono_literals;
using namespace serve::xdp;

namespace {

// The part of the memory that clients may take which is the kernel's.
constexpr std::uint64_t share = 4;
constexpr std::uint64_t least_clients = 1024, most_clients = 1 << 22;
constexpr std::uint64_t clients_a_page = 4096; // looked at

std::string why(int fault) // negative, as libbpf has it
{
    return std::error_code{-fault, std::generic_category()}.message();
}

// Address as the maps have it.
std::array<std::uint8_t, 16> mapped(const Address& address)
{
    std::array<std::uint8_t, 16> octets{};
    if (address.family == Family::ipv4)
        octets[10] = octets[11] = 0xff;
    const auto bytes = address.bytes();
    std::transform(bytes.begin(), bytes.end(), octets.end() - static_cast<long>(bytes.size()),
        [](std::byte b) { return std::to_integer<std::uint8_t>(b); });
    return octets;
}

Address unmapped(const std::uint8_t (&octets)[16])
{
    static constexpr std::uint8_t head[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    const auto bytes = std::as_bytes(std::span{octets});
    if (!std::equal(std::begin(head), std::end(head), octets))
        return Address::ipv6(bytes);
    Address address;
    std::copy(bytes.begin() + 12, bytes.end(), address.octets.begin());
    return address;
}

// Of a card with Ethernet, or of lo, whose is zero.
std::optional<std::array<std::uint16_t, 3>> mac_of(const std::string& interface)
{
    ifreq request{};
    const FileDescriptor fd{socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    interface.copy(request.ifr_name, sizeof request.ifr_name - 1);
    if (!fd || ioctl(fd.get(), SIOCGIFHWADDR, &request) != 0)
        return std::nullopt;
    if (request.ifr_hwaddr.sa_family != ARPHRD_ETHER
        && request.ifr_hwaddr.sa_family != ARPHRD_LOOPBACK)
        return std::nullopt;
    std::array<std::uint16_t, 3> mac{};
    std::memcpy(mac.data(), request.ifr_hwaddr.sa_data, 6);
    return mac;
}

Door door_of(const FastDoor& door)
{
    Door key{};
    const auto to = mapped(door.at.address);
    std::copy(to.begin(), to.end(), key.to);
    key.interface = door.index;
    key.port = door.at.port;
    return key;
}

std::uint32_t rule_count(const std::vector<FastRule>& rules)
{
    std::uint32_t count = 0;
    for (const FastRule& rule : rules)
        count = std::max({count, rule.any.rule + 1, rule.ntp.rule + 1});
    return count;
}

std::uint32_t room_for(const config::MruConfig& mru)
{
    std::uint64_t clients = mru.max_memory / share / sizeof(ClientRecord);
    if (mru.max_depth != 0)
        clients = std::min(clients, mru.max_depth);
    return static_cast<std::uint32_t>(std::clamp(clients, least_clients, most_clients));
}

// The kernel's programs know nothing of time namespaces.
bool has_times_of_its_own()
{
    std::ifstream offsets{"/proc/self/timens_offsets"};
    std::string clock;
    long long seconds = 0, nanoseconds = 0;
    while (offsets >> clock >> seconds >> nanoseconds)
        if (clock == "boottime" && (seconds != 0 || nanoseconds != 0))
            return true;
    return false;
}

std::size_t whole_pages(std::size_t octets)
{
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    return (octets + page - 1) / page * page;
}

} // namespace

Result<std::unique_ptr<FastPath>, std::string> make_fast_path(
    const std::vector<std::string>& names, const config::MruConfig& mru, HostClock& clock, Log& log)
{
    auto path = XdpFastPath::load(clock, log, room_for(mru));
    if (!path)
        return unexpected(path.error());
    for (const std::string& name : names)
        if (const auto index = if_nametoindex(name.c_str()); index != 0)
            (*path)->hold(name, index); // what fails is tried again, and told, by obey()
    return std::unique_ptr<FastPath>{std::move(*path)};
}

Result<std::unique_ptr<XdpFastPath>, std::string> XdpFastPath::load(
    HostClock& clock, Log& log, std::uint32_t most)
{
    if (has_times_of_its_own())
        return unexpected(std::string{"in a time namespace the program's clock is not ours"});
    libbpf_set_print([](libbpf_print_level, const char*, va_list) { return 0; });
    LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = "timeball");
    const auto bytes = xdp_object();
    Handle<bpf_object, bpf_object__close> object{
        bpf_object__open_mem(bytes.data(), bytes.size(), &options)};
    if (!object)
        return unexpected("the XDP program cannot be read: " + why(-errno));
    most = std::bit_floor(std::max<std::uint32_t>(most, timeball_client_parts));
    if (bpf_map* clients = bpf_object__find_map_by_name(object.get(), "clients"))
        bpf_map__set_max_entries(clients, most);
    if (const int fault = bpf_object__load(object.get()); fault < 0)
        return unexpected("the kernel refuses the XDP program: " + why(fault));

    std::unique_ptr<XdpFastPath> path{new XdpFastPath{clock, log, std::move(object)}};
    if (const auto found = path->find_parts(most); !found)
        return unexpected(found.error());
    return path;
}

XdpFastPath::XdpFastPath(HostClock& clock, Log& log, Handle<bpf_object, bpf_object__close> object)
    : clock_{clock}, log_{log}, object_{std::move(object)}, rate_began_{boot_time(), raw_time()}
{
    clock_.changed = [this] { write_page(); };
}

XdpFastPath::~XdpFastPath()
{
    clock_.changed = [] {};
}

void XdpFastPath::Unmap::operator()(const void* memory) const noexcept
{
    munmap(const_cast<void*>(memory), octets);
}

Result<void, std::string> XdpFastPath::find_parts(std::uint32_t clients)
{
    const auto map
        = [this](const char* name) { return bpf_object__find_map_fd_by_name(object_.get(), name); };
    doors_ = map("doors");
    rules4_ = map("rules4");
    rules6_ = map("rules6");
    hits_ = map("hits");
    tallies_ = map("tallies");
    program_ = bpf_program__fd(bpf_object__find_program_by_name(object_.get(), "timeball_respond"));
    const int processors = libbpf_num_possible_cpus();
    if (processors < 0)
        return unexpected("the number of processors is unknown: " + why(processors));
    processors_ = static_cast<std::size_t>(processors);

    int board = -1;
    bpf_map* one = nullptr;
    bpf_object__for_each_map(one, object_.get())
    {
        if (std::string_view{bpf_map__name(one)}.ends_with(".bss"))
            board = bpf_map__fd(one);
    }
    const auto share_memory = [](int fd, int protection, std::size_t octets) {
        void* memory = mmap(nullptr, octets, protection, MAP_SHARED, fd, 0);
        return memory == MAP_FAILED ? nullptr : memory;
    };
    const std::size_t board_octets = whole_pages(sizeof(Board));
    const std::size_t clients_octets = whole_pages(clients * sizeof(ClientRecord));
    board_ = {static_cast<Board*>(share_memory(board, PROT_READ | PROT_WRITE, board_octets)),
        Unmap{board_octets}};
    clients_ = {
        static_cast<const ClientRecord*>(share_memory(map("clients"), PROT_READ, clients_octets)),
        Unmap{clients_octets}};
    if (!board_ || !clients_)
        return unexpected("the XDP program's memory cannot be shared: " + why(-errno));
    most_clients_ = clients;
    KernelRandom{}.fill(std::as_writable_bytes(std::span{hash_key_}));
    return {};
}

// --- the time ------------------------------------------------------------------------------------

// Both clocks at one moment: of a few tries the quickest.
ClockLine XdpFastPath::clock_line()
{
    constexpr Nanoseconds enough{300}, span{1s};
    ClockLine line;
    Nanoseconds raw{0}, quickest = Nanoseconds::max();
    for (int tries = 0; tries < 8 && quickest > enough; ++tries) {
        const auto before = boot_time();
        const auto shown = clock_.now();
        const auto count = raw_time();
        const auto took = boot_time() - before;
        if (took >= quickest)
            continue;
        quickest = took;
        line.boot = before + took / 3;
        line.shown = shown;
        raw = count - took / 3;
    }
    const auto own = clock_.rate_of_its_own();
    if (!own)
        return line; // CLOCK_BOOTTIME and CLOCK_REALTIME are steered as one
    const Seconds passed = line.boot - rate_began_.boot;
    if (passed >= span) {
        raw_rate_ = Frequency::ratio(Seconds{raw - rate_began_.raw} / passed - 1);
        rate_began_ = {line.boot, raw};
    }
    line.rate = *own + raw_rate_ + *own * raw_rate_.ratio();
    return line;
}

void XdpFastPath::publish(const ntp::ServedTime& time)
{
    time_ = time;
    write_page();
}

void XdpFastPath::write_page()
{
    write(is_ready_ ? with_time(manner_, time_, clock_line()) : manner_);
}

void XdpFastPath::write(const serve::xdp::Page& page)
{
    std::atomic_ref<std::uint32_t> current{board_->current};
    const auto next = (current.load(std::memory_order_relaxed) + 1) % timeball_board_pages;
    board_->pages[next] = page;
    current.store(next, std::memory_order_release);
}

// --- the manner ----------------------------------------------------------------------------------

std::string XdpFastPath::hold(const std::string& name, std::uint32_t index)
{
    std::erase_if(
        held_, [&](const Held& held) { return held.name == name && held.index != index; });
    if (std::any_of(held_.begin(), held_.end(), [&](const Held& h) { return h.index == index; }))
        return {};
    if (!mac_of(name))
        return fmt::format("{}: not an Ethernet; its requests are left to the workers", name);

    int fault = 0;
    for (const std::uint32_t mode : {XDP_FLAGS_DRV_MODE, XDP_FLAGS_SKB_MODE}) {
        LIBBPF_OPTS(bpf_link_create_opts, options, .flags = mode);
        const int link = bpf_link_create(program_, static_cast<int>(index), BPF_XDP, &options);
        if (link >= 0) {
            held_.push_back({name, index, FileDescriptor{link}});
            log_.write(Severity::info,
                fmt::format("{}: plain requests are answered in the kernel ({} XDP)", name,
                    mode == XDP_FLAGS_DRV_MODE ? "native" : "generic"));
            return {};
        }
        fault = link;
        if (fault == -EBUSY || fault == -EPERM)
            break; // in the other mode no better
    }
    return fmt::format("{}: no XDP program can be put there ({}); its requests are left to the "
                       "workers",
        name, why(fault));
}

std::vector<std::string> XdpFastPath::obey(const FastSetting& setting)
{
    std::vector<std::string> faults;
    for (const FastDoor& door : setting.doors)
        if (const auto fault = hold(door.interface, door.index);
            !fault.empty() && std::find(faults.begin(), faults.end(), fault) == faults.end())
            faults.push_back(fault);
    const auto others = obey_without_holding(setting);
    faults.insert(faults.end(), others.begin(), others.end());
    return faults;
}

std::vector<std::string> XdpFastPath::obey_without_holding(const FastSetting& setting)
{
    std::vector<std::string> faults;
    std::vector<Mac> macs;
    for (const FastDoor& door : setting.doors)
        macs.push_back(mac_of(door.interface).value_or(Mac{}));
    if (setting == setting_ && macs == macs_ && is_ready_)
        return faults;
    is_ready_ = false;
    write_page(); // nobody is judged by half of the rules
    set_doors(setting.doors, macs, faults);
    if (setting.rules != setting_.rules || !has_rules_)
        set_rules(setting.rules, faults);
    setting_ = setting;
    manner_ = page_of(setting);
    manner_.places = most_clients_ / timeball_client_parts;
    std::copy(hash_key_.begin(), hash_key_.end(), manner_.hash_key);
    is_ready_ = faults.empty();
    write_page();
    return faults;
}

void XdpFastPath::set_doors(const std::vector<FastDoor>& doors, const std::vector<Mac>& macs,
    std::vector<std::string>& faults)
{
    for (const FastDoor& door : setting_.doors) {
        const Door key = door_of(door);
        bpf_map_delete_elem(doors_, &key);
    }
    for (std::size_t i = 0; i < doors.size(); ++i) {
        const Door key = door_of(doors[i]);
        Plate plate{};
        std::copy(macs[i].begin(), macs[i].end(), plate.mac);
        if (const int fault = bpf_map_update_elem(doors_, &key, &plate, BPF_ANY); fault < 0)
            faults.push_back(fmt::format("{}: {} cannot be answered in the kernel ({})",
                doors[i].interface, to_string(doors[i].at), why(fault)));
    }
    macs_ = macs;
}

void XdpFastPath::set_rules(const std::vector<FastRule>& rules, std::vector<std::string>& faults)
{
    const auto with_key = [this](const Prefix& prefix, auto use) {
        if (prefix.address.family == Family::ipv4) {
            Prefix4 key{};
            key.length = prefix.length;
            std::memcpy(key.address, prefix.address.octets.data(), sizeof key.address);
            return use(rules4_, &key);
        }
        Prefix6 key{};
        key.length = prefix.length;
        std::memcpy(key.address, prefix.address.octets.data(), sizeof key.address);
        return use(rules6_, &key);
    };
    for (const FastRule& rule : setting_.rules)
        with_key(
            rule.prefix, [](int map, const auto* key) { return bpf_map_delete_elem(map, key); });
    const std::vector<std::uint64_t> none(processors_, 0);
    for (std::uint32_t i = 0; i < rule_count(setting_.rules); ++i)
        bpf_map_update_elem(hits_, &i, none.data(), BPF_ANY);

    int fault = 0;
    for (const FastRule& rule : rules) {
        const Ruling ruling = ruling_of(rule);
        const int result = with_key(rule.prefix, [&](int map, const auto* key) {
            return bpf_map_update_elem(map, key, &ruling, BPF_ANY);
        });
        fault = std::min(fault, result);
    }
    has_rules_ = fault == 0;
    if (!has_rules_)
        faults.push_back("the access list cannot be given to the kernel: " + why(fault));
}

// --- what it did ---------------------------------------------------------------------------------

FastCounts XdpFastPath::counts() const
{
    FastCounts sum;
    std::vector<Tally> tallies(processors_);
    const std::uint32_t only = 0;
    if (bpf_map_lookup_elem(tallies_, &only, tallies.data()) < 0)
        return sum;
    for (const Tally& one : tallies) {
        sum.answered += one.fates[fate_answered];
        sum.leaked += one.fates[fate_leaked];
        sum.kissed += one.fates[fate_kissed];
        sum.silent += one.fates[fate_silent];
        sum.ignored += one.fates[fate_ignored];
        sum.noserve += one.fates[fate_noserve];
        sum.left += one.fates[fate_up];
        for (std::size_t version = 0; version < sum.versions.size(); ++version)
            sum.versions[version] += one.versions[version];
    }
    return sum;
}

std::vector<std::uint64_t> XdpFastPath::rule_hits() const
{
    std::vector<std::uint64_t> sums(rule_count(setting_.rules)), each(processors_);
    for (std::uint32_t i = 0; i < sums.size(); ++i)
        if (bpf_map_lookup_elem(hits_, &i, each.data()) == 0)
            for (const std::uint64_t count : each)
                sums[i] += count;
    return sums;
}

FastPath::Page XdpFastPath::clients(std::uint64_t from) const
{
    Page page;
    const std::uint64_t end = std::min<std::uint64_t>(from + clients_a_page, most_clients_);
    page.next = end == most_clients_ ? 0 : end;

    timespec mono{};
    clock_gettime(CLOCK_MONOTONIC, &mono);
    const Nanoseconds asleep = boot_time() - since_zero(mono);
    const auto instant = [&](std::uint64_t boot) {
        return Instant<Mono>{Nanoseconds{static_cast<std::int64_t>(boot)} - asleep};
    };
    for (std::uint64_t i = from; i < end; ++i) {
        const ClientRecord r = clients_[i];
        if (r.last == 0)
            continue;
        const double score = r.is_classic ? static_cast<double>(r.score) / manner_.head
                                          : std::ldexp(static_cast<double>(r.score), -32);
        page.clients.push_back({.from = {unmapped(r.address), r.port},
            .first = instant(r.first),
            .last = instant(r.last),
            .packets = r.packets,
            .dropped = r.dropped,
            .version = static_cast<std::uint8_t>(r.how >> 3 & 7),
            .was_limited = (r.how & 0x40) != 0,
            .was_kissed = (r.how & 0x80) != 0,
            .score = score});
    }
    return page;
}

} // namespace timeball::platform
