// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// All that the console knows, as a value. Events change it (update.h), and what is seen follows
// from it (view.h). Times are those of the loop's clock.

#include "timeball/figures.h"
#include "timeball/glyphs.h"
#include "timeball/history.h"
#include "timeball/keys.h"
#include "timeball/screen.h"

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace timeball::console {

// An association as the server told of it.
struct Peer {
    AssociationId id;
    PeerStatus status{};
    PeerFigures figures;
    Variables variables;
};

// What one round of questions brought.
struct Answers {
    SystemFigures system;
    ServedFigures served;
    std::vector<Peer> peers;
};

// Requests from one round to the next.
struct Rates {
    double received = 0, limited = 0, kissed = 0; // per second
};

// One server that we watch.
struct Server {
    std::string host; // as asked for
    Instant<Mono> watched_since{};
    std::optional<Answers> answers; // the last ones
    Instant<Mono> answered{}; // when they came
    std::optional<Rates> rates;
    std::string trouble; // why there is no answer now; empty when there is one
    bool is_asking = false;
    Instant<Mono> asked{}; // when the present or last round of questions began
    std::optional<Instant<Mono>> ask_at; // nothing: not until told to

    History<Seconds> offset;
    History<Frequency> frequency;
    std::map<AssociationId, History<Seconds>> peer_offset; // one point for each reply
};

const Peer* peer_of(const Server& server, AssociationId id); // nullptr when there is none

struct Model {
    Server server;

    // how it is shown
    Alphabet alphabet = Alphabet::unicode;
    Size size;
    bool is_numeric = false;
    bool shows_help = false;
    bool shows_details = false;
    int help_top = 0, details_top = 0; // first line shown
    AssociationId selected; // 0: the first one
    int table_top = 0; // first row shown
    std::optional<Seconds> plot_span; // nothing: as long as we watch, up to a quarter of an hour

    // how we ask
    Nanoseconds interval{std::chrono::seconds{2}};
    bool is_paused = false;

    Instant<Mono> now{};
    unsigned redraws = 0; // how often the screen was to be drawn anew
    bool is_quitting = false;
};

// What happens to the console. Everything is an event, the passing of time too.
struct KeyPressed {
    Key key;
};
struct Resized {
    Size size;
};
struct TimePassed { };
struct Asked { }; // a round of questions has begun
struct Answered {
    Answers answers;
};
struct Unanswered {
    std::string why; // "timed out", "connection refused", "no such host"
};

struct Event {
    Instant<Mono> when;
    std::variant<KeyPressed, Resized, TimePassed, Asked, Answered, Unanswered> what;
};

} // namespace timeball::console
