// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Values written down for another process, and read back.

#include "base/memo.h"
#include "time/time.h"

#include <limits>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace std::chrono_literals;

namespace {

enum class Color : std::uint8_t { red, green };
struct Number {
    std::uint16_t value = 0;
    bool operator==(const Number&) const = default;
};

struct Sample {
    bool is_good = false;
    std::int64_t whole = 0;
    double real = 0;
    std::string text;
    Color color = Color::red;
    Number number;
    Instant<Mono> when{};
    Seconds span{0};
    Frequency frequency;
    std::optional<Number> maybe, never;
    std::vector<double> list;
    std::deque<std::string> words;
    std::array<std::byte, 3> octets{};
    bool operator==(const Sample&) const = default;
};

template <class Memo>
void remember(Memo& memo, Sample& s)
{
    memo.title("sample");
    memo(s.is_good, s.whole, s.real, s.text, s.color, s.number, s.when, s.span, s.frequency,
        s.maybe, s.never, s.list, s.words, s.octets);
}

const Sample sample{true, std::numeric_limits<std::int64_t>::min(), 0.1, "two words, \n and more",
    Color::green, {65535}, Instant<Mono>{123456789ns}, Seconds{1e-300}, Frequency::ppm(-12.345678),
    Number{7}, std::nullopt, {1.0 / 3, -0.0, 5e-324}, {"", " ", "x"},
    {std::byte{0}, std::byte{128}, std::byte{255}}};

} // namespace

TEST_GROUP(Memo){};

TEST(Memo, GivesBackToTheLastBitWhatWasWritten)
{
    const auto back = read_back<Sample>(written_down(sample));
    CHECK(back.has_value());
    CHECK(*back == sample);
    CHECK(*read_back<Sample>(written_down(Sample{})) == Sample{});
}

TEST(Memo, RefusesWhatWasCutOffAnywhere)
{
    const std::string all = written_down(sample);
    for (std::size_t i = 0; i < all.size(); ++i)
        CHECK_FALSE(read_back<Sample>(all.substr(0, i)).has_value());
    CHECK_FALSE(read_back<Sample>(all + "1 ").has_value());
}

TEST(Memo, RefusesWhatNoValueCanBe)
{
    CHECK_FALSE(read_back<double>("nan ").has_value());
    CHECK_FALSE(read_back<double>("inf ").has_value());
    CHECK_FALSE(read_back<double>("1x ").has_value());
    CHECK_FALSE(read_back<std::uint8_t>("256 ").has_value());
    CHECK_FALSE(read_back<bool>("2 ").has_value());
    CHECK_FALSE(read_back<std::string>("5 four ").has_value());
    CHECK_FALSE(read_back<std::string>("18446744073709551615 x ").has_value());
    CHECK_FALSE(read_back<std::vector<double>>("99999999999 1 ").has_value());
    CHECK_FALSE(read_back<Number>("").has_value());
}

TEST(Memo, SurvivesAnyChangedLetter)
{
    const std::string all = written_down(sample);
    for (std::size_t i = 0; i < all.size(); ++i)
        for (const char c : {' ', '0', '9', '-', 'x', '\0'}) {
            std::string other = all;
            other[i] = c;
            if (const auto back = read_back<Sample>(other)) // then it means something else, wholly
                CHECK(read_back<Sample>(written_down(*back)).has_value());
        }
}
