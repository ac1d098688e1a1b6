// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The client's side: fragments in any order, retries, errors, and recorded replies of a real
// server.

#include "unit/control/capture.h"

#include "control/session.h"
#include "control/variables.h"
#include "ntp/keys.h"

#include <algorithm>
#include <string>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::control;
using namespace std::chrono_literals;

namespace {

template <class T>
bool is(const Session::Step& step)
{
    return std::holds_alternative<T>(step);
}

} // namespace

TEST_GROUP(Session)
{
    Session session;
    Instant<Mono> now{100s};

    // What a server would send back for `request`.
    static std::vector<Bytes> replies(const Bytes& request, const std::string& text)
    {
        Header h = decode(request)->header;
        h.is_response = true;
        h.status = 0x0615;
        return fragments(h, as_bytes(text));
    }
};

TEST(Session, AsksAsNtpqDoes)
{
    const auto request = session.ask({Opcode::read_status, {}, ""}, now);
    CHECK(request == recorded("peers.hex").front().datagram);
    CHECK(session.is_asking());
    CHECK(session.deadline() == now + 5s);
}

TEST(Session, CollectsEveryRecordedConversation)
{
    for (const char* name : {"peers.hex", "rv.hex", "sysinfo.hex", "trace.hex"}) {
        Header asked;
        Session::Step step = Session::Wait{};
        int answers = 0, requests = 0;
        for (const auto& [is_request, datagram] : recorded(name)) {
            const auto message = *decode(datagram);
            if (is_request) {
                ++requests;
                asked = decode(session.ask({message.header.opcode, message.header.association,
                                               std::string{as_text(message.data())}},
                                   now))
                            ->header;
                continue;
            }
            // The session counts on; recordings begin anew with each program.
            Bytes reply = datagram;
            reply[2] = std::byte(asked.sequence >> 8);
            reply[3] = std::byte(asked.sequence);
            step = session.take(reply, now);
            answers += !is<Session::Wait>(step);
        }
        LONGS_EQUAL(requests, answers);
    }
}

TEST(Session, ReadsTheVariablesOfARealPeer)
{
    const auto all = recorded("peers.hex"); // READSTAT and its reply come first
    for (int i = 0; i < 2; ++i)
        session.ask({Opcode::read_variables, {0x4567}, ""}, now); // up to sequence 2
    CHECK(is<Session::Wait>(session.take(all[4].datagram, now))); // the second fragment first
    const auto step = session.take(all[3].datagram, now);

    CHECK(is<Reply>(step));
    const auto& reply = std::get<Reply>(step);
    LONGS_EQUAL(0xb314, reply.status);
    const auto list = parse_variables(reply.data);
    STRCMP_EQUAL("10.77.0.1", list.get("srcadr").c_str());
    LONGS_EQUAL(-1, *list.integer("ntscookies"));
}

TEST(Session, PutsFragmentsTogetherInWhateverOrderTheyCome)
{
    std::string text;
    for (int i = 0; text.size() < 4 * max_data + 100; ++i)
        text += std::to_string(i) + ",";
    std::vector<int> order{0, 1, 2, 3, 4};
    do {
        const auto parts = replies(session.ask({}, now), text);
        LONGS_EQUAL(5, parts.size());
        for (std::size_t i = 0; i < parts.size(); ++i) {
            const auto step = session.take(parts[static_cast<std::size_t>(order[i])], now);
            CHECK_EQUAL(i + 1 == parts.size(), is<Reply>(step));
            if (const auto* reply = std::get_if<Reply>(&step))
                CHECK(reply->data == text);
        }
        CHECK_FALSE(session.is_asking());
    } while (std::next_permutation(order.begin(), order.end()));
}

TEST(Session, TakesEachFragmentOnce)
{
    const std::string text(2 * max_data + 1, 'x');
    const auto parts = replies(session.ask({}, now), text);
    for (const int i : {1, 1, 2, 1, 2})
        CHECK(is<Session::Wait>(session.take(parts[static_cast<std::size_t>(i)], now)));
    const auto step = session.take(parts[0], now);
    CHECK(std::get<Reply>(step).data == text);
}

TEST(Session, LeavesOutFragmentsThatOverlap)
{
    const auto request = session.ask({}, now);
    Header h = decode(request)->header;
    h.is_response = h.has_more = true;
    CHECK(is<Session::Wait>(session.take(encode(h, as_bytes("abcdefgh")), now)));
    h.offset = 4;
    CHECK(is<Session::Wait>(session.take(encode(h, as_bytes("XXXXXXXX")), now)));
    h.offset = 8;
    h.has_more = false;
    const auto step = session.take(encode(h, as_bytes("ij")), now);
    STRCMP_EQUAL("abcdefghij", std::get<Reply>(step).data.c_str());
}

