// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// An upstream server of a simulated world: it knows the true time, unless the test says otherwise.

#include "ntp/header.h"
#include "sim/sim_net.h"
#include "time/smear.h"

namespace timeball::sim {

class SimServer final : Receiver {
public:
    SimServer(Timeline& timeline, SimNet& net, std::string name, const Address& address);
    ~SimServer();

    const std::string& name() const { return name_; }
    const Address& address() const { return address_; }

    // Verbs of a test; each takes effect at once.
    SimServer& lies_by(Seconds offset);
    SimServer& drifts_by(Frequency frequency); // from now on
    SimServer& dies();
    SimServer& lives();
    SimServer& says_leap(Leap leap);
    SimServer& forgets_leap_seconds(); // and is off by one from then on
    SimServer& smears(const Smear& smear); // and says nothing of a leap second
    SimServer& has_stratum(std::uint8_t stratum);
    SimServer& claims(Seconds root_delay, Seconds root_dispersion);
    SimServer& shows(ReferenceId id);
    SimServer& kisses(std::optional<ReferenceId> code); // every answer is this kiss

    bool is_honest() const { return lie_.count() == 0 && drift_ == Frequency{}; }
    std::uint64_t requests() const { return requests_; }

private:
    void arrived(
        std::span<const std::byte> bytes, const Endpoint& from, const Endpoint& to) override;
    void refused(const Endpoint&) override { }
    Instant<Utc> clock() const;

    Timeline& timeline_;
    SimNet& net_;
    std::string name_;
    Address address_;
    Seconds lie_{0};
    Frequency drift_;
    Instant<Truth> drift_since_{};
    bool is_dead_ = false;
    Leap leap_ = Leap::none;
    bool leaps_ = true;
    Smear smear_;
    std::uint8_t stratum_ = 1;
    Seconds root_delay_{0};
    Seconds root_dispersion_{0.0001};
    ReferenceId id_ = ReferenceId::letters("GPS");
    std::optional<ReferenceId> kiss_;
    std::uint64_t requests_ = 0;
};

} // namespace timeball::sim
