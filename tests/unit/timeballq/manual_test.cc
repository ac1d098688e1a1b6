// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The manual knows every command and every option.

#include "timeballq/interpreter.h"
#include "timeballq/options.h"

#include <fstream>
#include <iterator>
#include <string>

#include <CppUTest/TestHarness.h>

using namespace timeball::query;

TEST_GROUP(TimeballqManual)
{
    std::string page = [] {
        std::ifstream file{TEST_DATA "/../../man/timeballq.1"};
        return std::string{std::istreambuf_iterator<char>{file}, {}};
    }();

    bool has_line(const std::string& item, const std::string& word) const
    {
        for (std::size_t at = 0; (at = page.find("\n" + item, at)) != page.npos; ++at) {
            const auto line = page.substr(at + 1, page.find('\n', at + 1) - at - 1) + " ";
            if (line.find(" " + word + " ") != line.npos)
                return true;
        }
        return false;
    }
};

TEST(TimeballqManual, NamesEveryCommand)
{
    for (const auto& command : Interpreter::commands())
        CHECK_TEXT(has_line(".It Cm ", std::string{command.name}), command.name.data());
}

TEST(TimeballqManual, NamesEveryOption)
{
    const std::string all{usage()};
    int options = 0;
    for (auto at = all.find("\n  -"); at != all.npos; at = all.find("\n  -", at + 1)) {
        const std::string letter = all.substr(at + 4, 1);
        CHECK_TEXT(has_line(".It Fl ", letter), letter.c_str());
        ++options;
    }
    CHECK(options > 8);
}
