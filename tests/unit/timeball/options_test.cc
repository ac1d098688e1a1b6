// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The command line, and that keys and options are all in the manual page.

#include "timeball/keys.h"
#include "timeball/options.h"

#include <fstream>
#include <initializer_list>
#include <sstream>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::console;
using namespace std::chrono_literals;

namespace {

Result<Options, std::string> parsed(std::initializer_list<std::string_view> words)
{
    return parse_options({words.begin(), words.size()});
}

void check_target(std::string_view word, const char* host, int port)
{
    const auto options = parsed({word});
    CHECK(options.has_value());
    STRCMP_EQUAL(host, options->targets.at(0).host.c_str());
    LONGS_EQUAL(port, options->targets.at(0).port);
}

void check_fault(const char* fault, std::initializer_list<std::string_view> words)
{
    const auto options = parsed(words);
    CHECK_FALSE(options.has_value());
    STRCMP_EQUAL(fault, options.error().c_str());
}

std::string manual()
{
    std::ifstream file{std::string{TEST_DATA} + "/../../man/timeball.1"};
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

} // namespace

TEST_GROUP(ConsoleOptions){};

TEST(ConsoleOptions, WatchThisMachineWhenNothingIsSaid)
{
    const auto options = settled(*parsed({}), {});
    CHECK(options.has_value());
    LONGS_EQUAL(1, options->targets.size());
    STRCMP_EQUAL("localhost", options->targets[0].host.c_str());
    LONGS_EQUAL(123, options->targets[0].port);
    CHECK(options->interval == 2s);
    CHECK_FALSE(options->targets[0].family.has_value());
    CHECK_FALSE(options->is_numeric || options->is_ascii || options->is_once);
}

TEST(ConsoleOptions, WatchSeveralServersAtOnce)
{
    const auto options = parsed({"-p", "1123", "a", "b:99", "-4"});
    CHECK(options.has_value());
    LONGS_EQUAL(2, options->targets.size());
    LONGS_EQUAL(1123, options->targets[0].port);
    LONGS_EQUAL(99, options->targets[1].port);
    CHECK(options->targets[1].family == Family::ipv4);
}

TEST(ConsoleOptions, LeaveToTheSettingsWhatTheyDoNotSay)
{
    const auto settings
        = parse_settings("hosts = ( \"a\", \"b:99\" ); interval = 5; numeric = true;");
    CHECK(settings.has_value());
    const auto open = settled(*parsed({}), *settings);
    CHECK(open.has_value());
    LONGS_EQUAL(2, open->targets.size());
    LONGS_EQUAL(99, open->targets[1].port);
    CHECK(open->interval == 5s);
    CHECK(open->is_numeric);
    const auto told = settled(*parsed({"-i", "1", "c"}), *settings);
    LONGS_EQUAL(1, told->targets.size());
    CHECK(told->interval == 1s);
    const auto wrong = parse_settings("hosts = ( \"a:0\" );");
    STRCMP_EQUAL("'0' is not a port, 1 to 65535", settled(*parsed({}), *wrong).error().c_str());
}

TEST(ConsoleOptions, TakeAHostWithOrWithoutAPort)
{
    check_target("ntp.example.org", "ntp.example.org", 123);
    check_target("ntp.example.org:11123", "ntp.example.org", 11123);
    check_target("192.0.2.1:11123", "192.0.2.1", 11123);
    check_target("2001:db8::1", "2001:db8::1", 123);
    check_target("[2001:db8::1]", "2001:db8::1", 123);
    check_target("[2001:db8::1]:11123", "2001:db8::1", 11123);
    check_target("fe80::1%eth0", "fe80::1%eth0", 123);
}

TEST(ConsoleOptions, ComeAsLettersOrWords)
{
    for (const auto& options : {parsed({"-6n", "-i", "0.5", "-p", "1123", "host"}),
             parsed({"host", "--ipv6", "--numeric", "--interval=0.5", "--port", "1123"}),
             parsed({"-i0.5", "-p1123", "-n6", "--", "host"})}) {
        CHECK(options.has_value());
        CHECK(options->interval == 500ms);
        LONGS_EQUAL(1123, options->targets.at(0).port);
        CHECK(options->targets[0].family == Family::ipv6);
        CHECK(options->is_numeric);
        STRCMP_EQUAL("host", options->targets[0].host.c_str());
    }
    CHECK(parsed({"--ascii", "--once"})->is_ascii);
    CHECK(parsed({"--ascii", "--once"})->is_once);
    CHECK(parsed({"-c", "file"})->config == "file");
    CHECK(parsed({"-h"})->wants_help);
    CHECK(parsed({"--version"})->wants_version);
}

TEST(ConsoleOptions, SayWhatIsWrong)
{
    check_fault("there is no option -x", {"-nx"});
    check_fault("there is no option --nothing", {"--nothing=1"});
    check_fault("-i wants a value", {"-i"});
    check_fault("--port wants a value", {"--port"});
    check_fault("--once takes no value", {"--once=yes"});
    check_fault("'0' is not an interval, 0.1 to 3600 seconds", {"-i", "0"});
    check_fault("'5s' is not an interval, 0.1 to 3600 seconds", {"-i5s"});
    check_fault("'65536' is not a port, 1 to 65535", {"host:65536"});
    check_fault("the name of the host is empty", {""});
}

TEST_GROUP(ConsoleManual){};

TEST(ConsoleManual, NamesEveryKeyWithItsMeaning)
{
    const std::string page = manual();
    for (const Binding& binding : bindings()) {
        // What mdoc takes for punctuation is written so that it does not.
        const bool is_punctuation = binding.names.find_first_not_of("[]:") == std::string::npos;
        const std::string item = std::string{".It "} + (is_punctuation ? "\\&" : "")
            + std::string{binding.names} + "\n" + std::string{binding.meaning} + "\n";
        if (page.find(item) == std::string::npos)
            FAIL(("man/timeball.1 lacks\n" + item).c_str());
    }
}

TEST(ConsoleManual, NamesNoKeyThatDoesNothing)
{
    const std::string page = manual();
    const std::size_t start = page.find(".Sh KEYS\n");
    const std::size_t end = page.find("\n.Sh ", start + 1);
    CHECK(start != std::string::npos && end != std::string::npos);
    std::istringstream lines{page.substr(start, end - start)};
    std::size_t items = 0;
    for (std::string line; std::getline(lines, line);)
        items += line.starts_with(".It ");
    LONGS_EQUAL(bindings().size(), items);
}

TEST(ConsoleManual, NamesEveryOptionOfTheUsage)
{
    const std::string page = manual();
    std::istringstream lines{usage};
    int options = 0;
    for (std::string line; std::getline(lines, line);) {
        const std::size_t word = line.find("--");
        if (!line.starts_with("  ") || word == std::string::npos)
            continue;
        ++options;
        const std::string name = line.substr(word + 2, line.find(' ', word) - word - 2);
        if (page.find("Fl -" + name) == std::string::npos)
            FAIL(("man/timeball.1 lacks --" + name).c_str());
    }
    LONGS_EQUAL(10, options);
}
