// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// One round of questions to a server: the system's variables, what it has served, the list of its
// associations and the variables of each. Pure: it says what to ask next and takes what came back.

#include "control/session.h"
#include "timeball/model.h"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace timeball::console {

class Inquiry {
public:
    // A server that does not know what it has served need not be asked for that again.
    explicit Inquiry(bool asks_for_served = true) : asks_for_served_{asks_for_served} { }

    // Nothing when the round is over.
    std::optional<control::Question> next() const;

    void take(const control::Reply& reply);

    // False when the round cannot go on.
    [[nodiscard]] bool take(const control::Failure& failure);

    const Answers& answers() const { return answers_; } // when the round is over
    bool asks_for_served() const { return asks_for_served_; }

private:
    enum class Stage { system, served, associations, variables };

    void go_on();

    bool asks_for_served_;
    Stage stage_ = Stage::system;
    std::vector<Peer> peers_; // ascending by id; figures come one by one
    std::size_t peer_ = 0; // the one in question
    Answers answers_;
};

} // namespace timeball::console
