// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Any octets as a control request, with the errands they lead to. The first octet says who sends
// them and what is put right, so that what lies behind a nonce or a MAC is reached too. Fails by
// abort. An entry for libFuzzer; mutate.cc drives it where that is not to be had.

#include "unit/report/sample_report.h"

#include "config/load.h"
#include "config/save.h"
#include "control/answer.h"
#include "ntp/keys.h"

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

using namespace timeball;
using namespace timeball::control;

// How often each came out: a target whose inputs all die at the door tests nothing.
std::array<std::uint64_t, verdict_count> control_fuzz_verdicts{};

namespace {

void require(bool holds, const char* what)
{
    if (holds)
        return;
    std::fprintf(stderr, "control_fuzz: %s\n", what);
    std::abort();
}

enum How : std::uint8_t {
    from_stranger = 0x1,
    with_nonce = 0x2, // a valid one behind "nonce="
    with_control_key = 0x4, // a valid MAC at the end
    without_modify = 0x8
};

struct World {
    report::Report report = report::sample_report();
    ntp::Authenticator keys{std::make_shared<const ntp::KeyTable>(
        ntp::parse_keys("1 MD5 one\n5 SHA1 five\n9 AES nine\n").keys)};
    Nonces nonces{[] { return SipKey{1, 2}; }};
    Instant<Mono> now{std::chrono::hours{10}};
    config::Config config
        = config::load_text("server 192.0.2.1\nrestrict default noquery limited\ntrustedkey 5\n")
              .config;
};

World& world()
{
    static World w;
    return w;
}

void put_nonce(Bytes& datagram, const Who& who)
{
    World& w = world();
    const std::string all{as_text(datagram)};
    const auto at = all.find("nonce=");
    const std::string nonce = w.nonces.make({who.address, who.port}, w.now);
    if (at != all.npos && at + 6 + nonce.size() <= datagram.size())
        std::copy_n(
            as_bytes(nonce).begin(), nonce.size(), datagram.begin() + static_cast<long>(at) + 6);
}

void put_mac(Bytes& datagram)
{
    const auto message = decode(datagram);
    if (!message || !message->is_sound())
        return;
    datagram.resize((header_size + message->header.count + 7) / 8 * 8);
    std::array<std::byte, ntp::max_mac_size> room;
    const auto size = world().keys.sign({5}, datagram, room);
    datagram.insert(datagram.end(), room.begin(), room.begin() + static_cast<long>(size));
}

void check(const std::vector<Bytes>& datagrams, const Who& who, const ReplySlip& slip)
{
    if (!slip.may_get_many && !who.may_get_many())
        require(datagrams.size() <= 1, "several datagrams for one that proves nothing");
    require(datagrams.size() <= max_fragments, "more datagrams than ntpq takes");
    for (const Bytes& reply : datagrams) {
        const auto message = decode(reply);
        require(message && message->is_sound() && message->header.is_response, "no reply");
        require(reply.size() <= header_size + max_data + ntp::max_mac_size, "too long a reply");
    }
}

void run(const Answer& given, const Who& who)
{
    World& w = world();
    if (const auto* list = std::get_if<ListClients>(&given.errand)) {
        const ClientQuestion& q = list->question;
        ClientReply reply{q, {}, "0123456789abcdef01234567",
            q.behind.empty() ? std::nullopt : std::optional{q.behind.front()}};
        const ClientRow row{.from = {who.address, 123},
            .first = w.now,
            .last = w.now,
            .packets = 3,
            .dropped = 1,
            .mode = 3,
            .version = 4,
            .flags = 0x5d0,
            .score = 0.5};
        if (is_wanted(row, q.filter, w.now))
            while (reply.add(row)) { }
        const std::string text = reply.finish(true, w.now);
        require(text.size() <= q.fragments * max_data, "more than the fragments asked for");
        check(replies(given.slip, text_content(0, text), &w.keys), who, given.slip);
    } else if (const auto* change = std::get_if<Configure>(&given.errand)) {
        require(given.slip.key == KeyId{5}, "a change without the key");
        const auto amended = config::amend(w.config, change->lines);
        static_cast<void>(config::to_ntp_conf(amended.config.live));
    } else if (const auto* save = std::get_if<SaveConfiguration>(&given.errand)) {
        require(given.slip.key == KeyId{5}, "saved without the key");
        if (config::is_plain_file_name(save->file))
            require(save->file.find('/') == std::string::npos, "a file elsewhere");
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0)
        return 0;
    World& w = world();
    const std::uint8_t how = data[0];
    Who who{how & from_stranger ? *parse_address("198.51.100.7") : Address::loopback(Family::ipv4)};
    who.port = 4000;
    who.may_modify = (how & without_modify) == 0;
    const auto* first = reinterpret_cast<const std::byte*>(data + 1);
    Bytes datagram{first, first + (size - 1)};
    if (how & with_nonce)
        put_nonce(datagram, who);
    if (how & with_control_key)
        put_mac(datagram);

    const Guard guard{
        .keys = &w.keys, .control_key = {5}, .nonces = &w.nonces, .wire = {}, .now = w.now};
    const Answer given = answer(datagram, w.report, who, guard);

    ++control_fuzz_verdicts[static_cast<std::size_t>(given.verdict)];
    const bool says_something
        = given.verdict < Verdict::dropped_noquery && given.verdict != Verdict::handed_on;
    require(says_something == !given.datagrams.empty(), "a verdict and no reply, or the reverse");
    check(given.datagrams, who, given.slip);
    if (given.verdict == Verdict::handed_on)
        run(given, who);
    return 0;
}
