// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// A running server that is changed, saved and looked through over the network.

#include "control/answer.h"
#include "control/session.h"
#include "control/variables.h"
#include "ntp/keys.h"
#include "sim/world.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::sim;
using namespace std::chrono_literals;
using control::Opcode;

namespace {

constexpr const char* keys_file = "1 MD5 one\n5 SHA1 five\n9 AES 0123456789abcdef\n";

// Asks, with a key or without, and collects the answer.
class Operator final : public Receiver {
public:
    Operator(World& world, const Address& server) : world_{world}, server_{server, 123}
    {
        world.net().add_host(at_.address);
        world.net().bind(at_, *this);
    }
    ~Operator() { world_.net().unbind(at_); }

    std::string ask(Opcode opcode, const std::string& data = {}, std::uint32_t key = 0)
    {
        control::Bytes datagram = session_.ask({opcode, {}, data}, now());
        if (key != 0) {
            datagram.resize((datagram.size() + 7) / 8 * 8);
            std::array<std::byte, ntp::max_mac_size> room;
            const auto size = keys_.sign({key}, datagram, room);
            datagram.insert(datagram.end(), room.begin(), room.begin() + static_cast<long>(size));
        }
        said_ = "(silence)";
        octets_ = 0;
        world_.net().send(datagram, at_, server_);
        world_.run_for(2s);
        return said_;
    }
    std::size_t octets() const { return octets_; } // of the last answer

    void arrived(std::span<const std::byte> bytes, const Endpoint&, const Endpoint&) override
    {
        octets_ += bytes.size();
        const auto step = session_.take(bytes, now());
        if (const auto* reply = std::get_if<control::Reply>(&step))
            said_ = reply->data;
        else if (const auto* failure = std::get_if<control::Failure>(&step))
            said_ = control::to_string(*failure);
    }
    void refused(const Endpoint&) override { }

private:
    Instant<Mono> now() const { return Instant<Mono>{world_.now().time_since_epoch()}; }

    World& world_;
    Endpoint server_, at_{*parse_address("203.0.113.5"), 40000};
    control::Session session_;
    ntp::Authenticator keys_{
        std::make_shared<const ntp::KeyTable>(ntp::parse_keys(keys_file).keys)};
    std::string said_;
    std::size_t octets_ = 0;
};

// Somebody who asks for the time once and is never heard of again.
struct Passerby final : Receiver {
    void arrived(std::span<const std::byte>, const Endpoint&, const Endpoint&) override { }
    void refused(const Endpoint&) override { }
};

int lines_with(const Node& node, const std::string& text)
{
    const auto& lines = const_cast<Node&>(node).log().lines;
    return static_cast<int>(std::count_if(lines.begin(), lines.end(),
        [&](const SimLog::Line& line) { return line.sentence.find(text) != std::string::npos; }));
}

} // namespace

TEST_GROUP(ControlledServer)
{
    World world{1};
    Node* node = nullptr;

    void setup() override
    {
        world.net().all_paths() = {.delay = 5ms, .jitter = 100us};
        for (const char* name : {"ntp1", "ntp2", "ntp3"})
            world.server(name);
        NodeTraits traits;
        traits.conf = "server ntp1 iburst\nserver ntp2 iburst\n"
                      "restrict default limited nomodify noquery\nrestrict 203.0.113.5\n"
                      "keys /etc/keys\ntrustedkey 1 5\ncontrolkey 5\nsaveconfigdir /save\n";
        traits.files["/etc/keys"] = keys_file;
        node = &world.node(traits);
        world.run_for(30min);
        CHECK(node->is_synchronized());
    }
};

TEST(ControlledServer, TakesAServerAndKeepsWhatItKnows)
{
    Operator op{world, node->address()};
    const auto before = node->report();
    CHECK(op.ask(Opcode::configure, "server ntp3 iburst", 5).starts_with("Config Succeeded"));
    world.run_for(10min);
    const auto& after = node->report();
    LONGS_EQUAL(3, after.associations.size());
    LONGS_EQUAL(before.associations[0].id.value, after.associations[0].id.value);
    CHECK(after.associations[0].reach == 0xff);
    CHECK(after.associations[0].sent > before.associations[0].sent);
    CHECK(node->association("ntp3")->reach != 0);
    CHECK(node->is_synchronized());
    STRCMP_EQUAL("", world.first_broken().c_str());
    LONGS_EQUAL(1,
        lines_with(*node,
            "the configuration was changed by key 5 from 203.0.113.5:40000: "
            "server ntp3 iburst"));

    CHECK(op.ask(Opcode::configure, "unpeer ntp1", 5).starts_with("Config Succeeded"));
    LONGS_EQUAL(2, node->report().associations.size());
    CHECK(node->association("ntp1") == nullptr);
    const auto id = std::to_string(node->association("ntp2")->id.value);
    CHECK(op.ask(Opcode::configure, "unpeer " + id, 5).starts_with("Config Succeeded"));
    CHECK(node->association("ntp2") == nullptr);
}

TEST(ControlledServer, ObeysTheControlKeyOnly)
{
    Operator op{world, node->address()};
    for (const std::uint32_t key : {0u, 1u, 9u})
        STRCMP_EQUAL("permission denied (PERMISSION)",
            op.ask(Opcode::configure, "unpeer ntp1", key).c_str());
    LONGS_EQUAL(2, node->report().associations.size());
    for (int i = 0; i < 30; ++i)
        op.ask(Opcode::configure, "unpeer ntp1", 1);
    const int told = lines_with(*node, "control request to change the configuration from");
    CHECK(told >= 2 && told <= 8); // a minute of them
    CHECK(lines_with(*node, "more were refused") >= 1);
}

