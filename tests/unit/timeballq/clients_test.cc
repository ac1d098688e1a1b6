// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// mrulist, ifstats, reslist and the commands that are signed, against a server of a few lines.

#include "unit/timeballq/replayed.h"

#include "timeballq/client_table.h"
#include "timeballq/interpreter.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::query;

namespace {

class Scripted final : public TestConversation {
public:
    std::map<control::Opcode, std::deque<Result<control::Reply, Problem>>> answers;
    std::vector<control::Question> asked;

    Result<void, Problem> connect(const Host&) override { return {}; }
    void change(const control::Patience&) override { }
    std::string name_of(const Address&) override { return {}; }
    Result<control::Reply, Problem> ask(const control::Question& question) override
    {
        asked.push_back(question);
        auto& all = answers[question.opcode];
        if (all.empty())
            return unexpected(Problem{
                .text = "permission denied (PERMISSION)", .refusal = control::Error::permission});
        auto answer = all.front();
        if (all.size() > 1)
            all.pop_front();
        return answer;
    }
    void says(control::Opcode opcode, const std::string& text)
    {
        answers[opcode].push_back(control::Reply{0, text});
    }
};

} // namespace

TEST_GROUP(Clients)
{
    Scripted server;
    Settings wanted = [] {
        Settings s;
        s.shows_names = false;
        s.width = 80;
        return s;
    }();

    void setup() override
    {
        using control::Opcode;
        server.says(Opcode::request_nonce, "nonce=00\r\n");
        // As NTPsec's ntpd sends it, and what ntpq 1.2.2 prints of it.
        server.says(Opcode::read_mru,
            "nonce=11, addr.0=10.0.0.9:123, last.0=0xeeab1600.00000000, "
            "first.0=0xeeab1500.00000000, "
            "ct.0=129, mv.0=36, rs.0=0xc0, sc.0=0.237, dr.0=0, addr.1=[2001:db8::1]:40000, "
            "last.1=0xeeab1610.00000000, first.1=0xeeab1610.00000000, ct.1=1, mv.1=22, rs.1=0x5f0, "
            "sc.1=12345.678, dr.1=7, addr.2=10.0.0.10:5, last.2=0xeeab1611.00000000, "
            "first.2=0xeeab1601.00000000, ct.2=33, mv.2=35, rs.2=0x20, now=0xeeab1620.80000000, "
            "last.newest=0xeeab1611.00000000\r\n");
    }
    Interpreter::Outcome run(const std::string& command)
    {
        Interpreter interpreter{server, wanted};
        interpreter.connect("ntp.example");
        return interpreter.run(command);
    }
    static std::string order(const std::string& text)
    {
        std::string found;
        for (const char* last : {"10.0.0.9\n", "2001:db8::1\n", "10.0.0.10\n"}) {
            const auto before = text.substr(0, text.find(last));
            found += static_cast<char>('0' + std::count(before.begin(), before.end(), '\n') - 2);
        }
        return found;
    }
};

TEST(Clients, AreShownAsInNtpq)
{
    STRCMP_EQUAL(" lstint avgint rstr r m v  count    score   drop rport remote address\n"
                 "=====================================================================\n"
                 "     16  0.500   20 L 3 4     33        -      -     5 10.0.0.10\n"
                 "     17      0  5f0 K 6 2      1 12345.68      7 40000 2001:db8::1\n"
                 "     33   2.00   c0 . 4 4    129    0.237      0   123 10.0.0.9\n"
                 "# Collected 3 slots in 0.000 seconds\n",
        run("mrulist").out.c_str());
}

TEST(Clients, AreSortedAsWished)
{
    STRCMP_EQUAL("210", order(run("mrulist").out).c_str());
    STRCMP_EQUAL("210", order(run("mrulist sort=lstint").out).c_str());
    STRCMP_EQUAL("012", order(run("mrulist sort=-lstint").out).c_str());
    STRCMP_EQUAL("021", order(run("mrulist sort=addr").out).c_str());
    STRCMP_EQUAL("201", order(run("mrulist sort=-addr").out).c_str());
    STRCMP_EQUAL("201", order(run("mrulist sort=count").out).c_str());
    STRCMP_EQUAL("021", order(run("mrulist sort=-count").out).c_str());
    STRCMP_EQUAL("201", order(run("mrulist sort=avgint").out).c_str());
    STRCMP_EQUAL("102", order(run("mrulist sort=-score").out).c_str());
    STRCMP_EQUAL("201", order(run("mrulist sort=-drop").out).c_str());
}

TEST(Clients, AreFilteredByTheServer)
{
    run("mrulist limited kod mincount=2 resall=0x40 recent=10 frags=3 laddr=10.0.0.1 minscore=0.5");
    STRCMP_EQUAL(
        "nonce=00, frags=3, recent=10, mincount=2, resall=0x40, laddr=10.0.0.1, minscore=0.5, "
        "resany=0x420",
        server.asked[1].data.c_str());
}