TEST(Session, DoesNotListenToRepliesToAnotherQuestion)
{
    const auto first = session.ask({}, now);
    session.ask({}, now);
    CHECK(is<Session::Wait>(session.take(replies(first, "late")[0], now)));
    CHECK(session.is_asking());
}

TEST(Session, DoesNotListenToRequests)
{
    const auto request = session.ask({}, now);
    CHECK(is<Session::Wait>(session.take(request, now)));
}

TEST(Session, SaysWhatTheServerRefused)
{
    const auto request = session.ask({}, now);
    Header h = decode(request)->header;
    h.is_response = h.is_error = true;
    h.status = 0x0500;
    const auto step = session.take(encode(h, {}), now);

    const auto& failure = std::get<Failure>(step);
    CHECK(failure.kind == Failure::Kind::refused);
    CHECK(failure.error == Error::unknown_variable);
    STRCMP_EQUAL("no such variable (UNKNOWNVAR)", to_string(failure).c_str());
}

TEST(Session, TakesARealErrorWithALeftOverOffset)
{
    const auto all = recorded("rv.hex");
    const auto error = std::find_if(all.begin(), all.end(),
        [](const Recorded& r) { return !r.is_request && decode(r.datagram)->header.is_error; });
    for (int i = decode(error->datagram)->header.sequence; i > 0; --i)
        session.ask({}, now);
    CHECK(is<Failure>(session.take(error->datagram, now)));
}

TEST(Session, AsksOnceMoreAndThenGivesUp)
{
    const auto first = session.ask({}, now);
    CHECK(is<Session::Wait>(session.look(now + 4s)));
    const auto again = session.look(now + 5s);
    CHECK(is<Session::Send>(again));
    const auto& second = std::get<Session::Send>(again).datagram;
    LONGS_EQUAL(decode(first)->header.sequence + 1, decode(second)->header.sequence);

    CHECK(is<Session::Wait>(session.look(now + 9s)));
    const auto end = session.look(now + 10s);
    CHECK(std::get<Failure>(end).kind == Failure::Kind::timed_out);
    CHECK_FALSE(session.is_asking());
    CHECK_FALSE(session.deadline().has_value());
}

TEST(Session, WaitsLessForTheFragmentsThatFollow)
{
    const std::string text(2 * max_data, 'x');
    const auto parts = replies(session.ask({}, now), text);
    session.take(parts[0], now + 4s);
    CHECK(session.deadline() == now + 7s);
    CHECK(is<Session::Send>(session.look(now + 7s)));
    session.look(now + 12s);
    // nothing of the first try counts in the second
    const auto request = session.ask({}, now);
    session.take(replies(request, text)[1], now);
    session.look(now + 3s);
    const auto end = session.look(now + 8s);
    CHECK(std::get<Failure>(end).kind == Failure::Kind::timed_out);
}

TEST(Session, SaysWhenOnlyAPartHasCome)
{
    session.change({.tries = 1});
    const auto parts = replies(session.ask({}, now), std::string(2 * max_data, 'x'));
    session.take(parts[1], now);
    const auto end = session.look(now + 3s);
    CHECK(std::get<Failure>(end).kind == Failure::Kind::incomplete);
}

TEST(Session, EndsAStreamThatDoesNot)
{
    const auto request = session.ask({}, now);
    Header h = decode(request)->header;
    h.is_response = h.has_more = true;
    Session::Step step = Session::Wait{};
    for (int i = 0; i < 100 && is<Session::Wait>(step); ++i) {
        h.offset = static_cast<std::uint16_t>(4 * i + 4);
        step = session.take(encode(h, as_bytes("abcd")), now);
    }
    CHECK(std::get<Failure>(step).kind == Failure::Kind::too_many);
}

// --- signed ------------------------------------------------------------------

namespace {

std::shared_ptr<const ntp::KeyTable> key_table(std::string_view text)
{
    return std::make_shared<const ntp::KeyTable>(ntp::parse_keys(text).keys);
}

// The server's side: where its kind looks for the MAC, and what it sends back.
struct SigningServer {
    std::size_t multiple = 8; // octets that it pads to
    std::byte leak{0x5a}; // what NTPsec has there is anything
    ntp::Authenticator authenticator{key_table("7 SHA1 secret\n8 AES 0123456789abcdef\n")};

    bool believes(const Bytes& request)
    {
        const auto message = *decode(request);
        const auto covered
            = (header_size + message.header.count + multiple - 1) / multiple * multiple;
        return request.size() > covered
            && authenticator
                   .verify(
                       std::span{request}.first(covered), std::span{request}.subspan(covered), {})
                   .has_value();
    }

