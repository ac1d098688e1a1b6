// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors

#include "timeball/inquiry.h"

#include <algorithm>
#include <fmt/format.h>

namespace timeball::console {

namespace {

constexpr const char* served_variables
    = "ss_uptime,ss_numctlreq,ss_received,ss_processed,ss_limited,ss_kodsent,"
      "ss_restricted,ss_badformat,ss_badauth,ss_declined";
constexpr const char* list_variables = "mru_depth,mru_maxdepth,mru_mem,mru_maxmem,mru_oldest_age";
constexpr const char* own_variables
    = "tb_state,tb_workers,tb_memory,tb_drift_age,tb_clock,tb_verdicts,tb_events";
constexpr const char* kernel_variables
    = "koffset,kfreq,kmaxerr,kesterr,kstflags,ktimeconst,kprecis,kfreqtol";

// The newest entries of the client list: a few to know who is busy, more where they are looked at.
control::MruQuery query(const Interest& interest)
{
    control::MruWish wish;
    wish.recent = interest.many_clients ? 600 : 12;
    return control::MruQuery{std::move(wish)};
}

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

std::string in_words(const control::Failure& failure)
{
    switch (failure.kind) {
    case control::Failure::Kind::refused:
        if (failure.error == control::Error::unknown_variable
            || failure.error == control::Error::bad_opcode)
            return "this server does not tell it";
        return to_string(failure);
    default:
        return "this server is silent about it";
    }
}

} // namespace

Inquiry::Inquiry(const Interest& interest, Refusals refusals)
    : interest_{interest}, refusals_{std::move(refusals)}, clients_{query(interest)}
{
}

bool Inquiry::is_at_a_peer() const
{
    return stage_ == Stage::variables || stage_ == Stage::why || stage_ == Stage::clocks;
}

std::optional<control::Question> Inquiry::next(Instant<Mono> now)
{
    using control::Opcode;
    using control::Question;
    switch (stage_) {
    case Stage::system:
        return Question{Opcode::read_variables, {}, {}};
    case Stage::served:
        return Question{Opcode::read_variables, {}, served_variables};
    case Stage::associations:
        return Question{Opcode::read_status, {}, {}};
    case Stage::variables:
        return Question{Opcode::read_variables, peers_[peer_].id, {}};
    case Stage::own:
        return Question{Opcode::read_variables, {}, own_variables};
    case Stage::why:
        return Question{Opcode::read_variables, answers_.peers[peer_].id, "tb_why"};
    case Stage::clocks:
        return Question{Opcode::read_clock, answers_.peers[peer_].id, {}};
    case Stage::clients:
        if (auto question = clients_.next(now))
            return question;
        go_on();
        return next(now);
    case Stage::list:
        return Question{Opcode::read_variables, {}, list_variables};
    case Stage::kernel:
        return Question{Opcode::read_variables, {}, kernel_variables};
    case Stage::access:
        return Question{Opcode::read_ordered_list, {}, "addr_restrictions", true};
    case Stage::over:
        break;
    }
    return std::nullopt;
}

bool Inquiry::is_wanted() const
{
    const auto refusal = refusals_.find(stage_);
    if (refusal != refusals_.end() && refusal->second.is_final())
        return false;
    switch (stage_) {
    case Stage::variables:
        return peer_ < peers_.size();
    case Stage::why:
        return peer_ < answers_.peers.size() && answers_.peers[peer_].id == interest_.association;
    case Stage::clocks:
        return interest_.clocks && peer_ < answers_.peers.size()
            && answers_.peers[peer_].figures.is_refclock();
    case Stage::list:
        return interest_.many_clients || interest_.access;
    case Stage::kernel:
        return interest_.kernel;
    case Stage::access:
        return interest_.access;
    default:
        return true;
    }
}

void Inquiry::settle()
{
    while (stage_ != Stage::over && !is_wanted()) {
        const std::size_t all = stage_ == Stage::variables ? peers_.size() : answers_.peers.size();
        if (is_at_a_peer() && peer_ + 1 < all) {
            ++peer_;
            continue;
        }
        stage_ = Stage(static_cast<int>(stage_) + 1);
        peer_ = 0;
    }
}

void Inquiry::go_on()
{
    if (is_at_a_peer())
        ++peer_;
    else
        stage_ = Stage(static_cast<int>(stage_) + 1);
    settle();
}

void Inquiry::take(const control::Reply& reply, Instant<Mono> now)
{
    const auto variables = [&] { return control::parse_variables(reply.data); };
    switch (stage_) {
    case Stage::system:
        answers_.system_variables = variables();
        answers_.system = system_figures(answers_.system_variables);
        break;
    case Stage::served:
        answers_.served = served_figures(variables());
        break;
    case Stage::associations:
        peers_ = associations(reply.data);
        break;
    case Stage::variables: {
        Peer& peer = peers_[peer_];
        peer.status = peer_status(reply.status);
        peer.variables = variables();
        peer.figures = peer_figures(peer.variables);
        answers_.peers.push_back(std::move(peer));
        break;
    }
    case Stage::own:
        answers_.own = variables();
        break;
    case Stage::why:
        answers_.peers[peer_].why = variables().get("tb_why");
        break;
    case Stage::clocks:
        answers_.peers[peer_].clock = variables();
        break;
    case Stage::clients:
        clients_.take(reply, now);
        if (!clients_.is_complete() && !clients_.has_failed())
            return; // there is more of it
        answers_.clients.emplace();
        for (const control::MruEntry& entry : clients_.entries())
            if (auto client = client_of(entry))
                answers_.clients->push_back(std::move(*client));
        break;
    case Stage::list:
        answers_.list = variables();
        break;
    case Stage::kernel:
        answers_.kernel = variables();
        break;
    case Stage::access:
        answers_.access = restrictions_of(variables());
        break;
    case Stage::over:
        break;
    }
    refusals_.erase(stage_);
    go_on();
}

bool Inquiry::take(const control::Failure& failure)
{
    const bool is_refused = failure.kind == control::Failure::Kind::refused;
    if (stage_ == Stage::system || stage_ == Stage::associations)
        return false;
    if (stage_ == Stage::variables || stage_ == Stage::clocks) {
        if (!is_refused
            || (stage_ == Stage::variables && failure.error != control::Error::bad_association))
            return false;
        go_on(); // an association may go between the list and the question
        return true;
    }
    if (stage_ == Stage::served && !is_refused)
        return false; // a server that dies
    if (stage_ == Stage::clients && is_refused) {
        clients_.refused(failure.error);
        if (!clients_.has_failed())
            return true; // it begins anew
    }
    // Silence may be an accident; a refusal is meant.
    Refusal& refusal = refusals_[stage_];
    refusal.words = in_words(failure);
    refusal.times = is_refused ? Refusal::most : refusal.times + 1;
    go_on();
    return true;
}

Answers Inquiry::answers() const
{
    Answers all = answers_;
    const auto why_not = [&](Stage stage) {
        const auto refusal = refusals_.find(stage);
        return refusal == refusals_.end() ? std::string{} : refusal->second.words;
    };
    all.no_clients = why_not(Stage::clients);
    all.no_access = why_not(Stage::access);
    return all;
}

} // namespace timeball::console
