// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Whatever stands in a file: nothing breaks, and what is said is said of the right line.

#include "conf.h"

#include <random>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::config;

namespace {

constexpr int lines_in_all = 100000;
constexpr int lines_a_file = 500;

class Vandal {
public:
    explicit Vandal(std::uint32_t seed) : random_{seed}
    {
        for (const char* name : {"s1.conf", "s2.conf", "s3.conf", "s4.conf", "s5.conf", "s6.conf",
                 "s7.conf", "s8.conf", "s9.conf", "mistakes-home.conf", "mistakes-access.conf",
                 "mistakes-stratum1.conf"}) {
            std::string text = sample(name);
            for (std::size_t at = 0; at < text.size();) {
                const auto end = std::min(text.find('\n', at), text.size());
                lines_.push_back(text.substr(at, end - at));
                at = end + 1;
            }
        }
    }

    std::size_t below(std::size_t bound) { return random_() % bound; }

    std::string line()
    {
        std::string text = lines_[below(lines_.size())];
        for (auto turns = below(5); turns > 0; --turns)
            mutate(text);
        std::erase(text, '\n');
        // These two are about files, not about lines.
        return text.find("end") == 0 || text.find("includefile") == 0 ? "" : text;
    }

private:
    void mutate(std::string& text)
    {
        const auto at = below(text.size() + 1);
        const auto there = text.begin() + static_cast<std::ptrdiff_t>(at);
        switch (below(6)) {
        case 0:
            text.insert(there, static_cast<char>(random_()));
            break;
        case 1:
            text.erase(at, 1 + below(4));
            break;
        case 2:
            text.insert(at, std::string(1, "\"#{}(),;|= \t\r.:/%[]-"[below(20)]));
            break;
        case 3: {
            const std::string& other = lines_[below(lines_.size())];
            text.insert(at, other.substr(below(other.size() + 1)));
            break;
        }
        case 4:
            text.insert(at, " " + std::to_string(static_cast<int>(random_())) + " ");
            break;
        default:
            if (at < text.size())
                text[at] = static_cast<char>(text[at] ^ 1 << below(8));
        }
    }

    std::mt19937 random_;
    std::vector<std::string> lines_;
};

} // namespace

TEST_GROUP(ConfigRobustness){};

TEST(ConfigRobustness, AHundredThousandSpoiltLinesBreakNothing)
{
    Vandal vandal{20260802};
    std::size_t told = 0;
    for (int file = 0; file < lines_in_all / lines_a_file; ++file) {
        std::vector<std::string> lines;
        std::string text;
        const auto marked = vandal.below(lines_a_file);
        for (std::size_t i = 0; i < lines_a_file; ++i) {
            lines.push_back(i == marked ? "xyzzy plugh" : vandal.line());
            text += lines.back() + "\n";
        }

        const Loaded loaded = parsed(text);

        int marks = 0;
        for (const Diagnostic& d : loaded.diagnostics) {
            CHECK(!d.text.empty());
            if (d.file.empty())
                continue;
            CHECK(d.line >= 1 && d.line <= lines_a_file);
            CHECK(d.column >= 0
                && d.column
                    <= static_cast<int>(lines[static_cast<std::size_t>(d.line) - 1].size()));
            const std::string printed = to_string(d);
            CHECK(std::none_of(printed.begin(), printed.end(),
                [](char c) { return static_cast<unsigned char>(c) < 0x20; }));
            if (d.text.starts_with("'xyzzy'")) {
                ++marks;
                LONGS_EQUAL(marked + 1, d.line);
            }
        }
        LONGS_EQUAL(1, marks);
        told += loaded.diagnostics.size();
        for (const SourceConfig& s : loaded.config.live.sources) {
            CHECK(s.minpoll <= s.maxpoll && !s.host.empty());
            CHECK(s.refclock || (s.minpoll.log2 >= 3 && s.maxpoll.log2 <= 17));
        }
        for (const RestrictEntry& e : loaded.config.live.restrictions)
            CHECK(e.is_source_template || masked(e.address, e.mask) == e.address);
    }
    CHECK(told > 10000); // they were spoilt indeed
}

TEST(ConfigRobustness, OneEndlessLineIsOneLine)
{
    const std::string many(1000000, 'x');
    const Loaded loaded = parsed("server " + many + "\n" + many + "\nrestrict default " + many);
    LONGS_EQUAL(0, loaded.config.live.sources.size());
    CHECK(all(loaded.diagnostics).size() < 2000);
}

TEST(ConfigRobustness, AnyOctetsAreNoTimeballConf)
{
    std::mt19937 random{7};
    for (int turn = 0; turn < 20000; ++turn) {
        std::string text = "clock = \"none\";\nworkers = 3;\nsoftware_clock = { jitter = 1.0; };\n";
        for (int i = 0; i < 4; ++i)
            text[random() % text.size()] = static_cast<char>(random());
        std::replace(text.begin(), text.end(), '@', ' ');
        const Loaded loaded = parsed("pool a.example\n", text);
        CHECK(loaded.config.live.serve.workers >= -1 && loaded.config.live.serve.workers <= 1024);
    }
}