TEST(Clients, SayWhatIsWrongWithAFilter)
{
    STRCMP_EQUAL("'mincount=x': mincount wants a number\n", run("mrulist mincount=x").err.c_str());
    STRCMP_CONTAINS("'foo=1' is not understood by mrulist (limited kod mincount= ",
        run("mrulist foo=1").err.c_str());
    STRCMP_CONTAINS("'sort=size': sort wants lstint, ", run("mrulist sort=size").err.c_str());
    STRCMP_CONTAINS(
        "'frags=33': frags wants a number from 1 to 32", run("mrulist frags=33").err.c_str());
    LONGS_EQUAL(0, server.asked.size());
}

TEST(Clients, AreShownAsFarAsTheyCameWhenInterrupted)
{
    server.answers[control::Opcode::read_mru]
        = {control::Reply{0,
               "nonce=1, addr.0=10.0.0.9:123, last.0=0xeeab1600."
               "00000000, first.0=0xeeab1500.00000000, ct.0=129, "
               "mv.0=36, rs.0=0"},
            unexpected(Problem{.text = "interrupted", .is_interruption = true})};
    const auto outcome = run("mrulist");
    STRCMP_EQUAL("ntp.example: interrupted: the list is not complete\n", outcome.err.c_str());
    STRCMP_CONTAINS(
        "\n      0   2.00    0 . 4 4    129        -      -   123 10.0.0.9\n", outcome.out.c_str());
    STRCMP_CONTAINS("# Collected 1 slots", outcome.out.c_str());
}

TEST(Clients, AreShownDirectlyAndRaw)
{
    Interpreter interpreter{server, wanted};
    interpreter.connect("ntp.example");
    STRCMP_EQUAL("Direct mode is on\n", interpreter.run("direct").out.c_str());
    // Day, second of the day, seconds active: 2026-11-20T18:54:56Z is 61364 68096.
    STRCMP_CONTAINS("61364 68096    256   c0 . 4 4    129    0.237      0   123 10.0.0.9\n",
        interpreter.run("mrulist").out.c_str());
    interpreter.run("direct");
    interpreter.run("raw");
    STRCMP_CONTAINS("nonce=11, addr.0=10.0.0.9:123, ", interpreter.run("mrulist").out.c_str());
}

TEST(Clients, AreInJson)
{
    wanted.is_json = true;
    STRCMP_CONTAINS(
        "\"is_complete\":true,\"seconds\":0,\"clients\":[{\"address\":\"10.0.0.10\",\"port\":5,"
        "\"first\":\"2026-11-20T18:54:57.000Z\",\"last\":\"2026-11-20T18:55:13.000Z\","
        "\"count\":33,\"average_interval_s\":0.5,\"mode\":3,\"version\":4,"
        "\"restrictions\":32,\"is_limited\":true,\"is_kissed\":false,\"last_ago_s\":15.5},",
        run("mrulist").out.c_str());
}

TEST(Clients, AreRefusedInWords)
{
    server.answers.clear();
    STRCMP_EQUAL("ntp.example: permission denied (PERMISSION)\n", run("mrulist").err.c_str());
}

// --- signed ----------------------------------------------------------------------

TEST(Clients, InterfacesAndRestrictionsAreShownAsInNtpq)
{
    server.files["keys"] = "7 SHA1 secret\n";
    Interpreter interpreter{server, wanted};
    interpreter.connect("ntp.example");
    CHECK(interpreter.read_keys("keys").has_value());
    server.says(control::Opcode::read_ordered_list,
        "addr.0=\"10.99.0.20:123\", bcast.0=, en.0=1, name.0=\"eth0\", flags.0=0x9, rx.0=18, "
        "tx.0=20, "
        "txerr.0=0, pc.0=5, up.0=38, addr.2=\"[::1]:123\", bcast.2=, en.2=0, name.2=\"lo\", "
        "flags.2=0x15, rx.2=0, tx.2=0, txerr.2=0, pc.2=0, up.2=38\r\n");
    STRCMP_EQUAL("    interface name                                  send\n"
                 " #  address/broadcast     drop flag received sent failed peers   uptime\n"
                 " ==========================================================================\n"
                 "  0 eth0                     .    9     18     20      0     5       38\n"
                 "    10.99.0.20:123\n"
                 "  2 lo                       D   15      0      0      0     0       38\n"
                 "    [::1]:123\n",
        interpreter.run("ifstats").out.c_str());
    CHECK(server.asked.back().is_signed);
    CHECK(server.credentials.key == KeyId{7});
    server.answers[control::Opcode::read_ordered_list].clear();
    server.says(control::Opcode::read_ordered_list,
        "addr.0=127.0.0.1, mask.0=255.255.255.255, hits.0=14, flags.0=, addr.1=2001:db8::, "
        "mask.1=ffff:ffff::, hits.1=3, flags.1=\"noquery nomodify\"\r\n");
    STRCMP_EQUAL("   hits    addr/prefix or addr mask\n"
                 "           restrictions\n"
                 "========================================================================\n"
                 "        14 127.0.0.1/32\n"
                 "           \n"
                 "         3 2001:db8::/32\n"
                 "           noquery nomodify\n",
        interpreter.run("reslist").out.c_str());
}

