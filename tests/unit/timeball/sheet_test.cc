// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Tables as values: filtered, sorted, saved.

#include "timeball/sheet.h"

#include <CppUTest/TestHarness.h>

using namespace timeball::console;

namespace {

Sheet fruit()
{
    Sheet sheet;
    sheet.columns = {{"name", U"NAME", 8, true}, {"offset_ms", U"OFFSET", 8},
        {"picture", U"PICTURE", 8, true, true, true}, {"note", U"NOTE", 8, true, false}};
    const auto add = [&](std::string_view name, Entry figure, std::string_view note) {
        sheet.rows.push_back({std::string{name}, U' ', U' ', Role::text,
            {Entry{name}, std::move(figure), Entry{U"###"}, Entry{note}}});
    };
    add("pear", Entry{std::string_view{"-3.0"}, -3.0}, "green, soft");
    add("Apple", Entry{std::string_view{"+1.5"}, 1.5}, "a \"red\" one");
    add("fig", Entry{U"-"}, "");
    return sheet;
}

std::string order(const Sheet& sheet)
{
    std::string names;
    for (const SheetRow& row : sheet.rows)
        names += row.identity + ' ';
    return names;
}

Listing by(const char* column, bool is_reversed = false)
{
    Listing listing;
    listing.sorted_by = column;
    listing.is_reversed = is_reversed;
    return listing;
}

} // namespace

TEST_GROUP(ConsoleSheet){};

TEST(ConsoleSheet, StaysAsItComesWhenNothingIsWanted)
{
    STRCMP_EQUAL("pear Apple fig ", order(arranged(fruit(), {})).c_str());
}

TEST(ConsoleSheet, SortsFiguresByTheirSizeTheLargestFirst)
{
    STRCMP_EQUAL("pear Apple fig ", order(arranged(fruit(), by("offset_ms"))).c_str());
    STRCMP_EQUAL("fig Apple pear ", order(arranged(fruit(), by("offset_ms", true))).c_str());
}

TEST(ConsoleSheet, SortsWordsByTheAlphabet)
{
    STRCMP_EQUAL("Apple fig pear ", order(arranged(fruit(), by("name"))).c_str());
    STRCMP_EQUAL("pear Apple fig ", order(arranged(fruit(), by("no such column"))).c_str());
}

TEST(ConsoleSheet, KeepsRowsThatHoldATextInEitherCase)
{
    Listing listing;
    listing.filter = "APP";
    STRCMP_EQUAL("Apple ", order(arranged(fruit(), listing)).c_str());
    listing.filter = "red";
    STRCMP_EQUAL("Apple ", order(arranged(fruit(), listing)).c_str());
    listing.filter = "plum";
    const Sheet none = arranged(fruit(), listing);
    CHECK(none.rows.empty());
    STRCMP_EQUAL("nothing holds 'plum'", none.empty.c_str());
}

TEST(ConsoleSheet, OffersEachColumnThatIsSeenToSortBy)
{
    const Sheet sheet = fruit();
    STRCMP_EQUAL("name", next_column(sheet, "").c_str());
    STRCMP_EQUAL("offset_ms", next_column(sheet, "name").c_str());
    STRCMP_EQUAL("", next_column(sheet, "offset_ms").c_str());
}

TEST(ConsoleSheet, IsSavedAsCsvWithWhatIsNotSeenAndWithoutPictures)
{
    STRCMP_EQUAL("name,offset_ms,note\r\n"
                 "pear,-3,\"green, soft\"\r\n"
                 "Apple,1.5,\"a \"\"red\"\" one\"\r\n"
                 "fig,,\r\n",
        to_csv(fruit()).c_str());
}

TEST(ConsoleSheet, IsSavedAsJson)
{
    STRCMP_EQUAL("{\n"
                 "  \"host\": \"h\\\\\\\"\",\n"
                 "  \"view\": \"Overview\",\n"
                 "  \"time\": \"now\",\n"
                 "  \"rows\": [\n"
                 "    {\"name\": \"pear\", \"offset_ms\": -3, \"note\": \"green, soft\"},\n"
                 "    {\"name\": \"Apple\", \"offset_ms\": 1.5, \"note\": \"a \\\"red\\\" one\"},\n"
                 "    {\"name\": \"fig\", \"offset_ms\": null, \"note\": \"\"}\n"
                 "  ]\n}\n",
        to_json(fruit(), "h\\\"", "Overview", "now").c_str());
    STRCMP_EQUAL(
        "{\n  \"host\": \"\",\n  \"view\": \"\",\n  \"time\": \"\",\n  \"rows\": [\n  ]\n}\n",
        to_json({}, "", "", "").c_str());
}
