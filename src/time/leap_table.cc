// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Reading the table of leap seconds. "#$" is when it was made, "#@" when it expires, "#h" its
// SHA-1; other lines that begin with "#" are comments, and the rest is two numbers each.

#include "time/leap_table.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstdlib>

namespace timeball {

namespace {

using std::chrono::seconds;

constexpr std::int64_t epoch_1970 = 2'208'988'800; // seconds from 1900 to 1970
constexpr std::int64_t last_second
    = epoch_1970 + 9'000'000'000; // nanoseconds count a little further
constexpr std::string_view blanks = " \t\r";

using Hash = std::array<std::uint32_t, 5>;

std::string_view next_word(std::string_view& rest)
{
    rest.remove_prefix(std::min(rest.find_first_not_of(blanks), rest.size()));
    const auto word = rest.substr(0, rest.find_first_of(blanks));
    rest.remove_prefix(word.size());
    return word;
}

template <class Number>
std::optional<Number> number(std::string_view word, int base = 10)
{
    Number value{};
    const auto [end, fault] = std::from_chars(word.data(), word.data() + word.size(), value, base);
    if (word.empty() || fault != std::errc{} || end != word.data() + word.size())
        return std::nullopt;
    return value;
}

// Seconds since 1900, which go on counting after 2036.
std::optional<Instant<Utc>> ntp_seconds(std::string_view word)
{
    const auto s = number<std::int64_t>(word);
    if (!s || *s < 0 || *s > last_second)
        return std::nullopt;
    return Instant<Utc>{seconds{*s - epoch_1970}};
}

// The words are numbers: leading zeros may be missing.
std::optional<Hash> hash_of(std::string_view words)
{
    Hash hash{};
    for (std::uint32_t& part : hash) {
        const auto value = number<std::uint32_t>(next_word(words), 16);
        if (!value)
            return std::nullopt;
        part = *value;
    }
    return next_word(words).empty() ? std::optional{hash} : std::nullopt;
}

// Over the numbers as they are written, one after the other.
Hash sha1(const std::string& digits)
{
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    EVP_Digest(digits.data(), digits.size(), digest.data(), nullptr, EVP_sha1(), nullptr);
    Hash hash{};
    for (std::size_t i = 0; i < 4 * hash.size(); ++i)
        hash[i / 4] = hash[i / 4] << 8 | digest[i];
    return hash;
}

class Parser {
public:
    explicit Parser(bool checks_hash) : checks_hash_{checks_hash} { }

    // What is wrong with the line; empty: nothing.
    std::string take(std::string_view line)
    {
        const std::string_view mark = line.substr(0, 2);
        if (mark == "#$" || mark == "#@") {
            auto rest = line.substr(2);
            const auto word = next_word(rest);
            const auto when = ntp_seconds(word);
            if (!when)
                return "no time in seconds since 1900";
            digits_ += word;
            if (mark == "#@")
                expires_ = *when;
            return {};
        }
        if (mark == "#h") {
            hash_ = hash_of(line.substr(2));
            return hash_ || !checks_hash_ ? std::string{} : "no hash of five hexadecimal numbers";
        }
        line = line.substr(0, line.find('#'));
        const auto at = next_word(line);
        return at.empty() ? std::string{} : take_entry(at, line);
    }

    Result<LeapTable, LeapTableFault> finish()
    {
        const auto fault = [](const char* text) { return unexpected(LeapTableFault{0, text}); };
        if (table_.entries.empty())
            return fault("no leap second in it");
        if (!expires_)
            return fault("no line '#@' that says when it expires");
        if (hash_ && checks_hash_ && *hash_ != sha1(digits_))
            return fault("its hash '#h' is wrong: it was damaged or changed");
        table_.expires = *expires_;
        table_.has_hash = hash_.has_value();
        return std::move(table_);
    }

private:
    std::string take_entry(std::string_view at, std::string_view rest)
    {
        const auto offset = next_word(rest);
        const auto when = ntp_seconds(at);
        const auto tai = number<int>(offset);
        if (!when || !tai || !next_word(rest).empty())
            return "not a time in seconds since 1900 and TAI minus UTC";
        auto& entries = table_.entries;
        if (!entries.empty()
            && (*when <= entries.back().at || std::abs(*tai - entries.back().tai_offset) != 1))
            return "not one leap second later than the line before";
        if (when->time_since_epoch() % std::chrono::days{1} != Nanoseconds{0})
            return "not the first second of a day";
        digits_ += at;
        digits_ += offset;
        entries.push_back({*when, *tai});
        return {};
    }

    bool checks_hash_;
    LeapTable table_;
    std::optional<Instant<Utc>> expires_;
    std::optional<Hash> hash_;
    std::string digits_;
};

} // namespace

Result<LeapTable, LeapTableFault> parse_leap_table(std::string_view text, bool checks_hash)
{
    Parser parser{checks_hash};
    for (int line = 1; !text.empty(); ++line) {
        const auto end = std::min(text.find('\n'), text.size());
        if (auto fault = parser.take(text.substr(0, end)); !fault.empty())
            return unexpected(LeapTableFault{line, std::move(fault)});
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return parser.finish();
}

std::optional<int> tai_offset(const LeapTable& table, Instant<Utc> t)
{
    const auto& all = table.entries;
    const auto entry
        = std::find_if(all.rbegin(), all.rend(), [t](const LeapEntry& e) { return e.at <= t; });
    return entry == all.rend() ? std::nullopt : std::optional{entry->tai_offset};
}

std::optional<Nanoseconds> leap_at(const LeapTable& table, Instant<Utc> midnight)
{
    if (midnight > table.expires || midnight < table.entries.front().at)
        return std::nullopt;
    const auto before = tai_offset(table, midnight - Nanoseconds{1});
    const auto after = tai_offset(table, midnight);
    return before ? seconds{*before - *after} : seconds{0};
}

Instant<Utc> end_of_day(Instant<Utc> t)
{
    return std::chrono::floor<std::chrono::days>(t) + std::chrono::days{1};
}

Instant<Utc> end_of_month(Instant<Utc> t)
{
    using namespace std::chrono;
    const sys_days today{floor<days>(t.time_since_epoch())};
    const year_month_day date{today};
    const sys_days next{(date.year() / date.month() + months{1}) / day{1}};
    return Instant<Utc>{next.time_since_epoch()};
}

} // namespace timeball
