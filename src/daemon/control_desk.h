// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Where control requests arrive on the control loop. Most are answered from a report in the same
// turn; what the workers know is fetched from them, in turns of theirs, and what changes the server
// is handed to the daemon. Nothing here waits.

#include "control/answer.h"
#include "edge/platform.h"
#include "serve/census.h"
#include "serve/figures.h"
#include "serve/server.h"

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace timeball::daemon {

// Who changes something: proven by a key, and where the packet says that it came from.
struct Actor {
    KeyId key;
    Endpoint from;
};
std::string to_string(const Actor& actor); // "key 5 from 192.0.2.1:40000"

class ControlDesk {
public:
    struct Hooks {
        std::function<const report::Report&()> report; // as of now
        // Both give the text of the reply.
        std::function<std::string(const std::string& lines, const Actor&)> change;
        std::function<Result<std::string, control::Error>(const std::string& file, const Actor&)>
            save;
    };

    // All that is referred to outlives it; `server` has started.
    ControlDesk(const Platform& platform, serve::Server& server, Hooks hooks);

    // After a reload, and at the start. `asking` is who asks upstreams with the same keys.
    void configure(const config::LiveConfig& live, std::shared_ptr<const ntp::KeyTable> keys);

    void take(const serve::ControlRequest& request);

    // What has become of requests so far, by name.
    std::vector<std::pair<std::string, std::uint64_t>> counts() const;
    ntp::MacCounts mac_counts() const;

    // While a request that asks for them is answered; else none.
    const std::vector<serve::WorkerFigures>& worker_figures() const { return figures_; }

private:
    using Request = std::shared_ptr<const serve::ControlRequest>;

    void answer(const Request& request, bool has_figures);
    void fetch_figures(const Request& request);
    void run(const Request& request, const control::Answer& answer);
    void list_clients(const Request& request, const control::Answer& answer);
    void list_interfaces(const Request& request, const control::Answer& answer);
    void list_rules(const Request& request, const control::Answer& answer);
    void reply(const Request& request, const control::ReplySlip& slip, const std::string& text);
    void send(const Request& request, const control::ReplySlip& slip,
        const control::Outcome& outcome, ntp::Authenticator* keys);
    void tell_of_denial(const serve::ControlRequest& request);
    control::WireTime wire_time();
    std::uint16_t status() const;

    Platform platform_;
    serve::Server& server_;
    Hooks hooks_;
    control::Nonces nonces_;
    serve::Census census_;
    std::shared_ptr<ntp::Authenticator> keys_; // null: none
    KeyId control_key_;
    control::WireTime wire_;
    bool has_wire_ = false;
    std::array<std::uint64_t, control::verdict_count> verdicts_{};
    std::vector<serve::WorkerFigures> figures_;
    std::vector<Request> waiting_; // for figures that are being fetched
    std::optional<Instant<Mono>> fetching_since_;
    std::optional<Instant<Mono>> told_of_denial_;
    std::uint64_t denials_ = 0; // not told of yet
    // What comes from workers holds it weakly: nothing arrives when the desk has gone.
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

} // namespace timeball::daemon
