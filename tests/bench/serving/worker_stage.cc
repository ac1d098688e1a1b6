// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The smallest world that a worker can live in.

#include "bench/serving/worker_stage.h"

#include "base/wire.h"
#include "ntp/header.h"

#include <array>

namespace timeball::bench::serving {

namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t all_restrictions = config::restrict_nomodify | config::restrict_noquery
    | config::restrict_kod | config::restrict_limited;

struct StillLoop final : EventLoop {
    Instant<Mono> time{1h};

    Instant<Mono> now() const override { return time; }
    Owned at(Instant<Mono>, std::function<void()>) override { return {}; }
    Owned every(Nanoseconds, std::function<void()>) override { return {}; }
    bool post(std::function<void()>) override { return false; }
    void stop() override { }
};

struct StillClock final : SystemClock {
    Instant<Utc> time{std::chrono::seconds{1'700'000'000}};

    Instant<Utc> now() const override { return time; }
    Result<Instant<Utc>, std::error_code> set_frequency(Frequency) override { return time; }
    Result<Instant<Utc>, std::error_code> step(Nanoseconds) override { return time; }
    void announce(const ClockStatus&) override { }
    Frequency frequency() const override { return {}; }
    Frequency max_frequency() const override { return Frequency::ppm(500); }
    Precision precision() const override { return {-24}; }
    bool is_steered() const override { return false; }
    std::string_view name() const override { return "still"; }
};

// One socket, which counts.
struct Sink final : Network {
    SocketUser* user = nullptr;
    std::uint64_t sent = 0;

    struct Socket final : DatagramSocket {
        explicit Socket(Sink& s) : sink{s} { }
        Result<void, std::error_code> send(std::span<const std::byte>, const Endpoint&,
            const LocalAddress*, std::uint32_t) override
        {
            ++sink.sent;
            return {};
        }
        Endpoint local() const override { return {Address::any(Family::ipv4), 123}; }
        Sink& sink;
    };

    Result<std::unique_ptr<DatagramSocket>, std::error_code> open(
        EventLoop&, const SocketOptions&, SocketUser& who) override
    {
        user = &who;
        return std::unique_ptr<DatagramSocket>{std::make_unique<Socket>(*this)};
    }
    std::vector<NetworkInterface> interfaces() const override { return {}; }
    EventLoop::Owned watch(EventLoop&, std::function<void()>) override { return {}; }
};

Address mask_of(Family family, unsigned length)
{
    Address ones{family, {}, 0};
    ones.octets.fill(std::byte{0xff});
    if (family == Family::ipv4)
        std::fill(ones.octets.begin() + 4, ones.octets.end(), std::byte{0});
    return make_prefix(ones, length).address;
}

// The default, and networks that nobody asks from.
std::vector<config::RestrictEntry> rules(std::size_t count)
{
    std::vector<config::RestrictEntry> all;
    for (const Family family : {Family::ipv4, Family::ipv6}) {
        config::RestrictEntry everybody;
        everybody.address = Address::any(family);
        everybody.mask = Address::any(family);
        everybody.flags = all_restrictions;
        everybody.line = 1;
        all.push_back(everybody);
    }
    for (std::uint32_t i = 0; i < count; ++i) {
        config::RestrictEntry some;
        some.address = Address::ipv4(0xac100000 + (i << 8)); // 172.16.0.0/24 and so on
        some.mask = mask_of(Family::ipv4, 24);
        some.flags = config::restrict_ignore;
        some.line = 2;
        all.push_back(some);
    }
    return all;
}

std::shared_ptr<serve::Setting> setting_of(const Staging& staging)
{
    auto setting = std::make_shared<serve::Setting>();
    const auto entries = rules(staging.rules);
    setting->access = std::make_shared<serve::AccessList>(entries);
    setting->limit.average = 1e6; // it is asked, and passes
    setting->limit.burst = 1e6;
    setting->mru.max_memory = ~std::uint64_t{0};
    setting->mru.max_depth = staging.clients;
    setting->mru.min_age = Seconds{0};
    return setting;
}

ntp::ServedTime served_time(Instant<Utc> now)
{
    ntp::ServedTime time;
    time.leap = Leap::none;
    time.stratum = Stratum{2};
    time.precision = {-24};
    time.reference_id = {0xc0000201};
    time.reference_time = now - 1s;
    time.as_of = now - 1s;
    time.valid_from = now - 1h;
    time.void_after = now + std::chrono::hours{24};
    return time;
}

} // namespace

struct WorkerStage::World {
    explicit World(const Staging& staging)
        : worker{{loop, clock, network, served, tallies}, {.clients = {1, 2}, .chance = {3, 4}},
            setting_of(staging), [](const serve::ControlRequest&) { return false; }}
    {
        served.write(served_time(clock.time));
        worker.bind({{{Address::any(Family::ipv4), 123}, false, 0}});
        ntp::Header request;
        request.leap = Leap::none;
        request.transmit = {0x0123456789abcdef};
        ntp::encode(request, bytes);
    }

    StillLoop loop;
    StillClock clock;
    Sink network;
    Snapshot<ntp::ServedTime> served;
    serve::Tallies tallies;
    serve::Worker worker;
    std::array<std::byte, ntp::header_size> bytes{};
};

WorkerStage::WorkerStage(const Staging& staging) : world_{std::make_unique<World>(staging)} { }
WorkerStage::~WorkerStage() = default;

void WorkerStage::ask(std::uint32_t client)
{
    world_->network.user->received({.bytes = world_->bytes,
        .from = client_endpoint(client),
        .to = {Address::ipv4(0xc0000209), 2},
        .received = world_->clock.time,
        .stamp = StampKind::kernel});
}

void WorkerStage::pass(Nanoseconds span)
{
    world_->loop.time += span;
    world_->clock.time += span;
}

std::uint64_t WorkerStage::sent() const
{
    return world_->network.sent;
}

const serve::ClientList& WorkerStage::clients() const
{
    return world_->worker.clients();
}

Endpoint client_endpoint(std::uint32_t client)
{
    if (client % 2 == 0)
        return {Address::ipv4(0x0b000001 + client / 2), 20123}; // 11.0.0.1 and on
    Address v6 = Address::any(Family::ipv6);
    WireWriter{std::span{v6.octets}.first<8>()}.put(
        0xfd00'0000'0000'0001 + (client / 2)); // each a /64
    v6.octets[15] = std::byte{1};
    return {v6, 20123};
}

} // namespace timeball::bench::serving
