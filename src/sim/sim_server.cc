// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// A simulated upstream.

#include "sim/sim_server.h"

#include <array>

namespace timeball::sim {

SimServer::SimServer(Timeline& timeline, SimNet& net, std::string name, const Address& address)
    : timeline_{timeline}, net_{net}, name_{std::move(name)}, address_{address}
{
    net_.add_host(address_);
    net_.bind({address_, 123}, *this);
}

SimServer::~SimServer()
{
    net_.unbind({address_, 123});
}

SimServer& SimServer::lies_by(Seconds offset)
{
    return (lie_ = offset, *this);
}
SimServer& SimServer::dies()
{
    return (is_dead_ = true, *this);
}
SimServer& SimServer::lives()
{
    return (is_dead_ = false, *this);
}
SimServer& SimServer::says_leap(Leap leap)
{
    return (leap_ = leap, *this);
}
SimServer& SimServer::forgets_leap_seconds()
{
    return (leaps_ = false, *this);
}
SimServer& SimServer::smears(const Smear& smear)
{
    return (smear_ = smear, *this);
}
SimServer& SimServer::has_stratum(std::uint8_t stratum)
{
    return (stratum_ = stratum, *this);
}
SimServer& SimServer::shows(ReferenceId id)
{
    return (id_ = id, *this);
}
SimServer& SimServer::kisses(std::optional<ReferenceId> code)
{
    return (kiss_ = code, *this);
}

SimServer& SimServer::drifts_by(Frequency frequency)
{
    drift_ = frequency;
    drift_since_ = timeline_.now();
    return *this;
}

SimServer& SimServer::claims(Seconds root_delay, Seconds root_dispersion)
{
    root_delay_ = root_delay;
    root_dispersion_ = root_dispersion;
    return *this;
}

Instant<Utc> SimServer::clock() const
{
    const Seconds off = lie_ + drift_ * Seconds{timeline_.now() - drift_since_};
    const Instant<Utc> uniform{timeline_.now().time_since_epoch()};
    const Instant<Utc> utc = leaps_ ? timeline_.utc() : uniform;
    const Seconds smeared = uniform < smear_.ends ? smear_offset(smear_, utc) : Seconds{0};
    return utc + rounded(off + smeared);
}

void SimServer::arrived(std::span<const std::byte> bytes, const Endpoint& from, const Endpoint& to)
{
    const auto request = ntp::decode(bytes);
    if (is_dead_ || !request || request->mode != ntp::Mode::client)
        return;
    ++requests_;
    const auto now = clock();
    ntp::Header reply{.leap = leap_,
        .version = request->version,
        .mode = ntp::Mode::server,
        .stratum = stratum_,
        .poll = request->poll,
        .precision = -24,
        .root_delay = ntp::to_short(root_delay_),
        .root_dispersion = ntp::to_short(root_dispersion_),
        .reference_id = id_,
        .reference = ntp::to_timestamp(now - std::chrono::seconds{8}),
        .origin = request->transmit,
        .receive = ntp::to_timestamp(now),
        .transmit = ntp::to_timestamp(now)};
    if (kiss_) {
        reply.leap = Leap::unsynchronized;
        reply.stratum = 0;
        reply.reference_id = *kiss_;
        reply.receive = reply.transmit = request->transmit;
    }
    std::array<std::byte, ntp::header_size> room{};
    ntp::encode(reply, room);
    net_.send(room, to, from);
}

} // namespace timeball::sim