// The file of keys is read at the start, when it can be read; who is trusted may change later.
TEST(ControlledServer, TrustsKeysThatItDidNotTrustBefore)
{
    Operator op{world, node->address()};
    node->files().content.erase("/etc/keys");
    CHECK(
        op.ask(Opcode::configure, "trustedkey 9\ncontrolkey 9", 5).starts_with("Config Succeeded"));
    CHECK(op.ask(Opcode::configure, "tos minsane 2", 9).starts_with("Config Succeeded"));
    STRCMP_EQUAL(
        "permission denied (PERMISSION)", op.ask(Opcode::configure, "tos minsane 1", 5).c_str());
}

TEST(ControlledServer, SaysWhereAChangeIsWrongAndMakesNoneOfIt)
{
    Operator op{world, node->address()};
    CHECK(op.ask(Opcode::configure, "unpeer ntp1\nserver ntp3 iburts", 5)
              .starts_with("column 12 syntax error in line 2: "));
    LONGS_EQUAL(2, node->report().associations.size());
    CHECK(op.ask(Opcode::configure, "logfile /etc/passwd", 5).find("not permitted")
        != std::string::npos);
}

TEST(ControlledServer, SavesWhatIsInForce)
{
    Operator op{world, node->address()};
    op.ask(Opcode::configure, "server ntp3 iburst\nunpeer ntp1", 5);
    CHECK(op.ask(Opcode::save_configuration, "now.conf", 5).starts_with("Configuration saved"));
    const std::string saved = node->files().content.at("/save/now.conf");
    node->reloads(saved);
    world.run_for(1min);
    LONGS_EQUAL(2, node->report().associations.size());
    CHECK(node->association("ntp3") != nullptr);
    CHECK(op.ask(Opcode::configure, "tos minsane 2", 5).starts_with("Config Succeeded"));

    for (const char* elsewhere : {"../now.conf", "/etc/now.conf", "", ".now"})
        STRCMP_EQUAL("not a valid value (BADVALUE)",
            op.ask(Opcode::save_configuration, elsewhere, 5).c_str());
    STRCMP_EQUAL(
        "permission denied (PERMISSION)", op.ask(Opcode::save_configuration, "x.conf", 1).c_str());
    LONGS_EQUAL(1,
        std::count_if(node->files().content.begin(), node->files().content.end(),
            [](const auto& file) { return file.first.starts_with("/save/"); }));
}

TEST(ControlledServer, ListsItsClientsToWhoBringsANonce)
{
    Operator op{world, node->address()};
    Passerby passerby;
    constexpr int clients = 500;
    for (int i = 0; i < clients; ++i) {
        const Endpoint from{Address::ipv4(0x0a000000u + static_cast<unsigned>(i)), 5000};
        std::array<std::byte, 48> request{std::byte{0x23}};
        request[47] = std::byte{1};
        world.net().send(request, from, {node->address(), 123});
        world.run_for(10ms);
    }
    STRCMP_EQUAL("(silence)", op.ask(Opcode::read_mru, "frags=32").c_str());
    std::string question = op.ask(Opcode::request_nonce).substr(0, 30) + ", frags=32";
    std::set<std::string> seen;
    for (int turns = 0; turns < 100; ++turns) {
        const auto reply = control::parse_variables(op.ask(Opcode::read_mru, question));
        std::string last, from;
        for (int i = 0; reply.find("addr." + std::to_string(i)); ++i) {
            from = reply.get("addr." + std::to_string(i));
            last = reply.get("last." + std::to_string(i));
            if (from.starts_with("10.0."))
                CHECK(seen.insert(from).second);
        }
        if (reply.find("now"))
            break;
        CHECK_FALSE(from.empty());
        question
            = "nonce=" + reply.get("nonce") + ", frags=32, addr.0=" + from + ", last.0=" + last;
    }
    LONGS_EQUAL(clients, seen.size());
}

TEST(ControlledServer, ShowsFiguresOfItsWorkers)
{
    Operator op{world, node->address()};
    const auto figures = control::parse_variables(op.ask(Opcode::read_variables,
        "mru_depth,mru_mem,authkeys,io_wakeups,tb_workers,tb_state,tb_verdicts,timer_xmts"));
    LONGS_EQUAL(8, figures.size());
    LONGS_EQUAL(2, *figures.integer("authkeys"));
    CHECK(*figures.integer("mru_depth") >= 1);
    CHECK(*figures.integer("timer_xmts") > 20);
    STRCMP_EQUAL("synchronized", figures.get("tb_state").c_str());
    CHECK(op.ask(Opcode::read_ordered_list, "addr_restrictions", 5).find("203.0.113.5")
        != std::string::npos);
    CHECK(op.ask(Opcode::read_ordered_list, "ifstats", 5).find("addr.0=") != std::string::npos);
}

TEST(ControlledServer, GivesAStrangerNothing)
{
    world.run_for(1min);
    node->reloads("server ntp1 iburst\nrestrict default nomodify noquery\n");
    Operator op{world, node->address()};
    for (const Opcode opcode : {Opcode::read_variables, Opcode::read_status, Opcode::request_nonce,
             Opcode::read_mru, Opcode::configure})
        STRCMP_EQUAL("(silence)", op.ask(opcode).c_str());
    LONGS_EQUAL(0, op.octets());
}
