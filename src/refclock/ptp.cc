// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The PTP driver: sockets, timers and words for people around ptp::Slave.

#include "refclock/ptp.h"

#include "refclock/ptp/slave.h"
#include "refclock/ptp/standing.h"

#include <fmt/format.h>

#include <algorithm>

namespace timeball::refclock {

using namespace std::chrono_literals;

namespace {

using ptp::DelayMechanism;
using ptp::Trouble;

constexpr std::uint16_t event_port = 319, general_port = 320, ethertype = 0x88f7;
constexpr std::size_t least_frame = 46; // of Ethernet, less its header
constexpr std::size_t udp6_padding = 2; // for those on the way who correct the checksum
constexpr unsigned sends_without_stamp = 8; // then there will be none
// Groups may have to be joined again, when an interface went and came back.
constexpr Nanoseconds longest_silence = 1min;

enum class Transport : std::uint8_t { udp4, udp6, l2 };

struct Plan {
    Transport transport = Transport::udp4;
    DelayMechanism delay = DelayMechanism::automatic;
    std::vector<Address> unicast;
};

Result<Plan, std::string> plan_of(const config::RefclockConfig& config)
{
    Plan plan;
    for (const std::string& text : config.unicast) {
        const auto address = parse_address(text);
        if (!address)
            return unexpected(fmt::format("'{}' is not an address of a master", text));
        plan.unicast.push_back(*address);
    }
    const bool is_v6 = !plan.unicast.empty() && plan.unicast.front().family == Family::ipv6;
    plan.transport = is_v6 ? Transport::udp6 : Transport::udp4;
    if (config.transport == "udp6")
        plan.transport = Transport::udp6;
    else if (config.transport == "l2")
        plan.transport = Transport::l2;
    else if (config.transport == "udp4")
        plan.transport = Transport::udp4;
    else if (!config.transport.empty())
        return unexpected(
            fmt::format("transport '{}' is none of udp4, udp6 and l2", config.transport));

    if (config.delay == "e2e" || !plan.unicast.empty())
        plan.delay = DelayMechanism::end_to_end;
    else if (config.delay == "p2p")
        plan.delay = DelayMechanism::peer_to_peer;
    else if (!config.delay.empty() && config.delay != "auto")
        return unexpected(fmt::format("delay '{}' is none of e2e, p2p and auto", config.delay));

    const Family family = plan.transport == Transport::udp4 ? Family::ipv4 : Family::ipv6;
    for (const Address& a : plan.unicast)
        if (plan.transport == Transport::l2 || a.family != family)
            return unexpected(
                fmt::format("{} cannot be spoken to by this transport", to_string(a)));
    if (config.interface.empty() && plan.unicast.empty())
        return unexpected(std::string{"it wants an interface, or a master to ask by unicast"});
    return plan;
}

// The groups of a transport: the one that everybody hears, and that of neighbors.
struct Groups {
    Address all, neighbors;
};

Groups groups_of(Transport transport)
{
    switch (transport) {
    case Transport::udp4:
        return {*parse_address("224.0.1.129"), *parse_address("224.0.0.107")};
    case Transport::udp6:
        return {*parse_address("ff0e::181"), *parse_address("ff02::6b")};
    case Transport::l2:
        break;
    }
    return {Address::hardware(0x011b'1900'0000), Address::hardware(0x0180'c200'000e)};
}

// How wrong a reading may be by its stamps. Those of the kernel were up to 3 us off on a quiet
// machine and 36 us on a busy one.
Seconds claim_of(StampKind stamp)
{
    switch (stamp) {
    case StampKind::hardware:
        return 50ns;
    case StampKind::kernel:
        return 50us;
    case StampKind::daemon:
        break;
    }
    return 1ms;
}

Fault fault_of(Trouble::Kind kind)
{
    switch (kind) {
    case Trouble::Kind::disagreement:
        return Fault::bad_data;
    case Trouble::Kind::neighbors:
        return Fault::bad_signal;
    case Trouble::Kind::refused:
        return Fault::fault;
    default:
        return Fault::no_reply;
    }
}

class Ptp final : public Driver, private SocketUser {
public:
    Ptp(const config::RefclockConfig& config, const Surroundings& surroundings, DriverUser& user)
        : config_{config}, world_{surroundings}, user_{user}
    {
    }

    Result<void, std::string> open() override;
    void close() override;
    std::string device() const override
    {
        const auto& where = config_.interface.empty() ? config_.unicast.front() : config_.interface;
        return fmt::format("{} domain {}", where, config_.domain);
    }
    Precision precision() const override
    {
        return Precision{static_cast<std::int8_t>(stamp_ == StampKind::hardware ? -29 : -20)};
    }
    std::vector<std::pair<std::string, std::string>> variables() const override;

private:
    void received(const Datagram& datagram) override;
    void transmitted(std::uint32_t token, Instant<Utc> when, StampKind stamp) override;
    void refused(const Endpoint&, std::error_code) override { }

