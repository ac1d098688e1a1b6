// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors

#include "timeball/clients.h"

#include "control/variables.h"
#include "timeball/figures.h"

#include <algorithm>
#include <array>

namespace timeball::console {

namespace {

// "192.0.2.1:123", "[2001:db8::1]:123"
bool split(std::string_view text, Client& client)
{
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos)
        return false;
    const auto port = control::to_integer(text.substr(colon + 1));
    std::string_view address = text.substr(0, colon);
    if (address.size() > 2 && address.front() == '[' && address.back() == ']')
        address = address.substr(1, address.size() - 2);
    if (!port || *port < 0 || *port > 65535 || address.empty())
        return false;
    client.address = address;
    client.port = static_cast<int>(*port);
    return true;
}

// Faster than any well-behaved client: ntpd's own "discard average" is 8 s.
constexpr double impolite = 1.0 / 7, flood = 2;

// Mode 1 is symmetric, and what clients of the first NTP send. 2, 4 and 5 are others' answers.
bool is_client(const Client& client)
{
    return client.mode == 0 || client.mode == 1 || client.mode == 3;
}

} // namespace

std::optional<Seconds> Client::interval() const
{
    if (count < 2)
        return std::nullopt;
    return between(first, last) / static_cast<double>(count - 1);
}

std::optional<Client> client_of(const control::MruEntry& entry)
{
    Client client;
    if (!split(entry.address, client))
        return std::nullopt;
    client.mode = static_cast<int>(entry.mode());
    client.version = static_cast<int>(entry.version());
    client.restrictions = entry.restrictions;
    client.count = entry.count;
    client.dropped = entry.dropped;
    client.first = entry.first;
    client.last = entry.last;
    return client;
}

void Clients::take(std::vector<Client> told, ntp::Timestamp now)
{
    now_ = now;
    for (Client& client : told) {
        const auto known = known_.find(client.address);
        if (known == known_.end()) {
            std::string address = client.address;
            known_.emplace(std::move(address), std::move(client));
            continue;
        }
        Client& before = known->second;
        client.ports = before.ports + (client.port != before.port ? 1 : 0);
        client.rate = before.rate;
        const double span = between(before.last, client.last).count();
        if (client.count > before.count && span > 0)
            client.rate = static_cast<double>(client.count - before.count) / span;
        before = std::move(client);
    }
    forget_oldest();
}

void Clients::forget_oldest()
{
    if (known_.size() <= most)
        return;
    std::vector<std::uint64_t> times;
    for (const auto& [address, client] : known_)
        times.push_back(client.last.bits);
    const auto keep = times.begin() + static_cast<std::ptrdiff_t>(times.size() - most * 9 / 10);
    std::nth_element(times.begin(), keep, times.end());
    std::erase_if(known_, [&](const auto& entry) { return entry.second.last.bits < *keep; });
}

double Clients::rate(const Client& client) const
{
    // Who has been silent for long is not busy, whatever it did then.
    const double silence = now_ ? std::max(between(client.last, *now_).count(), 0.0) : 0;
    const double most_now = silence > 0 ? 1 / silence : 1e9;
    if (client.rate)
        return silence > 2 ? std::min(*client.rate, most_now) : *client.rate;
    const auto interval = client.interval();
    if (!interval || interval->count() <= 0)
        return 0;
    const double average = 1 / interval->count();
    return silence > 2 ? std::min(average, most_now) : average;
}

const Client* Clients::busiest() const
{
    const Client* busiest = nullptr;
    double most_rate = 0.1;
    for (const auto& [address, client] : known_)
        if (const double its = is_client(client) ? rate(client) : 0; its > most_rate) {
            most_rate = its;
            busiest = &client;
        }
    return busiest;
}

std::string hint(const Client& client, double rate)
{
    if ((client.restrictions & (restriction::ignored | restriction::not_served)) != 0)
        return "not served";
    if (client.is_kissed())
        return rate >= flood ? "flooder, kissed" : "kissed";
    if (client.is_limited())
        return rate >= flood ? "flooder, limited" : "limited";
    if (client.mode == 6 || client.mode == 7)
        return "asks questions";
    if (!is_client(client))
        return "a source of it";
    if (rate < impolite)
        return {};
    // Each program keeps its port for a while; many of them behind a NAT change it all the time.
    if (client.ports > 4)
        return "many behind it?";
    return rate >= flood ? "flooder" : "asks too often";
}

std::string_view mode_in_words(int mode)
{
    constexpr std::array<std::string_view, 8> words{
        "v1", "symmetric", "passive", "client", "server", "broadcast", "control", "private"};
    return words[static_cast<std::size_t>(mode & 7)];
}

} // namespace timeball::console
