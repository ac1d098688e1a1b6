// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Who may ask: restrict, unrestrict, delrestrict.

#include "config/directives.h"
#include "config/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace timeball::config {

namespace {

// What stands on one line, before it is clear which entries it makes.
struct RestrictLine {
    std::optional<Family> family;
    Token subject; // address, name, "default" or "source"
    std::uint32_t flags = 0;
    bool ntpport = false;
    std::string mask;
    std::string response; // behind serverresponse
    std::vector<Skipped> skipped;
};

template <std::uint32_t bits>
void set(RestrictLine& line, const Value&)
{
    line.flags |= bits;
}

constexpr std::string_view restrict_scope = "restrict";
using RestrictWord = Word<RestrictLine>;
constexpr auto restrict_words = std::to_array<RestrictWord>({
    {{restrict_scope, "ignore", Type::flag, 0, 0, "", "", "Drop every packet."},
        set<restrict_ignore>},
    {{restrict_scope, "noserve", Type::flag, 0, 0, "", "", "Drop all but control packets."},
        set<restrict_noserve>},
    {{restrict_scope, "noquery", Type::flag, 0, 0, "", "",
         "Drop control packets, as those of timeballq and ntpq."},
        set<restrict_noquery>},
    {{restrict_scope, "nomodify", Type::flag, 0, 0, "", "",
         "Refuse control packets that would change the server."},
        set<restrict_nomodify>},
    {{restrict_scope, "nomrulist", Type::flag, 0, 0, "", "",
         "Refuse to show the list of recent clients."},
        set<restrict_nomrulist>},
    {{restrict_scope, "limited", Type::flag, 0, 0, "", "",
         "Do not answer faster than the rate limit allows."},
        set<restrict_limited>},
    {{restrict_scope, "kod", Type::flag, 0, 0, "", "",
         "Tell those who are limited with a kiss of death, now and then."},
        set<restrict_kod>},
    {{restrict_scope, "notrust", Type::flag, 0, 0, "", "",
         "Drop packets that are not authenticated."},
        set<restrict_notrust>},
    {{restrict_scope, "version", Type::flag, 0, 0, "", "", "Drop packets of versions before 4."},
        set<restrict_version>},
    {{restrict_scope, "flake", Type::flag, 0, 0, "", "",
         "Drop one packet in ten, by chance, to test clients."},
        set<restrict_flake>},
    {{restrict_scope, "ntpport", Type::flag, 0, 0, "", "",
         "Match only packets that come from port 123; such an entry goes before one for the same "
         "address without it."},
        [](RestrictLine& line, const Value&) { line.ntpport = true; }},
    {{restrict_scope, "mask", Type::text, 0, 0, "a host", "address",
         "The bits of the address that count; they need not be the first ones."},
        [](RestrictLine& line, const Value& value) { line.mask = value.text; }},
    {{restrict_scope, "serverresponse", Type::text, 0, 0, "", "fuzz",
         "With fuzz, blur the low bits of the reference time in replies, so that they do not show "
         "when the upstream was asked."},
        [](RestrictLine& line, const Value& value) { line.response = value.text; }},
    {{restrict_scope, "nopeer", Type::flag, 0, 0, "", "",
         "Nothing to refuse: no stranger can make timeballd a peer.", Support::silent},
        set<restrict_nopeer>},
    {{restrict_scope, "noepeer", Type::flag, 0, 0, "", "", "As nopeer.", Support::silent},
        set<restrict_nopeer>},
    {{restrict_scope, "ippeerlimit", Type::integer, -1, 1e6, "-1", "peers", "As nopeer.",
        Support::silent}},
    {{restrict_scope, "notrap", Type::flag, 0, 0, "", "", "There are no traps.", Support::silent},
        set<restrict_notrap>},
    {{restrict_scope, "lowpriotrap", Type::flag, 0, 0, "", "", "There are no traps.",
        Support::silent}},
    {{restrict_scope, "mssntp", Type::flag, 0, 0, "", "",
         "Replies signed for a Windows domain are not made.", Support::none},
        set<restrict_mssntp>},
});

// Reads `[-4|-6] SUBJECT ...`. Nothing when there is no subject.
std::optional<RestrictLine> read_restrict_line(Draft& draft, Line& line, std::string_view directive)
{
    RestrictLine result;
    auto token = line.word();
    for (; token && (token->text == "-4" || token->text == "-6"); token = line.word())
        result.family = token->text == "-4" ? Family::ipv4 : Family::ipv6;
    if (!token)
        return std::nullopt;
    result.subject = *token;
    result.skipped
        = read_words<RestrictLine>(draft, line, directive, restrict_scope, restrict_words, result);
    if (!result.response.empty() && result.response != "fuzz")
        draft.warn(line, 0,
            fmt::format("'serverresponse' wants 'fuzz', not {}; it was skipped, the rest of the "
                        "line applied",
                quoted(result.response)));
    else if (result.response == "fuzz")
        result.flags |= restrict_fuzz;
    return result;
}

// The entries that a line speaks of: one, or two for a default of both families, or a name.
struct Subject {
    std::vector<RestrictEntry> entries;
    std::optional<RestrictName> name;
    std::string fault; // when there are none
};

Subject subject_of(const RestrictLine& said, int line)
{
    RestrictEntry entry{.ntpport = said.ntpport, .flags = said.flags, .line = line};
    const std::string& text = said.subject.text;
    std::optional<Address> mask;
    if (!said.mask.empty()) {
        mask = parse_address(said.mask);
        if (!mask)
            return {{}, {}, fmt::format("the mask {} is no address", quoted(said.mask))};
    }
    if (text == "source") {
        entry.is_source_template = true;
        return {{entry}, {}, {}};
    }
    if (text == "default") {
        if (mask && !mask->is_any())
            return {{}, {}, fmt::format("a default has no mask {}", quoted(said.mask))};
        Subject both;
        for (const Family family : {Family::ipv4, Family::ipv6}) {
            entry.address = Address::any(family);
            entry.mask = mask_of(family, 0);
            if (!said.family || *said.family == family)
                both.entries.push_back(entry);
        }
        return both;
    }
    if (const auto prefix = parse_prefix(text)) {
        const Family family = prefix->address.family;
        if (said.family && *said.family != family)
            return {{}, {}, fmt::format("{} is of the other family", quoted(text))};
        if (mask && mask->family != family)
            return {{}, {}, fmt::format("the mask {} is of the other family", quoted(said.mask))};
        entry.mask = mask ? *mask : mask_of(family, prefix->length);
        entry.address = masked(prefix->address, entry.mask);
        entry.address.scope = 0;
        return {{entry}, {}, {}};
    }
    if (!is_host_name(text))
        return {{}, {}, fmt::format("{} is no address, no prefix and no host name", quoted(text))};
    entry.mask = mask.value_or(Address{});
    return {{}, RestrictName{text, said.family, entry}, {}};
}

std::uint32_t flags_meant(const std::vector<Skipped>& skipped)
{
    RestrictLine line;
    for (const Skipped& s : skipped)
        for (const RestrictWord& word : restrict_words)
            if (word.option.name == s.meant && word.option.type == Type::flag && word.set)
                word.set(line, {});
    return line.flags;
}

bool has_unknown(const std::vector<Skipped>& skipped)
{
    return std::any_of(
        skipped.begin(), skipped.end(), [](const Skipped& s) { return s.found.text != s.meant; });
}

} // namespace