    Result<std::unique_ptr<DatagramSocket>, std::error_code> open_socket(std::uint16_t port);
    void turn();
    void carry_out();
    void send(const ptp::Outgoing& out);
    void read(const ptp::Measurement& m);
    std::optional<std::chrono::seconds> utc_offset(const ptp::Master& master);
    void complain_once(bool& was_told, Fault fault, std::string_view what);

    config::RefclockConfig config_;
    Surroundings world_;
    DriverUser& user_;
    Plan plan_;
    std::optional<ptp::Slave> slave_;
    StampKind stamp_ = StampKind::daemon; // of what was received last
    unsigned unstamped_ = 0; // sent since a stamp was told
    bool has_told_send_ = false, has_told_utc_ = false;
    std::uint64_t malformed_ = 0, heard_ = 0;
    Instant<Mono> had_master_{};
    std::unique_ptr<DatagramSocket> event_, general_; // Ethernet: one for both
    EventLoop::Owned timer_;
};

Result<std::unique_ptr<DatagramSocket>, std::error_code> Ptp::open_socket(std::uint16_t port)
{
    SocketOptions options;
    options.is_link = plan_.transport == Transport::l2;
    options.bind
        = {Address::any(plan_.transport == Transport::udp4 ? Family::ipv4 : Family::ipv6), port};
    options.interface = config_.interface;
    if (plan_.unicast.empty()) {
        const Groups groups = groups_of(plan_.transport);
        options.groups = {groups.all, groups.neighbors};
    }
    return world_.network.open(world_.loop, options, *this);
}

Result<void, std::string> Ptp::open()
{
    const auto plan = plan_of(config_);
    if (!plan)
        return unexpected(plan.error());
    plan_ = *plan;
    const bool is_link = plan_.transport == Transport::l2;
    auto event = open_socket(is_link ? ethertype : event_port);
    if (!event)
        return unexpected(fmt::format("{}: {}", device(), event.error().message()));
    event_ = std::move(*event);
    if (!is_link) {
        auto general = open_socket(general_port);
        if (!general) {
            close();
            return unexpected(fmt::format("{}: {}", device(), general.error().message()));
        }
        general_ = std::move(*general);
    }
    // Nobody needs to know by what hardware we listen. Zero and all ones have meanings.
    const ptp::ClockIdentity self{world_.random.bits64() >> 1 | 1};
    had_master_ = world_.loop.now();
    unstamped_ = 0;
    slave_.emplace(ptp::SlaveSettings{.self = {self, 1},
                       .domain = static_cast<std::uint8_t>(config_.domain),
                       .delay = plan_.delay,
                       .unicast = plan_.unicast},
        world_.loop.now());
    turn();
    return {};
}

void Ptp::close()
{
    timer_.reset();
    if (slave_) {
        slave_->stop(world_.loop.now());
        for (const ptp::Outgoing& out : slave_->take_outcome().outgoing)
            send(out);
    }
    slave_.reset();
    event_.reset();
    general_.reset();
}

// --- hearing and saying ----------------------------------------------------------------------

void Ptp::received(const Datagram& datagram)
{
    ++heard_;
    const auto message = ptp::decode(datagram.bytes);
    if (!message) {
        ++malformed_;
        return;
    }
    if (is_event(message->header.type))
        stamp_ = datagram.stamp;
    slave_->hear(*message, datagram.from.address, datagram.received, world_.loop.now());
    carry_out();
}

// Stamps of two kinds do not make a path: the one is taken at the wire, the other far above it.
void Ptp::transmitted(std::uint32_t token, Instant<Utc> when, StampKind stamp)
{
    unstamped_ = 0;
    if (stamp != stamp_ && stamp_ == StampKind::hardware)
        return;
    slave_->left(token, when);
    carry_out();
}

void Ptp::turn()
{
    const auto now = world_.loop.now();
    slave_->turn(now, world_.random.unit());
    carry_out();
    if (slave_->master() != nullptr)
        had_master_ = now;
    if (now - had_master_ > longest_silence)
        return user_.lost("no master was heard for a minute");
}

void Ptp::carry_out()
{
    for (auto outcome = slave_->take_outcome();
         !outcome.outgoing.empty() || !outcome.measurements.empty() || !outcome.troubles.empty();
         outcome = slave_->take_outcome()) {
        for (const ptp::Outgoing& out : outcome.outgoing)
            send(out);
        for (const ptp::Measurement& m : outcome.measurements)
            read(m);
        for (const Trouble& t : outcome.troubles)
            user_.complain(fault_of(t.kind), t.what);
    }
    timer_ = world_.loop.at(slave_->next(), [this] { turn(); });
}

void Ptp::send(const ptp::Outgoing& out)
{
    const bool is_event = ptp::is_event(out.message.header.type);
    const Groups groups = groups_of(plan_.transport);
    Endpoint to{out.to.value_or(out.is_for_neighbor ? groups.neighbors : groups.all),
        is_event ? event_port : general_port};
    auto bytes = ptp::encode(out.message, plan_.transport == Transport::l2 ? least_frame : 0);
    DatagramSocket& socket = is_event || !general_ ? *event_ : *general_;
    if (plan_.transport == Transport::l2) {
        to.address.scope = socket.local().address.scope;
        to.port = ethertype;
    } else if (plan_.transport == Transport::udp6) {
        bytes.resize(bytes.size() + udp6_padding);
    }
    const auto now = world_.clock.now();
    const auto sent = socket.send(bytes, to, nullptr, out.token);
    if (!sent)
        return complain_once(
            has_told_send_, Fault::fault, "cannot send: " + sent.error().message());
    has_told_send_ = false;
    // Where the network gives no stamps, ours must do.
    if (out.token != 0 && ++unstamped_ > sends_without_stamp)
        slave_->left(out.token, now);
}

void Ptp::complain_once(bool& was_told, Fault fault, std::string_view what)
{
    if (!std::exchange(was_told, true))
        user_.complain(fault, what);
}

// --- reading ---------------------------------------------------------------------------------

std::optional<std::chrono::seconds> Ptp::utc_offset(const ptp::Master& master)
{
    const auto known
        = config_.tai ? std::optional{std::chrono::seconds{*config_.tai}} : world_.tai_offset();
    const auto offset = ptp::utc_offset_of(master, known);
    if (!offset)
        complain_once(has_told_utc_, Fault::bad_data,
            fmt::format("{} shows TAI, and how far that is from UTC is not known",
                to_string(master.said.grandmaster)));
    else if ((master.flags & ptp::ptp_timescale) != 0
        && (master.flags & ptp::current_utc_offset_valid) != 0
        && std::chrono::abs(*offset - std::chrono::seconds{master.said.current_utc_offset}) > 1s)
        complain_once(has_told_utc_, Fault::bad_data,
            fmt::format("{} says that TAI is {} s ahead of UTC; {} s are taken",
                to_string(master.said.grandmaster), master.said.current_utc_offset,
                offset->count()));
    else
        has_told_utc_ = false;
    return offset;
}

void Ptp::read(const ptp::Measurement& m)
{
    const ptp::Master* const master = slave_->master();
    const auto offset = master != nullptr ? utc_offset(*master) : std::nullopt;
    if (!offset || may_be_of_yesterday(*master, m.when + m.ahead - *offset))
        return;
    Reading reading;
    reading.when = m.when;
    reading.offset = m.ahead - *offset;
    reading.uncertainty = claim_of(stamp_);
    reading.delay = std::max(m.delay, Nanoseconds{0});
    reading.leap = ptp::leap_of(*master);
    reading.stratum = ptp::stratum_of(master->said.quality);
    reading.root_dispersion = ptp::accuracy_of(master->said.quality);
    user_.said(fmt::format("{} class {} accuracy {:#04x} steps {} utc {} delay {:.9f}",
        to_string(master->said.grandmaster), master->said.quality.clock_class,
        master->said.quality.accuracy, master->said.steps_removed, offset->count(),
        Seconds{m.delay}.count()));
    user_.take(reading);
}

std::vector<std::pair<std::string, std::string>> Ptp::variables() const
{
    if (!slave_)
        return {};
    std::vector<std::pair<std::string, std::string>> all{
        {"ptp_state", std::string{to_string(slave_->state())}},
        {"ptp_domain", std::to_string(config_.domain)},
        {"ptp_mechanism", slave_->mechanism() == DelayMechanism::peer_to_peer ? "p2p" : "e2e"},
        {"ptp_masters", std::to_string(slave_->masters().all().size())},
        {"ptp_heard", std::to_string(heard_)}, {"ptp_malformed", std::to_string(malformed_)},
        {"ptp_stamps",
            stamp_ == StampKind::hardware     ? "hardware"
                : stamp_ == StampKind::kernel ? "kernel"
                                              : "daemon"}};
    if (const ptp::Master* m = slave_->master()) {
        const auto& quality = m->said.quality;
        all.insert(all.end(),
            {{"ptp_grandmaster", to_string(m->said.grandmaster)},
                {"ptp_master", to_string(m->port.clock)},
                {"ptp_class", std::to_string(quality.clock_class)},
                {"ptp_accuracy", fmt::format("{:#04x}", quality.accuracy)},
                {"ptp_steps", std::to_string(m->said.steps_removed)},
                {"ptp_utc_offset", std::to_string(m->said.current_utc_offset)}});
    }
    if (const auto delay = slave_->delay())
        all.emplace_back("ptp_delay", fmt::format("{:.9f}", Seconds{*delay}.count()));
    return all;
}

} // namespace

std::unique_ptr<Driver> make_ptp(
    const config::RefclockConfig& config, const Surroundings& surroundings, DriverUser& user)
{
    return std::make_unique<Ptp>(config, surroundings, user);
}

} // namespace timeball::refclock