TEST(Clients, AKeyIsAskedForWhenThereIsNone)
{
    STRCMP_EQUAL(
        "ntp.example: this must be signed: a key is needed (-k FILE -a ID, or keyid and passwd)\n",
        run("ifstats").err.c_str());
    server.operator_says = {"9", "secret"};
    server.says(control::Opcode::configure, "Config Succeeded\r\n");
    STRCMP_EQUAL("Config Succeeded\n", run(":config server 10.0.0.1  iburst").out.c_str());
    CHECK(server.credentials.key == KeyId{9});
    STRCMP_EQUAL("server 10.0.0.1 iburst", server.asked.back().data.c_str());
}

TEST(Clients, KeysAreTypedInPieceByPiece)
{
    Interpreter interpreter{server, wanted};
    interpreter.connect("ntp.example");
    STRCMP_EQUAL("no keyid defined\n", interpreter.run("keyid").out.c_str());
    STRCMP_EQUAL(
        "'keyid ID' says first whose secret it is\n", interpreter.run("passwd x").err.c_str());
    STRCMP_EQUAL("keyid is 8\n", interpreter.run("keyid 8").out.c_str());
    STRCMP_EQUAL(
        "'0' is not a key identifier (1 to 65535)\n", interpreter.run("keyid 0").err.c_str());
    STRCMP_EQUAL("Keytype: MD5\n", interpreter.run("keytype").out.c_str());
    STRCMP_CONTAINS("'DSA' is not a key type (", interpreter.run("keytype DSA").err.c_str());
    CHECK(interpreter.run("keytype aes").err.empty());
    STRCMP_EQUAL("", interpreter.run("passwd 0123456789abcdef").err.c_str());
    CHECK(server.credentials.key == KeyId{8});
    CHECK(server.credentials.keys->keys()[0].type == ntp::MacType::aes128_cmac);
    interpreter.run("authenticate yes");
    interpreter.run("rv");
    CHECK(server.asked.back().is_signed);
    interpreter.run("authenticate no");
    interpreter.run("rv");
    CHECK_FALSE(server.asked.back().is_signed);
}

TEST(Clients, AWrongKeyIsToldWithItsNumber)
{
    Interpreter interpreter{server, wanted};
    interpreter.connect("ntp.example");
    interpreter.run("keyid 8");
    interpreter.run("passwd x");
    STRCMP_EQUAL(
        "ntp.example: permission denied (PERMISSION); key 8 is unknown there, wrong, or may not do "
        "this\n",
        interpreter.run("config x").err.c_str());
}

TEST(Clients, ConfigurationShowsWhereAFaultIs)
{
    server.operator_says = {"9", "secret"};
    server.says(control::Opcode::configure, "column 7 syntax error\r\n");
    const auto outcome = run("config server nonsense yes");
    STRCMP_EQUAL(
        "server nonsense yes\n       ^\nntp.example: column 7 syntax error\n", outcome.err.c_str());
    LONGS_EQUAL(1, *outcome.status);
}

TEST(Clients, ConfigurationComesLineByLineFromAFile)
{
    server.operator_says = {"9", "secret"};
    server.files["new.conf"] = "# first\nserver 10.0.0.1\n\n  restrict   10.0.0.0/8  \nbad\nlast\n";
    auto& answers = server.answers[control::Opcode::configure];
    answers = {control::Reply{0, "Config Succeeded\r\n"}, control::Reply{0, "Config Succeeded"},
        control::Reply{0, "column 0 syntax error"}};
    const auto outcome = run("config_from_file new.conf");
    STRCMP_EQUAL(
        "new.conf:5: 2 lines before it were applied\nbad\n^\nntp.example: column 0 syntax error\n",
        outcome.err.c_str());
    LONGS_EQUAL(3, server.asked.size());
    STRCMP_EQUAL("restrict 10.0.0.0/8", server.asked[1].data.c_str());
    STRCMP_EQUAL("none: No such file or directory\n", run("config-from-file none").err.c_str());
}

TEST(Clients, ConfigurationIsSavedByTheServer)
{
    server.operator_says = {"9", "secret"};
    server.says(control::Opcode::save_configuration, "Configuration saved to 'x.conf'\r\n");
    STRCMP_EQUAL("Configuration saved to 'x.conf'\n", run("saveconfig x.conf").out.c_str());
    STRCMP_EQUAL("x.conf", server.asked.back().data.c_str());
}
