// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors

#include "timeball/update.h"

#include "timeball/journal.h"
#include "timeball/obey.h"
#include "timeball/view.h"
#include "timeball/watch_over.h"

#include <algorithm>
#include <array>

namespace timeball::console {

namespace {

using namespace std::chrono_literals;

constexpr Nanoseconds notice_time = 8s;
constexpr Seconds least_span{0.15}; // between two rounds from which rates are made
constexpr Nanoseconds credentials_time = 10min; // unused

// Requests per second since the last answers. Nothing when the counters began anew.
std::optional<Rates> rates(const Server& server, const Answers& next, Instant<Mono> now)
{
    const Seconds span = now - server.answered;
    if (!server.answers)
        return std::nullopt;
    if (span < least_span)
        return server.rates; // too short to count anything in
    const ServedFigures& then = server.answers->served;
    const auto rate = [&](std::optional<std::uint64_t> ServedFigures::*counter) {
        const auto before = then.*counter, after = next.served.*counter;
        return before && after && *after >= *before
            ? std::optional{static_cast<double>(*after - *before) / span.count()}
            : std::nullopt;
    };
    const auto received = rate(&ServedFigures::received);
    if (!received)
        return std::nullopt;
    Rates rates{*received, rate(&ServedFigures::limited).value_or(0),
        rate(&ServedFigures::kisses).value_or(0), rate(&ServedFigures::processed), std::nullopt};
    if (const auto restricted = rate(&ServedFigures::restricted))
        rates.refused = *restricted + rate(&ServedFigures::bad_format).value_or(0)
            + rate(&ServedFigures::bad_auth).value_or(0);
    return rates;
}

void remember(Server& server, const Answers& answers, Instant<Mono> now)
{
    const SystemFigures& system = answers.system;
    if (system.offset)
        server.offset.add(now, *system.offset);
    if (system.frequency)
        server.frequency.add(now, *system.frequency);
    if (system.system_jitter)
        server.jitter.add(now, *system.system_jitter);
    if (const auto bound = system.error_bound())
        server.error_bound.add(now, *bound);
    if (server.rates) {
        server.received.add(now, server.rates->received);
        server.limited.add(now, server.rates->limited);
        server.kissed.add(now, server.rates->kissed);
    }

    std::map<AssociationId, History<Seconds>> kept;
    for (const Peer& peer : answers.peers) {
        History<Seconds>& history = kept[peer.id];
        if (const auto old = server.peer_offset.find(peer.id); old != server.peer_offset.end())
            history = std::move(old->second);
        // Between two replies of its source, an association says the same again and again.
        const Peer* last = peer_of(server, peer.id);
        const bool is_new = !last || last->figures.received != peer.figures.received;
        if (is_new && peer.figures.received && peer.figures.offset)
            history.add(now, *peer.figures.offset);
    }
    server.peer_offset = std::move(kept);
}

// What this round did not ask for is as it was.
void keep_what_was_not_asked(Answers& next, const Server& server)
{
    if (!server.answers)
        return;
    const Answers& last = *server.answers;
    if (!server.interest.kernel)
        next.kernel = last.kernel;
    if (!server.interest.access)
        next.access = last.access;
    if (!server.interest.many_clients && !server.interest.access)
        next.list = last.list;
    for (Peer& peer : next.peers)
        if (const Peer* was = peer_of(server, peer.id)) {
            if (!server.interest.clocks)
                peer.clock = was->clock;
            if (server.interest.association != peer.id)
                peer.why = was->why;
        }
}

// A server that keeps an account of itself knows better than who looks at it now and then.
std::vector<Happening> what_happened(Server& server, const Answers& next, bool is_numeric)
{
    if (!next.own || next.own->get("tb_events").empty())
        return differences(server.answers ? &*server.answers : nullptr, next, is_numeric);
    std::vector<Happening> news = told_happenings(next, server.own_happening);
    if (!news.empty())
        server.own_happening = news.back().clock;
    return news;
}

void follow(Server& server, const Answers& next, Instant<Mono> now)
{
    const bool was_steady = server.answers && server.answers->system.is_synchronized();
    const bool is_steady = next.system.is_synchronized();
    const bool is_same = was_steady && server.answers->system.peer == next.system.peer;
    if (!is_steady) {
        server.steady_since.reset();
    } else if (!is_same || !server.steady_since) {
        server.steady_since = now;
        server.saw_change = server.answers.has_value();
    }
}

void ask_again_later(Server& server, const Model& model)
{
    server.is_asking = false;
    if (!model.is_paused)
        server.ask_at = std::max(model.now, server.asked + model.interval);
}

// A table moves no more than it must to keep the selection bar in sight.
void keep_in_sight(Model& model)
{
    const int row = selected_row(model);
    const int rows = layout(model, model.size).table.count - 1;
    int& top = model.view == View::peer
        ? model.listings[static_cast<std::size_t>(View::overview)].top
        : model.listing().top;
    if (row >= 0 && rows > 0)
        top = std::clamp(top, row - rows + 1, row);
}

// What each event does.
struct Effect {
    Model& model;
    std::size_t host;

