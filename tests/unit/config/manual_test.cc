// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The manual and the option table cannot drift apart: the lists in the pages are those of the
// table, and no directive is left out.

#include "conf.h"
#include "manual_list.h"

#include <set>

#include <CppUTest/TestHarness.h>

using namespace timeball::config;

namespace {

std::string page(const char* name)
{
    return slurp(TEST_DATA "/../../man/" + std::string{name});
}

// The part of a page that is marked as the list of `scope`.
std::string list_in(const std::string& text, const std::string& scope)
{
    const std::string begin = ".\\\" table " + scope + "\n";
    const auto at = text.find(begin);
    if (at == text.npos)
        return {};
    const auto end = text.find(".\\\" end\n", at);
    return text.substr(at + begin.size(), end - at - begin.size());
}

} // namespace

TEST_GROUP(ConfigManual)
{
    const std::string ntp_conf = page("timeball-ntp.conf.5");
    const std::string timeball_conf = page("timeball.conf.5");
};

TEST(ConfigManual, ListsTheWordsOfEachDirective)
{
    std::set<std::string_view> scopes;
    for (const Option& option : option_table())
        if (!option.scope.empty())
            scopes.insert(option.scope);
    CHECK(scopes.size() >= 18);
    for (const std::string_view scope : scopes) {
        const bool is_ours = scope == "timeball.conf" || scope == "software_clock";
        STRCMP_EQUAL(manual_list(scope).c_str(),
            list_in(is_ours ? timeball_conf : ntp_conf, std::string{scope}).c_str());
    }
}

TEST(ConfigManual, HasEveryDirective)
{
    STRCMP_EQUAL(manual_obsolete().c_str(), list_in(ntp_conf, "obsolete").c_str());
    for (const Option* option : options_of("")) {
        const std::string item = ".Ic " + std::string{option->name} + "\n";
        const std::string head = ".It Ic " + std::string{option->name};
        CHECK_TEXT(option->support == Support::none
                || ntp_conf.find(head + " ") != std::string::npos
                || ntp_conf.find(head + "\n") != std::string::npos
                || ntp_conf.find(item) != std::string::npos,
            std::string{option->name}.c_str());
    }
}

TEST(ConfigManual, SaysWhatASingleValueMeans)
{
    int values = 0;
    for (const Option* option : options_of("")) {
        if (option->type == Type::special)
            continue;
        ++values;
        STRCMP_EQUAL(manual_value(*option).c_str(),
            list_in(ntp_conf, "directive " + std::string{option->name}).c_str());
    }
    CHECK(values >= 8);
}

TEST(ConfigManual, HasEveryOptionOfTheCommandLine)
{
    const std::string daemon = page("timeballd.8");
    const std::string text = usage();
    int options = 0;
    for (auto at = text.find("--"); at != text.npos; at = text.find("\n", at)) {
        at = text.find("--", at);
        if (at == text.npos)
            break;
        const std::string name = text.substr(at + 2, text.find_first_of(" \n", at) - at - 2);
        CHECK_TEXT(daemon.find("Fl -" + name) != std::string::npos, name.c_str());
        ++options;
    }
    CHECK(options > 30);
}
