// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Requests and replies.

#include "asker.h"

#include <array>

namespace timeball::bench {

namespace {

constexpr std::uint16_t first_port = 40000;

Endpoint port_of(std::size_t server)
{
    return {Stage::client(), static_cast<std::uint16_t>(first_port + server)};
}

} // namespace

Asker::Asker(Stage& stage, std::function<void(const Exchange&)> answered)
    : stage_{stage},
      clock_{stage.world().timeline(), stage.situation().oscillator, stage.world().fork_chance()},
      chance_{stage.world().fork_chance()},
      answered_{std::move(answered)},
      asked_(stage.servers().size())
{
    stage.has_clock(clock_);
    stage.world().net().add_host(Stage::client());
    for (std::size_t i = 0; i < asked_.size(); ++i)
        stage.world().net().bind(port_of(i), *this);
}

Asker::~Asker()
{
    for (std::size_t i = 0; i < asked_.size(); ++i)
        stage_.world().net().unbind(port_of(i));
}

void Asker::later(Seconds wait, std::function<void()> then)
{
    auto& timeline = stage_.world().timeline();
    timeline.at(timeline.now() + rounded(wait), std::move(then));
}

void Asker::forget()
{
    std::fill(asked_.begin(), asked_.end(), std::nullopt);
}

void Asker::ask(std::size_t server)
{
    asked_[server] = clock_.now();
    ++requests_;
    const ntp::Header request{.leap = Leap::none, .transmit = ntp::to_timestamp(*asked_[server])};
    std::array<std::byte, ntp::header_size> room{};
    ntp::encode(request, room);
    stage_.world().net().send(room, port_of(server), {stage_.server(server).address(), 123});
}

void Asker::arrived(std::span<const std::byte> bytes, const Endpoint&, const Endpoint& to)
{
    const auto i = static_cast<std::size_t>(to.port - first_port);
    const auto reply = ntp::decode(bytes);
    if (!reply || !asked_[i] || reply->origin != ntp::to_timestamp(*asked_[i]))
        return;
    const Instant<Utc> t4 = clock_.now();
    const Exchange e{i, *asked_[i], ntp::to_instant(reply->receive, t4),
        ntp::to_instant(reply->transmit, t4), t4, ntp::to_seconds(reply->root_delay),
        ntp::to_seconds(reply->root_dispersion)};
    asked_[i].reset();
    answered_(e);
}

} // namespace timeball::bench
