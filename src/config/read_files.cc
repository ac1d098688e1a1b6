// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// What is written and kept: statistics, filegen, logconfig, setvar, trustedkey.

#include "config/directives.h"
#include "config/suggest.h"
#include "config/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace timeball::config {

namespace {

constexpr auto kinds = std::to_array<Option>({
    {"statistics", "loopstats", Type::flag, 0, 0, "", "",
        "Each correction of the clock: offset, frequency, jitter, wander."},
    {"statistics", "peerstats", Type::flag, 0, 0, "", "",
        "Each sample of each source: offset, delay, dispersion, jitter."},
    {"statistics", "rawstats", Type::flag, 0, 0, "", "",
        "Each reply as it came, with its four time stamps."},
    {"statistics", "clockstats", Type::flag, 0, 0, "", "", "What reference clocks said."},
    {"statistics", "sysstats", Type::flag, 0, 0, "", "", "Hourly counts of packets."},
    {"statistics", "usestats", Type::flag, 0, 0, "", "", "Hourly use of processor and memory."},
    {"statistics", "protostats", Type::flag, 0, 0, "", "", "Events of the server and its sources."},
    {"statistics", "ntsstats", Type::flag, 0, 0, "", "", "Hourly counts of authenticated packets."},
    {"statistics", "ntskestats", Type::flag, 0, 0, "", "", "Hourly counts of key exchanges."},
    {"statistics", "ntskelog", Type::flag, 0, 0, "", "", "Each key exchange."},
    {"statistics", "timingstats", Type::flag, 0, 0, "", "", "It is for debugging ntpd.",
        Support::none},
    {"statistics", "cryptostats", Type::flag, 0, 0, "", "", "Autokey is not supported.",
        Support::none},
});

const Option* find_kind(const Token& token)
{
    const auto* found = std::find_if(
        kinds.begin(), kinds.end(), [&](const Option& o) { return o.name == token.text; });
    return found == kinds.end() ? nullptr : found;
}

FileGeneration& file_of(Draft& draft, const std::string& kind)
{
    auto& files = draft.config.live.statistics;
    const auto found = std::find_if(
        files.begin(), files.end(), [&](const FileGeneration& f) { return f.kind == kind; });
    if (found != files.end())
        return *found;
    return files.emplace_back(FileGeneration{.kind = kind, .file = kind});
}

// A filegen line while it is read.
struct FilegenLine {
    FileGeneration file;
    std::string type;
};

using FilegenWord = Word<FilegenLine>;
constexpr auto filegen_words = std::to_array<FilegenWord>({
    {{"filegen", "file", Type::text, 0, 0, "the kind", "name", "Name of the file within statsdir."},
        [](FilegenLine& line, const Value& value) { line.file.file = value.text; }},
    {{"filegen", "type", Type::text, 0, 0, "day", "period",
         "When a new file begins: none, pid, day, week, month, year or age."},
        [](FilegenLine& line, const Value& value) { line.type = value.text; }},
    {{"filegen", "link", Type::flag, 0, 0, "", "",
         "Let the bare name stand for the current file, which is the default."},
        [](FilegenLine& line, const Value&) { line.file.link = true; }},
    {{"filegen", "nolink", Type::flag, 0, 0, "", "", "Do without the bare name."},
        [](FilegenLine& line, const Value&) { line.file.link = false; }},
    {{"filegen", "enable", Type::flag, 0, 0, "", "", "Write it, which is the default."},
        [](FilegenLine& line, const Value&) { line.file.is_enabled = true; }},
    {{"filegen", "disable", Type::flag, 0, 0, "", "", "Do not write it."},
        [](FilegenLine& line, const Value&) { line.file.is_enabled = false; }},
});

std::optional<FileGeneration::Type> type_of(std::string_view name)
{
    using T = FileGeneration::Type;
    static constexpr std::pair<std::string_view, T> types[]
        = {{"none", T::none}, {"pid", T::pid}, {"day", T::day}, {"week", T::week},
            {"month", T::month}, {"year", T::year}, {"age", T::age}};
    for (const auto& [known, type] : types)
        if (known == name)
            return type;
    return std::nullopt;
}

// "[=+-]", then one of the classes, then one of the kinds of message; after "all" a class may stand
// as well.
bool is_log_word(std::string_view word)
{
    static constexpr std::string_view classes[] = {"all", "clock", "peer", "sync", "sys"};
    static constexpr std::string_view messages[]
        = {"", "all", "info", "events", "status", "statistics"};
    if (!word.empty() && (word[0] == '=' || word[0] == '+' || word[0] == '-'))
        word.remove_prefix(1);
    for (const auto c : classes) {
        if (!word.starts_with(c))
            continue;
        const auto rest = word.substr(c.size());
        if (std::find(std::begin(messages), std::end(messages), rest) != std::end(messages))
            return true;
        if (c == "all"
            && std::find(std::begin(classes), std::end(classes), rest) != std::end(classes))
            return true;
    }
    return false;
}

} // namespace