    Bytes reply(const Bytes& request, std::string_view text, KeyId signs = {7})
    {
        Header h = decode(request)->header;
        h.is_response = true;
        Bytes datagram;
        if (!believes(request)) {
            h.is_error = true;
            h.status = 0x0100;
            return encode(h, {});
        }
        datagram = encode(h, as_bytes(text));
        const auto end = datagram.size();
        datagram.resize((end + multiple - 1) / multiple * multiple);
        std::fill(datagram.begin() + static_cast<long>(end), datagram.end(), leak);
        std::array<std::byte, ntp::max_mac_size> room;
        const auto size = authenticator.sign(signs, datagram, room);
        datagram.insert(datagram.end(), room.begin(), room.begin() + static_cast<long>(size));
        return datagram;
    }
};

const Question interfaces{Opcode::read_ordered_list, {}, "ifstats", true};

} // namespace

TEST(Session, SignsForServersOfEitherPadding)
{
    for (const std::size_t multiple : {8u, 4u}) {
        SigningServer server{.multiple = multiple};
        Session asking;
        CHECK(asking.use({{7}, key_table("7 SHA1 secret")}));
        auto step = asking.take(
            server.reply(asking.ask({Opcode::read_ordered_list, {}, "", true}, now), "x=1"), now);
        if (multiple == 4) {
            CHECK(is<Session::Send>(step)); // it said that it does not believe us
            step = asking.take(server.reply(std::get<Session::Send>(step).datagram, "x=1"), now);
        }
        CHECK(is<Reply>(step));
        // From then on the padding is known.
        CHECK(is<Reply>(asking.take(server.reply(asking.ask(interfaces, now), "x=2"), now)));
    }
}

TEST(Session, SignsConfigurationsForBothPaddingsAtOnce)
{
    for (const std::string text : {"server 10.0.0.1", "unpeer 10.0.0.1", "x", ""}) {
        Session asking;
        asking.use({{8}, key_table("8 AES 0123456789abcdef")});
        const auto request = asking.ask({Opcode::configure, {}, text, true}, now);
        CHECK(SigningServer{.multiple = 8}.believes(request));
        CHECK(SigningServer{.multiple = 4}.believes(request));
        const auto data = decode(request)->data();
        CHECK(as_text(data).starts_with(text));
        CHECK(as_text(data).find_first_not_of(' ', text.size()) == std::string_view::npos);
    }
}

TEST(Session, TakesARefusalAfterBothPaddings)
{
    SigningServer server;
    Session asking;
    asking.use({{7}, key_table("7 SHA1 wrong")});
    auto step = asking.take(server.reply(asking.ask(interfaces, now), ""), now);
    if (is<Session::Send>(step))
        step = asking.take(server.reply(std::get<Session::Send>(step).datagram, ""), now);
    CHECK(is<Failure>(step));
    CHECK(std::get<Failure>(step) == (Failure{Failure::Kind::refused, Error::permission}));
}

TEST(Session, BelievesNoAnswerThatIsNotSignedWithItsKey)
{
    SigningServer server;
    Session asking{{.tries = 1}};
    asking.use({{7}, key_table("7 SHA1 secret")});
    const auto request = asking.ask(interfaces, now);
    CHECK(is<Session::Wait>(asking.take(replies(request, "x=1")[0], now)));
    CHECK(is<Session::Wait>(asking.take(server.reply(request, "x=1", {8}), now))); // another key
    auto changed = server.reply(request, "x=1");
    changed[header_size] ^= std::byte{1};
    CHECK(is<Session::Wait>(asking.take(changed, now)));
    const auto step = asking.look(now + 5s);
    CHECK(is<Failure>(step));
    CHECK(std::get<Failure>(step).kind == Failure::Kind::unauthentic);

    const auto again = asking.ask(interfaces, now);
    asking.take(replies(again, "x=1")[0], now);
    CHECK(is<Reply>(asking.take(server.reply(again, "x=1"), now))); // the true one came after all
}

TEST(Session, SignsOnlyWhatIsToBeSigned)
{
    Session asking;
    asking.use({{7}, key_table("7 SHA1 secret")});
    LONGS_EQUAL(header_size, asking.ask({Opcode::read_status, {}, ""}, now).size());
    LONGS_EQUAL(header_size + 12 + 4 + 20, asking.ask(interfaces, now).size());
    CHECK(asking.use({}));
    LONGS_EQUAL(header_size + 8, asking.ask(interfaces, now).size());
    CHECK_FALSE(asking.use({{9}, key_table("7 SHA1 secret")}));
}
