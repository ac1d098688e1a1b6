// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// JSON, and variables in it.

#include "timeballq/measures.h"

#include <limits>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::query;

TEST_GROUP(Json){};

TEST(Json, WritesValuesOnOneLine)
{
    Json json = Json::object();
    json.set("a", 1).set("b", true).set("c", "x").set("d", Json{}).set("e", 0.5).set("f", -3ll);
    json.set("list", std::move(Json::array().add(1).add("two").add(Json::object())));
    json.set("none", Json::array());
    STRCMP_EQUAL("{\"a\":1,\"b\":true,\"c\":\"x\",\"d\":null,\"e\":0.5,\"f\":-3,"
                 "\"list\":[1,\"two\",{}],\"none\":[]}",
        json.text().c_str());
}

TEST(Json, ReplacesAMemberOfTheSameName)
{
    Json json = Json::object();
    json.set("a", 1).set("b", 2).set("a", 3);
    STRCMP_EQUAL("{\"a\":3,\"b\":2}", json.text().c_str());
}

TEST(Json, EscapesWhateverAServerSends)
{
    const Json json{std::string{"a\"b\\c\n\0\xff", 8}};
    STRCMP_EQUAL("\"a\\\"b\\\\c\\u000a\\u0000\\u00ff\"", json.text().c_str());
}

TEST(Json, HasNoNumbersThatAreNone)
{
    STRCMP_EQUAL("null", Json{std::numeric_limits<double>::infinity()}.text().c_str());
    STRCMP_EQUAL("null", Json{std::numeric_limits<double>::quiet_NaN()}.text().c_str());
}

TEST(Json, HasVariablesWithTheirUnits)
{
    const auto variables = control::parse_variables(
        "leap=0, stratum=2, precision=-24, offset=-0.012, frequency=12.5, refid=1588, "
        "version=\"ntpd 1\", reftime=0xeeab168a.47c287c2, rec=0x00000000.00000000, hpoll=6, "
        "filtdelay= 0.18 0.20, flash=0x1200, ss_received_r=17, mru_mem=5, ss_reset_r=3, odd=a b");
    STRCMP_EQUAL("{\"leap\":0,\"stratum\":2,\"precision_log2_s\":-24,\"offset_ms\":-0.012,"
                 "\"frequency_ppm\":12.5,\"refid\":\"1588\",\"version\":\"ntpd 1\","
                 "\"reftime\":\"2026-11-20T18:57:14.280Z\",\"rec\":null,\"hpoll_log2_s\":6,"
                 "\"filtdelay_ms\":[0.18,0.2],\"flash\":4608,"
                 "\"flash_tests\":[\"peer_stratum\",\"peer_unreach\"],\"ss_received_r\":17,"
                 "\"mru_mem_kB\":5,\"ss_reset_r_s\":3,\"odd\":\"a b\"}",
        json_of(variables).text().c_str());
}
