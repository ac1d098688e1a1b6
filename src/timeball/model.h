// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// All that the console knows, as a value. Events change it (update.h), and what is seen follows
// from it (view.h). Times are those of the loop's clock.

#include "timeball/clients.h"
#include "timeball/errand.h"
#include "timeball/figures.h"
#include "timeball/glyphs.h"
#include "timeball/history.h"
#include "timeball/keys.h"
#include "timeball/prompt.h"
#include "timeball/screen.h"
#include "timeball/sheet.h"
#include "timeball/thresholds.h"

#include <array>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace timeball::console {

enum class View { overview, peer, clients, access, clock, refclocks, events, hosts };
inline constexpr std::size_t view_count = 8;
std::string_view name_of(View view); // "Overview"

// An association as the server told of it.
struct Peer {
    AssociationId id;
    PeerStatus status{};
    PeerFigures figures;
    Variables variables;
    std::string why; // the server's own words about its choice; empty when it has none
    Variables clock; // of a reference clock (READCLOCK); empty when not asked or not told
};

// What one round of questions brought. What was not asked for, or is not told, is nothing.
struct Answers {
    SystemFigures system;
    Variables system_variables;
    ServedFigures served;
    std::vector<Peer> peers;
    std::optional<Variables> kernel, list; // ntpq's kerninfo and monstats
    std::optional<Variables> own; // what only timeballd has: tb_workers, tb_memory, ...
    std::optional<std::vector<Client>> clients; // those who asked last
    std::optional<std::vector<Restriction>> access;
    std::string no_clients, no_access; // why they are not told
};

// What a round should ask for beyond the system and its associations.
struct Interest {
    bool many_clients = false, access = false, kernel = false, clocks = false;
    AssociationId association; // why it is chosen or not; 0: none

    bool operator==(const Interest&) const = default;
};

// Requests from one round to the next, per second.
struct Rates {
    double received = 0, limited = 0, kissed = 0;
    std::optional<double> answered, refused; // refused: restricted, malformed or not authentic
};

struct Happening {
    Role role = Role::text;
    std::string words;
    Instant<Mono> when{};
    std::optional<ntp::Timestamp> clock; // the same by the server's clock
    std::uint64_t number = 0;
};

// One server that we watch.
struct Server {
    std::string host; // as asked for
    Instant<Mono> watched_since{};
    std::optional<Answers> answers; // the last ones; what a round did not ask for stays
    Instant<Mono> answered{}; // when they came
    std::optional<Rates> rates;
    std::string trouble; // why there is no answer now; empty when there is one
    bool is_asking = false;
    Instant<Mono> asked{}; // when the present or last round of questions began
    Interest interest; // of that round
    std::optional<Instant<Mono>> ask_at; // nothing: not until told to
    std::optional<Instant<Mono>> steady_since; // follows the same source since then
    bool saw_change = false; // into it: "since", not "at least since"

    Clients clients;
    Alarms alarms;
    std::deque<Happening> journal; // newest first
    std::uint64_t happenings = 0;
    std::optional<ntp::Timestamp> own_happening; // the newest that the server told of itself

    History<Seconds> offset, jitter, error_bound;
    History<Frequency> frequency;
    History<double> received, limited, kissed; // per second
    std::map<AssociationId, History<Seconds>> peer_offset; // one point for each reply
    AssociationId selected; // under the bar of the overview; 0: the first one
};

const Peer* peer_of(const Server& server, AssociationId id); // nullptr when there is none

struct Model {
    std::vector<Server> servers{1}; // never none
    std::size_t current = 0; // the one that is looked at
    Server& server() { return servers[current]; }
    const Server& server() const { return servers[current]; }

    // how it is shown
    Alphabet alphabet = Alphabet::unicode;
    Size size;
    bool is_numeric = false;
    View view = View::overview;
    View before_peer = View::overview; // where Escape leads from a source
    std::array<Listing, view_count> listings; // the overview's bar is Server::selected
    Listing& listing() { return listings[static_cast<std::size_t>(view)]; }
    const Listing& listing() const { return listings[static_cast<std::size_t>(view)]; }
    bool shows_help = false;
    int help_top = 0, page_top = 0; // first line shown
    std::optional<Seconds> plot_span; // nothing: as long as we watch, up to a quarter of an hour
    Thresholds thresholds;

    // what the operator writes
    std::optional<Prompt> prompt;
    std::optional<Credentials> credentials; // once asked for; never leave the memory
    Instant<Mono> credentials_used{};
    std::string waiting_change; // a line that waits for them
    bool is_waiting_destructive = false;
    std::string notice; // what became of it, for a few seconds
    Role notice_role = Role::text;
    Instant<Mono> noticed{};

    // how we ask
    Nanoseconds interval{std::chrono::seconds{2}};
    bool is_paused = false;

    Instant<Mono> now{};
    unsigned redraws = 0; // how often the screen was to be drawn anew
    unsigned bells = 0; // how often the bell was to ring
    std::vector<Errand> errands; // to be done, and taken out
    bool is_quitting = false;
};

// What happens to the console. Everything is an event, the passing of time too.
struct KeyPressed {
    Key key;
};
struct Clicked {
    Place place;
};
struct Resized {
    Size size;
};
struct TimePassed { };
struct Asked { // a round of questions has begun
    Interest interest;
};
struct Answered {
    Answers answers;
};
struct Unanswered {
    std::string why; // "timed out", "connection refused", "no such host"
};
struct Reported { // what became of an errand
    bool is_fine;
    std::string words;
};

struct Event {
    Instant<Mono> when;
    std::variant<KeyPressed, Clicked, Resized, TimePassed, Asked, Answered, Unanswered, Reported>
        what;
    std::size_t host = 0; // which server, for the middle ones
};

} // namespace timeball::console
