// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// One round of questions to a server: the system's variables, what it has served, the list of its
// associations and the variables of each, and what is looked at besides. Pure: it says what to ask
// next and takes what came back.

#include "control/mru_query.h"
#include "control/session.h"
#include "timeball/model.h"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace timeball::console {

class Inquiry {
public:
    // In the order in which they are asked. The first, the associations and their variables must be
    // answered, the others may be refused.
    enum class Stage {
        system,
        served,
        associations,
        variables,
        own,
        why,
        clocks,
        clients,
        list,
        kernel,
        access,
        over
    };

    // What the server does not tell and why, so that it need not be asked again and again.
    struct Refusal {
        std::string words;
        int times = 0; // in a row

        bool is_final() const { return times >= most; }
        static constexpr int most = 3;
    };
    using Refusals = std::map<Stage, Refusal>;

    explicit Inquiry(const Interest& interest = {}, Refusals refusals = {});

    // Nothing when the round is over.
    std::optional<control::Question> next(Instant<Mono> now);

    void take(const control::Reply& reply, Instant<Mono> now);

    // False when the round cannot go on.
    [[nodiscard]] bool take(const control::Failure& failure);

    Answers answers() const; // when the round is over
    const Refusals& refusals() const { return refusals_; }

private:
    void go_on(); // to the next question
    void settle(); // skips what need not be asked
    bool is_wanted() const;
    bool is_at_a_peer() const;

    Interest interest_;
    Refusals refusals_;
    Stage stage_ = Stage::system;
    std::vector<Peer> peers_; // ascending by id; figures come one by one
    std::size_t peer_ = 0; // the one in question
    control::MruQuery clients_;
    Answers answers_;
};

} // namespace timeball::console