void read_restrict(Draft& draft, Line& line)
{
    auto said = read_restrict_line(draft, line, "restrict");
    if (!said) {
        draft.warn(line, 0,
            "'restrict' wants an address, a prefix, a name, 'default' or 'source'; the line was "
            "skipped");
        return;
    }
    // A word that we do not know was meant to restrict in some way. Without it the entry would be
    // more open than its author wanted, so it closes what a careful default closes.
    if (has_unknown(said->skipped)) {
        const std::uint32_t added = flags_meant(said->skipped) | built_in_restrictions;
        said->flags |= added;
        draft.note(line, said->subject.column,
            fmt::format("to be safe the entry for {} also has: {}", quoted(said->subject.text),
                flag_words(added)));
    }
    const Subject subject = subject_of(*said, line.number());
    if (!subject.fault.empty()) {
        if (said->flags != 0)
            draft.error(line, said->subject.column,
                subject.fault + "; the line was skipped, and what it should restrict is open");
        else
            draft.warn(line, said->subject.column, subject.fault + "; the line was skipped");
        return;
    }
    for (const RestrictEntry& entry : subject.entries)
        draft.access.restrict(entry);
    if (subject.name)
        draft.access.restrict(*subject.name);
    if ((said->flags & restrict_kod) != 0)
        draft.kisses.push_back({line, said->subject, subject.entries, subject.name});
}

namespace {

// What unrestrict and delrestrict have in common. `deletes` says which of the two it is.
void read_taking_away(Draft& draft, Line& line, std::string_view directive, bool deletes)
{
    const auto said = read_restrict_line(draft, line, directive);
    if (!said) {
        draft.warn(line, 0, fmt::format("'{}' wants an address; the line was skipped", directive));
        return;
    }
    // With nothing left to clear the whole entry would go: never because of a typing mistake.
    if (!deletes && said->flags == 0 && !said->skipped.empty()) {
        draft.note(line, said->subject.column, "to be safe nothing was taken away");
        return;
    }
    const Subject subject = subject_of(*said, line.number());
    if (!subject.fault.empty()) {
        draft.warn(line, said->subject.column, subject.fault + "; the line was skipped");
        return;
    }
    const bool removes = deletes || said->flags == 0;
    const auto take = [&](const auto& what) {
        return removes ? draft.access.remove(what) : draft.access.unrestrict(what);
    };
    bool found = false;
    for (const RestrictEntry& entry : subject.entries)
        found |= take(entry);
    if (subject.name)
        found |= take(*subject.name);
    if (!found)
        draft.note(line, said->subject.column,
            fmt::format(
                "there is no entry for {}: nothing was taken away", quoted(said->subject.text)));
}

} // namespace

void read_unrestrict(Draft& draft, Line& line)
{
    read_taking_away(draft, line, "unrestrict", false);
}

void read_delrestrict(Draft& draft, Line& line)
{
    read_taking_away(draft, line, "delrestrict", true);
}

void list_access_options(std::vector<Option>& table)
{
    append(table, restrict_words);
}

} // namespace timeball::config
