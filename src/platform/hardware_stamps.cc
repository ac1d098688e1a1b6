// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Time stamps that network cards give to packets.

#include "platform/hardware_stamps.h"

#include "platform/clock_reading.h"
#include "platform/file_descriptor.h"
#include "platform/hardware_clock.h"

#include <fmt/format.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

// The C library's headers before the kernel's.
#include <linux/ethtool.h>
#include <linux/net_tstamp.h>
#include <linux/sockios.h>

#include <algorithm>

namespace timeball::platform {

namespace {

constexpr Nanoseconds reading_interval = std::chrono::seconds{1};
constexpr Nanoseconds first_interval = std::chrono::milliseconds{100};
constexpr int first_readings = 8; // then the line is good enough for a second
constexpr unsigned looks = 8; // of which the narrowest is taken
constexpr Nanoseconds stale = std::chrono::seconds{5};
// Older stamps are of no use; younger ones than this moment are those of another clock.
constexpr Nanoseconds oldest = std::chrono::seconds{1}, youngest = -std::chrono::microseconds{2};

// --- what the kernel is asked of an interface ---

class Interface {
public:
    explicit Interface(const std::string& name)
        : fd_{socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)}, name_{name}
    {
    }

    std::error_code ask(unsigned long what, void* about) const
    {
        ifreq request{};
        if (!fd_ || name_.size() >= sizeof request.ifr_name)
            return std::make_error_code(std::errc::no_such_device);
        std::ranges::copy(name_, request.ifr_name);
        request.ifr_data = static_cast<char*>(about);
        return ioctl(fd_.get(), what, &request) == 0 ? std::error_code{} : last_error();
    }

private:
    FileDescriptor fd_;
    const std::string& name_;
};

bool suffices(const hwtstamp_config& config)
{
    return config.tx_type == HWTSTAMP_TX_ON
        && (config.rx_filter == HWTSTAMP_FILTER_ALL || config.rx_filter == HWTSTAMP_FILTER_NTP_ALL);
}

// All packets rather than those of NTP alone, so that others who use the card keep their stamps.
// What is set already stays where it does: to set it resets the link of some cards.
std::error_code make_it_stamp(const Interface& interface)
{
    ethtool_ts_info able{};
    able.cmd = ETHTOOL_GET_TS_INFO;
    if (const auto fault = interface.ask(SIOCETHTOOL, &able))
        return fault;
    constexpr unsigned needed = SOF_TIMESTAMPING_TX_HARDWARE | SOF_TIMESTAMPING_RAW_HARDWARE;
    if ((able.so_timestamping & needed) != needed || able.phc_index < 0)
        return std::make_error_code(std::errc::operation_not_supported);

    hwtstamp_config config{};
    const bool is_known = !interface.ask(SIOCGHWTSTAMP, &config);
    if (is_known && suffices(config))
        return {};
    config.flags = 0;
    config.tx_type = HWTSTAMP_TX_ON;
    if (able.rx_filters & (1u << HWTSTAMP_FILTER_ALL))
        config.rx_filter = HWTSTAMP_FILTER_ALL;
    else if (able.rx_filters & (1u << HWTSTAMP_FILTER_NTP_ALL)
        && config.rx_filter == HWTSTAMP_FILTER_NONE)
        config.rx_filter = HWTSTAMP_FILTER_NTP_ALL;
    return interface.ask(SIOCSHWTSTAMP, &config);
}

double nanoseconds_an_octet(const Interface& interface)
{
    ethtool_cmd link{};
    link.cmd = ETHTOOL_GSET;
    if (interface.ask(SIOCETHTOOL, &link))
        return 0;
    const auto megabits = ethtool_cmd_speed(&link);
    return megabits == 0 || megabits == static_cast<__u32>(SPEED_UNKNOWN) ? 0 : 8e3 / megabits;
}

} // namespace

struct HardwareStamps::Card {
    // What sockets may know.
    struct Shown {
        bool is_known = false;
        CardTime time;
        double octet = 0; // nanoseconds on the wire
    };

    std::string name;
    std::uint32_t index = 0;
    std::unique_ptr<HardwareClock> clock;
    CardTimeFit fit;
    Snapshot<Shown> shown;
    bool is_told = false; // that it cannot be read, or does not run
};