    Server& server() const { return model.servers[host]; }

    void operator()(const KeyPressed& pressed) const { press(model, pressed.key); }
    void operator()(const Clicked& clicked) const { click(model, clicked); }
    void operator()(const Resized& resized) const
    {
        model.size = resized.size;
        model.page_top = 0;
        model.help_top = 0;
    }
    void operator()(const TimePassed&) const { }
    void operator()(const Asked& asked) const
    {
        server().is_asking = true;
        server().asked = model.now;
        server().interest = asked.interest;
        server().ask_at.reset();
        if (asked.interest.access && model.credentials)
            model.credentials_used = model.now;
    }
    void operator()(const Answered& answered) const
    {
        Server& s = server();
        const bool is_shown = host == model.current;
        const int row = is_shown ? selected_row(model) : -1;
        Answers next = answered.answers;
        keep_what_was_not_asked(next, s);
        std::vector<Happening> news = what_happened(s, next, model.is_numeric);
        if (!s.trouble.empty())
            news.insert(news.begin(), {Role::good, "answers again"});
        s.rates = rates(s, next, model.now);
        remember(s, next, model.now);
        follow(s, next, model.now);
        if (next.clients && next.system.clock)
            s.clients.take(std::move(*next.clients), *next.system.clock);
        next.clients.reset();
        s.answers = std::move(next);
        s.answered = model.now;
        s.trouble.clear();
        note(s, std::move(news), model.now);
        watch_over(model, host);
        ask_again_later(s, model);
        // The bar stays where it was when what it was on is gone.
        if (is_shown && row >= 0)
            keep_selection(model, row);
    }
    void operator()(const Unanswered& unanswered) const
    {
        Server& s = server();
        if (s.trouble.empty())
            note(s, {{Role::bad, "no answer: " + unanswered.why}}, model.now);
        s.trouble = unanswered.why;
        s.rates.reset();
        s.offset.interrupt(model.now);
        s.frequency.interrupt(model.now);
        s.jitter.interrupt(model.now);
        s.error_bound.interrupt(model.now);
        s.received.interrupt(model.now);
        s.limited.interrupt(model.now);
        s.kissed.interrupt(model.now);
        watch_over(model, host);
        ask_again_later(s, model);
    }
    void operator()(const Reported& reported) const
    {
        say(model, reported.words, reported.is_fine ? Role::good : Role::bad);
        for (Server& s : model.servers)
            if (!model.is_paused)
                s.ask_at = s.is_asking ? s.ask_at : model.now; // what it changed is to be seen
    }
};

} // namespace

std::string_view name_of(View view)
{
    constexpr std::array<std::string_view, view_count> names{
        "Overview", "Peer", "Clients", "Access", "Clock", "Refclocks", "Events", "Hosts"};
    return names[static_cast<std::size_t>(view)];
}

Model update(Model model, const Event& event)
{
    model.now = event.when;
    std::visit(Effect{model, event.host}, event.what);
    if (!model.notice.empty() && model.now >= model.noticed + notice_time)
        model.notice.clear();
    if (model.credentials && model.now >= model.credentials_used + credentials_time)
        model.credentials.reset();
    keep_in_sight(model);
    return model;
}

bool wants_answers(const Server& server, Instant<Mono> now)
{
    return !server.is_asking && server.ask_at && *server.ask_at <= now;
}

Interest interest_in(const Model& model, std::size_t host)
{
    Interest interest;
    if (host != model.current)
        return interest;
    interest.many_clients = model.view == View::clients;
    interest.access = model.view == View::access;
    interest.kernel = model.view == View::clock;
    interest.clocks = model.view == View::refclocks;
    if (const Peer* peer = model.view == View::peer ? selected_peer(model) : nullptr)
        interest.association = peer->id;
    return interest;
}

Instant<Mono> next_look(const Model& model)
{
    Instant<Mono> next = model.now + 1s;
    for (const Server& server : model.servers)
        if (!server.is_asking && server.ask_at)
            next = std::min(next, *server.ask_at);
    return next;
}

const Peer* peer_of(const Server& server, AssociationId id)
{
    if (!server.answers)
        return nullptr;
    for (const Peer& peer : server.answers->peers)
        if (peer.id == id)
            return &peer;
    return nullptr;
}

bool is_stale(const Server& server)
{
    return server.answers && !server.trouble.empty();
}

Seconds silence(const Server& server, Instant<Mono> now)
{
    return now - (server.answers ? server.answered : server.watched_since);
}

} // namespace timeball::console
