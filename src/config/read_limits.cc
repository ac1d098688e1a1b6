// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// How often one may ask, and of how many clients we keep account: limit, discard, mru.

#include "config/directives.h"
#include "config/words.h"

#include <array>

namespace timeball::config {

namespace {

using LimitWord = Word<LimitConfig>;
constexpr auto limit_words = std::to_array<LimitWord>({
    {{"limit", "average", Type::number, 0.001, 1e6, "1", "packets per second",
         "The rate that a client may keep up."},
        [](LimitConfig& limit, const Value& value) { limit.average = value.number; }},
    {{"limit", "burst", Type::number, 1, 1e6, "20", "packets",
         "How many packets in quick succession are answered."},
        [](LimitConfig& limit, const Value& value) { limit.burst = value.number; }},
    {{"limit", "kod", Type::number, 0, 1e6, "0.5", "packets per second",
         "How far above the rate a limited client is told with a kiss; beyond it there is "
         "silence."},
        [](LimitConfig& limit, const Value& value) { limit.kod = value.number; }},
    {{"limit", "v6prefix", Type::integer, 32, 128, "64", "bits",
         "IPv6 addresses that have so many first bits in common are one client."},
        [](LimitConfig& limit, const Value& value) { limit.v6_prefix = value.integer(); }},
});

constexpr auto discard_words = std::to_array<LimitWord>({
    {{"discard", "average", Type::integer, 0, 16, "3", "log2 s",
         "The headway between packets that a client may keep up."},
        [](LimitConfig& limit, const Value& value) {
            limit.classic_average = {static_cast<std::int8_t>(value.number)};
        }},
    {{"discard", "minimum", Type::integer, 0, 65536, "2", "s",
         "The least headway between two packets."},
        [](LimitConfig& limit, const Value& value) {
            limit.classic_minimum = Seconds{value.number};
        }},
    {{"discard", "monitor", Type::integer, 0, 1e9, "3000", "",
         "How probably a new client is recorded when the client list is full."},
        [](LimitConfig& limit, const Value& value) { limit.monitor = value.number; }},
});

using MruWord = Word<MruConfig>;
constexpr auto mru_words = std::to_array<MruWord>({
    {{"mru", "maxmem", Type::integer, 1, 1e9, "65536", "KB",
         "Memory that the client list may fill."},
        [](MruConfig& mru, const Value& value) {
            mru.max_memory = static_cast<std::uint64_t>(value.number) * 1024;
        }},
    {{"mru", "maxdepth", Type::integer, 0, 4e9, "0", "entries",
         "Clients that the list may hold; 0 leaves it to maxmem."},
        [](MruConfig& mru, const Value& value) {
            mru.max_depth = static_cast<std::uint64_t>(value.number);
        }},
    {{"mru", "mindepth", Type::integer, 0, 4e9, "600", "entries",
         "Below so many clients none is forgotten for a new one."},
        [](MruConfig& mru, const Value& value) {
            mru.min_depth = static_cast<std::uint64_t>(value.number);
        }},
    {{"mru", "maxage", Type::integer, 0, 1e9, "3600", "s",
         "A client unseen for longer gives way to a new one, though memory is left."},
        [](MruConfig& mru, const Value& value) { mru.max_age = Seconds{value.number}; }},
    {{"mru", "minage", Type::integer, 0, 1e9, "64", "s",
         "A client seen within this time never gives way."},
        [](MruConfig& mru, const Value& value) { mru.min_age = Seconds{value.number}; }},
    {{"mru", "initalloc", Type::integer, 0, 4e9, "", "entries", "The list grows by itself.",
        Support::silent}},
    {{"mru", "initmem", Type::integer, 0, 1e9, "", "KB", "The list grows by itself.",
        Support::silent}},
    {{"mru", "incalloc", Type::integer, 0, 4e9, "", "entries", "The list grows by itself.",
        Support::silent}},
    {{"mru", "incmem", Type::integer, 0, 1e9, "", "KB", "The list grows by itself.",
        Support::silent}},
});

void choose_rule(Draft& draft, const Line& line, LimitRule rule)
{
    draft.config.live.limit.rule = rule;
    if (draft.has_limit && draft.has_discard && draft.told.insert("limit and discard").second)
        draft.warn(line, 0,
            "'limit' and 'discard' are two rules for the same thing: the last one in the file "
            "holds");
}

} // namespace

void read_limit(Draft& draft, Line& line)
{
    read_words<LimitConfig>(draft, line, "limit", "limit", limit_words, draft.config.live.limit);
    draft.has_limit = true;
    choose_rule(draft, line, LimitRule::ntpsec);
}

void read_discard(Draft& draft, Line& line)
{
    read_words<LimitConfig>(
        draft, line, "discard", "discard", discard_words, draft.config.live.limit);
    draft.has_discard = true;
    choose_rule(draft, line, LimitRule::classic);
}

void read_mru(Draft& draft, Line& line)
{
    read_words<MruConfig>(draft, line, "mru", "mru", mru_words, draft.config.live.mru);
}

void list_limit_options(std::vector<Option>& table)
{
    append(table, limit_words);
    append(table, discard_words);
    append(table, mru_words);
}

} // namespace timeball::config
