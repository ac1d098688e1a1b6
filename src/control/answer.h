// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The server's side of a control conversation: a datagram comes in, and what is sent back follows
// from it, from the report and from who asks. What a report does not hold, or what changes the
// server, is an errand for the daemon: whether it may be done is decided before.

#include "control/client_question.h"
#include "control/nonce.h"
#include "control/packet.h"
#include "control/reply.h"
#include "report/report.h"

#include <optional>
#include <variant>

namespace timeball::control {

// What is known of the sender. The address may be forged: only what a MAC or a nonce proves is
// proven.
struct Who {
    Address address;
    bool may_query = true; // no `noquery` applies to this address
    bool may_ask_for_much = false; // an entry of its own allows it: more than one datagram may go
    KeyId key; // whose MAC was verified; 0: none
    std::uint16_t port = 0;
    bool may_modify = true; // no `nomodify`
    bool may_list_clients = true; // no `nomrulist`

    // A single small request may bring several datagrams only to those who cannot be a victim.
    bool may_get_many() const
    {
        return address.is_loopback() || may_ask_for_much || key != KeyId{};
    }
};

// What the server goes by when it must know whom it deals with. Without keys no MAC is verified,
// without nonces no client is shown.
struct Guard {
    ntp::Authenticator* keys = nullptr; // trusted ones
    KeyId control_key; // who may change things; 0: nobody
    Nonces* nonces = nullptr;
    WireTime wire;
    Instant<Mono> now{};
};

// How a control datagram ended. Each is counted by the caller.
enum class Verdict : std::uint8_t {
    answered,
    handed_on, // it became an errand
    refused, // an error was sent
    denied, // an error was sent: a wrong key, or none where one is needed
    too_much, // an error was sent in place of several datagrams
    dropped_noquery,
    dropped_short, // shorter than a header, or of another mode
    dropped_version,
    dropped_reply, // a response, an error or a fragment: nothing that asks
    dropped_nonce // none, a wrong one or an old one where one is needed
};
inline constexpr std::size_t verdict_count = 10;
std::string_view to_string(Verdict verdict); // "dropped_short"

// What the daemon has to do. Its answer is text for the reply or an error.
struct ListClients {
    ClientQuestion question;
};
struct ListInterfaces { };
struct ListRules { };
struct Configure {
    std::string lines; // of ntp.conf
    KeyId key; // who wants it
};
struct SaveConfiguration {
    std::string file; // name
    KeyId key;
};
using Errand = std::variant<std::monostate, ListClients, ListInterfaces, ListRules, Configure,
    SaveConfiguration>;

struct Answer {
    Verdict verdict;
    std::vector<Bytes> datagrams; // to be sent in this order; none when dropped or handed on
    Errand errand; // when handed on
    ReplySlip slip; // the way back
};

// Total: any octets give an answer. `now` and the ages in the report are the caller's to refresh.
Answer answer(std::span<const std::byte> request, const report::Report& report, const Who& who,
    const Guard& guard = {});

// Whether figures of the workers (report::WorkerFigures) are asked for: they have to be fetched.
bool wants_worker_figures(std::span<const std::byte> request);

} // namespace timeball::control
