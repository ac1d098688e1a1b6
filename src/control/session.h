// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The client's side of a control conversation: one question at a time to one server. The caller
// sends what it is told to send, hands in what arrives and looks when the deadline has come. It
// copes with fragments in any order, twice, or not at all, and asks once more when they stay away.
// With a key it signs what is to be signed, and believes only answers that are signed too.

#include "base/result.h"
#include "control/packet.h"
#include "ntp/mac.h"
#include "time/time.h"

#include <memory>
#include <optional>
#include <string>
#include <variant>

namespace timeball::control {

struct Question {
    Opcode opcode = Opcode::read_variables;
    AssociationId association; // 0: the system
    std::string data; // at most max_data octets
    bool is_signed = false; // with the session's key, when it has one
};

struct Reply {
    std::uint16_t status = 0;
    std::string data; // all fragments, in order
};

// Why there is no reply.
struct Failure {
    enum class Kind {
        timed_out, // nothing came
        incomplete, // some fragments came, others did not
        too_many, // more datagrams than a reply can have
        unauthentic, // only answers came that are not signed with our key
        refused // the server says so: `error`
    };
    Kind kind = Kind::timed_out;
    Error error = Error::unspecified; // of Kind::refused

    bool operator==(const Failure&) const = default;
};

// "timed out, nothing received", "no such association (BADASSOC)"
std::string to_string(const Failure& failure);
std::string_view name_of(Error error); // as ntpq says it: "BADASSOC"

struct Patience {
    Nanoseconds first = std::chrono::seconds{5}; // for the first fragment
    Nanoseconds next = std::chrono::seconds{3}; // for each fragment after it
    int tries = 2;
    std::uint8_t version = 2; // claimed in requests
};

// The key to sign with, one of `keys`. Who may use which key is the server's business: addresses in
// the table must not exclude the server.
struct Credentials {
    KeyId key; // 0: none
    std::shared_ptr<const ntp::KeyTable> keys;
};

class Session {
public:
    struct Wait { };
    struct Send {
        Bytes datagram;
    };
    using Step = std::variant<Wait, Send, Reply, Failure>; // the last two end the question

    explicit Session(const Patience& patience = {}) : patience_{patience} { }

    // The datagram to send. An earlier question that is still open is forgotten.
    Bytes ask(Question question, Instant<Mono> now);

    Step take(std::span<const std::byte> datagram, Instant<Mono> now);
    Step look(Instant<Mono> now); // at the deadline or whenever

    bool is_asking() const { return question_.has_value(); }
    std::optional<Instant<Mono>> deadline() const;
    void forget() { question_.reset(); }
    void change(const Patience& patience) { patience_ = patience; }
    const Patience& patience() const { return patience_; }

    // Forgets which padding the server wanted: it may be another one. False, and no key, when the
    // table does not have it or the cryptographic library not its algorithm.
    bool use(const Credentials& credentials);

private:
    struct Fragment {
        std::uint16_t offset;
        Bytes data;
        std::size_t end() const { return offset + data.size(); }
    };

    // ntpd and NTPsec up to 1.2.2 look for the MAC at a multiple of eight octets, later ones at
    // a multiple of four, and each finds none where the other looks.
    enum class Padding : std::uint8_t { eight = 8, four = 4 };

    Bytes request(Instant<Mono> now);
    void sign(Bytes& datagram);
    bool is_to_be_signed() const { return question_->is_signed && authenticator_; }
    bool is_authentic(std::span<const std::byte> datagram, const Message& message);
    bool tries_other_padding();
    Step refused(Error error, Instant<Mono> now);
    Step ended(Step how);
    bool is_ours(const Message& message) const;
    bool insert(Fragment fragment); // false for one that overlaps another
    std::optional<std::string> whole() const;

    Patience patience_;
    std::uint16_t sequence_ = 0;
    std::optional<Question> question_;
    int tries_left_ = 0;
    Instant<Mono> deadline_{};
    std::size_t datagrams_ = 0; // of this try
    std::vector<Fragment> fragments_; // by offset, none overlapping
    std::optional<std::size_t> total_; // known once the last fragment is here
    std::uint16_t status_ = 0;
    bool saw_unauthentic_ = false; // in this question

    KeyId key_;
    std::shared_ptr<ntp::Authenticator> authenticator_; // when there is a key
    Padding padding_ = Padding::eight;
    bool is_padding_known_ = false; // a signed answer came
    bool tried_other_ = false; // padding, in this question
};

} // namespace timeball::control
