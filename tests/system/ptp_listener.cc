// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// ptp_listener SECONDS WORD...: runs the ptp driver by itself, as `refclock ptp WORD...` would have
// it, on the system's clock as it is, and says what it reads: a line each, of time, offset, delay
// (s), stratum, leap and what is said of the master. Complaints begin with "complaint:". At the end
// stand the variables of the clock.

#include "config/load.h"
#include "platform/kernel_devices.h"
#include "platform/kernel_random.h"
#include "platform/libevent_loop.h"
#include "platform/none_clock.h"
#include "platform/turn_resolver.h"
#include "platform/udp_network.h"
#include "refclock/ptp.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

using namespace timeball;

class Listener final : public refclock::DriverUser {
public:
    void take(const refclock::Reading& r) override
    {
        fmt::print("{:.6f} {:.9f} {:.9f} {} {} {}\n", Seconds{r.when.time_since_epoch()}.count(),
            Seconds{r.offset}.count(), r.delay.count(), r.stratum.value, static_cast<int>(r.leap),
            said_);
        std::fflush(stdout);
    }
    void said(std::string_view timecode) override { said_ = timecode; }
    void complain(refclock::Fault fault, std::string_view what) override
    {
        fmt::print("complaint: {} {}\n", static_cast<int>(fault), what);
        std::fflush(stdout);
    }
    void lost(std::string_view why) override { fmt::print("lost: {}\n", why); }

private:
    std::string said_;
};

} // namespace

int main(int count, char** words)
{
    if (count < 3)
        return 2;
    std::string line = "refclock ptp";
    for (int i = 2; i < count; ++i)
        line += std::string{" "} + words[i];
    const auto loaded = config::load_text(line);
    const auto& sources = loaded.config.live.sources;
    if (sources.empty() || !sources.front().refclock) {
        fmt::print("'{}' is no clock\n", line);
        return 2;
    }

    platform::NoneClock clock;
    platform::LibeventLoop loop;
    platform::KernelRandom random;
    platform::UdpNetwork network{clock};
    platform::TurnResolver resolver{loop};
    platform::KernelDevices devices{clock};
    Listener listener;
    const refclock::Surroundings world{loop, clock, devices, network, resolver, random,
        [] { return std::optional{std::chrono::seconds{37}}; }};
    const auto driver = refclock::make_ptp(*sources.front().refclock, world, listener);
    if (const auto opened = driver->open(); !opened) {
        fmt::print("complaint: 0 {}\n", opened.error());
        return 1;
    }
    const auto end = loop.after(std::chrono::seconds{std::atoi(words[1])}, [&] { loop.stop(); });
    loop.run();
    for (const auto& [name, value] : driver->variables())
        fmt::print("{}={}\n", name, value);
    driver->close();
    return 0;
}
