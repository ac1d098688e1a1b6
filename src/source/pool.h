// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// A name that stands for many servers: asks for addresses while members are wanted, makes members
// of them and replaces those that turn out bad.

#include "source/lookup.h"
#include "source/server_source.h"

#include <deque>
#include <memory>
#include <vector>

namespace timeball::source {

class Pool {
public:
    // `common` outlives the pool.
    Pool(Common& common, AssociationId id, const config::SourceConfig& config);

    void start(Nanoseconds after);

    // A member that a daemon before us had (ServerSource::recall). False: it is none.
    bool recall(AssociationId id, const std::string& host, std::string_view memo);

    void change(const config::SourceConfig& config); // same name, other settings

    // Gives up members that are bad: at once when they do not want us, otherwise only for a
    // candidate that could take the place, so that a dead network costs no member.
    void weed();

    // A candidate that could be a member now.
    bool has_candidate();

    void dismiss_one(); // the youngest member, because there are too many

    // Makes a member of the first candidate. Only when there is one.
    void mobilize(AssociationId id, Nanoseconds after);

    // Looks for candidates, less and less often.
    void want_more();

    bool has_answered() const { return has_answered_; } // or failed, once
    bool wants_replacement() const; // some member would be given up for a better one

    AssociationId association() const { return association_id_; }
    const std::vector<std::unique_ptr<ServerSource>>& members() const { return members_; }
    report::Association report() const; // of the solicitor itself
    void note(PeerEvent kind) { mark_.note(kind); }

private:
    config::SourceConfig member_config(const std::string& host) const;
    void resolved(const Resolver::Answer& answer);
    void give_up(std::size_t member); // because of a complaint
    void demobilize(std::size_t member, std::string_view why);
    void say(PeerEvent kind, Severity severity, const std::string& text);

    Common& common_;
    AssociationId association_id_;
    config::SourceConfig config_;
    std::vector<std::unique_ptr<ServerSource>> members_;
    std::deque<Address> candidates_;
    Instant<Mono> answered_at_{};
    bool has_answered_ = false;
    bool is_failing_ = false; // and it has been said
    EventMark mark_;
    Lookup lookup_;
    EventLoop::Owned timer_;
};

} // namespace timeball::source
