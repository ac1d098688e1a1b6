// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors

#include "timeball/inquiry.h"

#include <algorithm>

namespace timeball::console {

namespace {

constexpr const char* served_variables = "ss_uptime,ss_received,ss_processed,ss_limited,ss_kodsent";

std::uint16_t word(std::string_view data, std::size_t at)
{
    return static_cast<std::uint16_t>(
        static_cast<unsigned char>(data[at]) << 8 | static_cast<unsigned char>(data[at + 1]));
}

// Pairs of association and status, 16 bits each (RFC 9327, section 4.1).
std::vector<Peer> associations(std::string_view data)
{
    std::vector<Peer> peers;
    for (std::size_t at = 0; at + 4 <= data.size(); at += 4) {
        Peer peer;
        peer.id.value = word(data, at);
        peer.status = peer_status(word(data, at + 2));
        if (peer.id.value != 0)
            peers.push_back(std::move(peer));
    }
    // Servers list them in an order of their own, which changes from round to round.
    std::sort(peers.begin(), peers.end(), [](const Peer& a, const Peer& b) { return a.id < b.id; });
    return peers;
}

} // namespace

std::optional<control::Question> Inquiry::next() const
{
    using control::Opcode;
    switch (stage_) {
    case Stage::system:
        return control::Question{Opcode::read_variables, {}, {}};
    case Stage::served:
        return control::Question{Opcode::read_variables, {}, served_variables};
    case Stage::associations:
        return control::Question{Opcode::read_status, {}, {}};
    case Stage::variables:
        break;
    }
    if (peer_ >= peers_.size())
        return std::nullopt;
    return control::Question{Opcode::read_variables, peers_[peer_].id, {}};
}

void Inquiry::go_on()
{
    switch (stage_) {
    case Stage::system:
        stage_ = asks_for_served_ ? Stage::served : Stage::associations;
        return;
    case Stage::served:
        stage_ = Stage::associations;
        return;
    case Stage::associations:
        stage_ = Stage::variables;
        return;
    case Stage::variables:
        ++peer_;
        return;
    }
}

void Inquiry::take(const control::Reply& reply)
{
    switch (stage_) {
    case Stage::system:
        answers_.system = system_figures(control::parse_variables(reply.data));
        break;
    case Stage::served:
        answers_.served = served_figures(control::parse_variables(reply.data));
        break;
    case Stage::associations:
        peers_ = associations(reply.data);
        break;
    case Stage::variables:
        Peer& peer = peers_[peer_];
        peer.status = peer_status(reply.status);
        peer.variables = control::parse_variables(reply.data);
        peer.figures = peer_figures(peer.variables);
        answers_.peers.push_back(std::move(peer));
        break;
    }
    go_on();
}

bool Inquiry::take(const control::Failure& failure)
{
    if (failure.kind != control::Failure::Kind::refused)
        return false;
    if (stage_ == Stage::served && failure.error == control::Error::unknown_variable)
        asks_for_served_ = false;
    else if (stage_ != Stage::variables || failure.error != control::Error::bad_association)
        return false;
    go_on(); // an association may go between the list and the question
    return true;
}

} // namespace timeball::console