HardwareStamps::HardwareStamps(
    LibeventLoop& loop, Log& log, const std::vector<std::string>& interfaces)
    : loop_{loop}, log_{log}
{
    for (const std::string& name : interfaces)
        if (name != "*")
            add(name, true);
    if (std::ranges::find(interfaces, "*") != interfaces.end()) {
        const Handle<struct if_nameindex, if_freenameindex> all{if_nameindex()};
        for (const auto* one = all.get(); one && one->if_index != 0; ++one)
            add(one->if_name, false);
        if (cards_.empty())
            log_.write(Severity::warning,
                "hwtimestamp *: no network card here stamps packets; the kernel's stamps are used");
    }
    if (cards_.empty())
        return;
    read_all();
    timer_ = loop_.every(first_interval, [this] { read_all(); });
}

HardwareStamps::~HardwareStamps() = default;

void HardwareStamps::add(const std::string& name, bool is_wanted)
{
    if (std::ranges::any_of(cards_, [&](const auto& card) { return card->name == name; }))
        return;
    const auto refuse = [&](std::error_code why) {
        if (is_wanted || why != std::errc::operation_not_supported)
            log_.write(Severity::warning,
                fmt::format(
                    "hwtimestamp {}: {}; the kernel's stamps are used", name, why.message()));
    };
    if (const auto fault = make_it_stamp(Interface{name}))
        return refuse(fault);
    auto clock = open_kernel_hardware_clock(name, system_);
    if (!clock)
        return refuse(clock.error());
    auto card = std::make_unique<Card>();
    card->name = name;
    card->index = if_nametoindex(name.c_str());
    card->clock = *std::move(clock);
    log_.write(Severity::info, fmt::format("hwtimestamp {}: its card stamps packets", name));
    cards_.push_back(std::move(card));
}

HardwareStamps::Moment HardwareStamps::now()
{
    constexpr int tries = 3;
    Moment best;
    Nanoseconds narrowest = Nanoseconds::max();
    for (int i = 0; i < tries && narrowest > std::chrono::microseconds{1}; ++i) {
        const Nanoseconds before = raw_time();
        const Instant<Utc> system = system_time();
        const Nanoseconds width = raw_time() - before;
        if (width >= narrowest)
            continue;
        narrowest = width;
        best = {system, before + width / 2};
    }
    return best;
}

// A card that cannot be read is silent until it can again: its line grows stale.
void HardwareStamps::read_all()
{
    if (++readings_ == first_readings)
        timer_ = loop_.every(reading_interval, [this] { read_all(); });
    for (const auto& card : cards_) {
        const auto tell = [&](const std::string& why) {
            if (!card->is_told)
                log_.write(Severity::warning,
                    fmt::format(
                        "hwtimestamp {}: {}; the kernel's stamps are used", card->name, why));
            card->is_told = true;
        };
        const auto readings = card->clock->read(looks);
        if (!readings) {
            if (readings.error() != std::errc::resource_unavailable_try_again)
                tell("its clock cannot be read: " + readings.error().message());
            continue;
        }
        const auto width = [](const HardwareReading& r) { return r.after - r.before; };
        const HardwareReading& best = *std::ranges::min_element(*readings, {}, width);
        const Moment moment = now();
        const Instant<Utc> middle = best.before + width(best) / 2;
        card->fit.add({moment.count - (moment.system - middle), best.device, width(best)});
        const auto line = card->fit.line();
        if (!line && readings_ > first_readings)
            tell("its clock does not run evenly");
        card->shown.write({line.has_value(), line.value_or(CardTime{}),
            nanoseconds_an_octet(Interface{card->name})});
    }
}

std::optional<Instant<Utc>> HardwareStamps::told(
    std::uint32_t interface, Nanoseconds stamp, const Moment& now, std::size_t octets) const
{
    const auto card
        = std::ranges::find_if(cards_, [&](const auto& one) { return one->index == interface; });
    if (card == cards_.end())
        return std::nullopt;
    const Card::Shown shown = (*card)->shown.read();
    if (!shown.is_known || now.count - shown.time.count > stale)
        return std::nullopt;
    const auto age = shown.time.age(Instant<DeviceTime>{stamp}, now.count);
    if (age > oldest || age < youngest)
        return std::nullopt;
    return now.system - age + Nanoseconds{std::llround(shown.octet * static_cast<double>(octets))};
}

} // namespace timeball::platform