void read_statistics(Draft& draft, Line& line)
{
    if (line.is_at_end())
        draft.warn(line, 0, "'statistics' wants at least one kind");
    while (const auto token = line.word()) {
        const Option* kind = find_kind(*token);
        if (kind == nullptr)
            skip_unknown(draft, line, *token, "statistics", "statistics");
        else if (kind->support == Support::none)
            tell_without_effect(draft, line, *kind, *token);
        else
            file_of(draft, token->text).is_enabled = true;
    }
}

void read_filegen(Draft& draft, Line& line)
{
    const auto token = line.word();
    const Option* kind = token ? find_kind(*token) : nullptr;
    if (kind == nullptr) {
        const auto meant = token ? suggestion(token->text, names_of("statistics")) : "";
        draft.warn(line, token ? token->column : 0,
            fmt::format("'filegen' wants a kind of statistics{}{}; the line was skipped",
                token ? ", not " + quoted(token->text) : "",
                meant.empty() ? "" : fmt::format(" (did you mean '{}'?)", meant)));
        return;
    }
    FilegenLine said{
        kind->support == Support::none ? FileGeneration{} : file_of(draft, token->text), {}};
    said.file.is_enabled = true;
    read_words<FilegenLine>(draft, line, "filegen", "filegen", filegen_words, said);
    if (kind->support == Support::none)
        return tell_without_effect(draft, line, *kind, *token);
    if (const auto type = type_of(said.type))
        said.file.type = *type;
    else if (!said.type.empty())
        draft.warn(line, 0,
            fmt::format("'type' of 'filegen' wants none, pid, day, week, month, year or age, not "
                        "{}; the word and its value were skipped, the rest of the line applied",
                quoted(said.type)));
    if (said.file.file.empty() || said.file.file.find("..") != std::string::npos) {
        draft.warn(line, 0,
            fmt::format("{} is no name within statsdir; '{}' is taken", quoted(said.file.file),
                said.file.kind));
        said.file.file = said.file.kind;
    }
    file_of(draft, token->text) = said.file;
}

void read_logconfig(Draft& draft, Line& line)
{
    std::string& words = draft.config.live.logconfig;
    while (auto token = line.string()) {
        std::string word = token->text;
        if (word == "=" || word == "+" || word == "-") { // a blank behind the sign is overlooked
            const auto next = line.string();
            word += next ? next->text : "";
        }
        if (!is_log_word(word)) {
            draft.warn(line, token->column,
                fmt::format("{} is not a class and kind of message ('=syncstatus', '+sysevents', "
                            "'=all'); the word was skipped, the rest of the line applied",
                    quoted(word)));
            continue;
        }
        words += (words.empty() ? "" : " ") + word;
    }
}

void read_setvar(Draft& draft, Line& line)
{
    SetVariable variable;
    const auto name = line.word();
    const auto sign = line.word();
    const auto value = line.string();
    if (!name || !sign || sign->text != "=" || !value || name->text.empty()
        || name->text.find_first_of("=\"") != std::string::npos) {
        draft.warn(
            line, name ? name->column : 0, "'setvar' wants NAME = VALUE; the line was skipped");
        return;
    }
    variable.name = name->text;
    variable.value = value->text;
    if (const auto last = line.peek(); last && last->text == "default") {
        variable.is_default = true;
        line.word();
    }
    expect_end(draft, line, "setvar");
    auto& variables = draft.config.live.variables;
    const auto same = std::find_if(variables.begin(), variables.end(),
        [&](const SetVariable& v) { return v.name == variable.name; });
    if (same != variables.end())
        *same = variable;
    else
        variables.push_back(variable);
}

namespace {

std::optional<std::uint16_t> key_id(const Token& token)
{
    const auto number = parse_number(token.text);
    if (!number.is_integer || number.value < 1 || number.value > 65535)
        return std::nullopt;
    return static_cast<std::uint16_t>(number.value);
}

} // namespace

void read_trustedkey(Draft& draft, Line& line)
{
    while (const auto token = line.word()) {
        if (token->text == "(") {
            std::vector<Token> inside;
            auto next = line.word();
            for (; next && next->text != ")"; next = line.word())
                inside.push_back(*next);
            const bool is_range = next && inside.size() == 3 && inside[1].text == "...";
            const auto first = is_range ? key_id(inside[0]) : std::nullopt;
            const auto last = is_range ? key_id(inside[2]) : std::nullopt;
            if (!first || !last || *first > *last) {
                draft.warn(line, token->column,
                    "a range of keys is written (10 ... 20), with blanks around the dots; the "
                    "range was skipped, the rest of the line applied");
                continue;
            }
            for (unsigned id = *first; id <= *last; ++id)
                draft.trusted.insert(static_cast<std::uint16_t>(id));
        } else if (const auto id = key_id(*token)) {
            draft.trusted.insert(*id);
        } else {
            draft.warn(line, token->column,
                fmt::format("'trustedkey' wants keys from 1 to 65535, not {}; the word was "
                            "skipped, the rest of the line applied",
                    quoted(token->text)));
        }
    }
}

void list_file_options(std::vector<Option>& table)
{
    table.insert(table.end(), kinds.begin(), kinds.end());
    append(table, filegen_words);
}

} // namespace timeball::config
