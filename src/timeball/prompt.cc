// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors

#include "timeball/prompt.h"

#include "control/variables.h"
#include "timeball/glyphs.h"

#include <algorithm>
#include <array>

namespace timeball::console {

namespace {

std::string_view trimmed(std::string_view text)
{
    while (!text.empty() && text.front() == ' ')
        text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ')
        text.remove_suffix(1);
    return text;
}

// The first word, and text moves behind it.
std::string_view take_word(std::string_view& text)
{
    text = trimmed(text);
    const std::string_view word = text.substr(0, text.find(' '));
    text = trimmed(text.substr(word.size()));
    return word;
}

struct OwnCommand {
    std::string_view word, short_word;
    CommandLine::Kind kind;
};
constexpr std::array<OwnCommand, 8> own_commands{{
    {"quit", "q", CommandLine::Kind::quit},
    {"help", "h", CommandLine::Kind::help},
    {"host", "", CommandLine::Kind::host},
    {"view", "", CommandLine::Kind::view},
    {"interval", "", CommandLine::Kind::interval},
    {"save", "w", CommandLine::Kind::save},
    {"key", "", CommandLine::Kind::key},
    {"forget", "", CommandLine::Kind::forget},
}};

// Lines of ntp.conf that a running server takes. Those that only add something are harmless.
struct Directive {
    std::string_view word;
    bool is_destructive;
};
constexpr std::array<Directive, 24> directives{{
    {"server", false},
    {"pool", false},
    {"peer", false},
    {"broadcast", false},
    {"setvar", false},
    {"logconfig", false},
    {"trustedkey", false},
    {"refclock", false},
    {"unpeer", true},
    {"unconfig", true},
    {"restrict", true},
    {"unrestrict", true},
    {"fudge", true},
    {"tos", true},
    {"tinker", true},
    {"enable", true},
    {"disable", true},
    {"limit", true},
    {"discard", true},
    {"mru", true},
    {"reset", true},
    {"interface", true},
    {"controlkey", true},
    {"leapsmearinterval", true},
}};

} // namespace

void Password::add(char c)
{
    std::vector<std::byte> longer{secret_.bytes().begin(), secret_.bytes().end()};
    longer.push_back(static_cast<std::byte>(c));
    secret_ = Secret{longer};
    wipe(longer);
}

void Password::shorten()
{
    const auto all = secret_.bytes();
    if (!all.empty())
        secret_ = Secret{all.first(all.size() - 1)};
}

PromptStep edit(Prompt& prompt, Key key)
{
    if (prompt.kind == Prompt::Kind::confirm)
        return key == U'y' || key == U'Y' ? PromptStep::done : PromptStep::left;
    switch (key) {
    case key::enter:
        return PromptStep::done;
    case key::escape:
    case key::control_c:
        return PromptStep::left;
    case key::control_u:
        prompt.text.clear();
        prompt.password.clear();
        return PromptStep::edited;
    case key::backspace:
        if (prompt.is_secret()) {
            prompt.password.shorten();
        } else {
            if (prompt.text.empty())
                return PromptStep::left;
            while (!prompt.text.empty() && (prompt.text.back() & 0xc0) == 0x80)
                prompt.text.pop_back();
            prompt.text.pop_back();
        }
        return PromptStep::edited;
    default:
        break;
    }
    constexpr std::size_t longest = 400; // what fits into one datagram
    if (key >= U' ' && key < 0x110000 && prompt.text.size() + prompt.password.size() < longest) {
        if (!prompt.is_secret())
            prompt.text += to_utf8(std::u32string(1, key));
        else if (key < 0x80)
            prompt.password.add(static_cast<char>(key));
    }
    return PromptStep::edited;
}

std::string label(const Prompt& prompt)
{
    switch (prompt.kind) {
    case Prompt::Kind::filter:
        return "Filter: ";
    case Prompt::Kind::save:
        return "Save as: ";
    case Prompt::Kind::command:
        return ":";
    case Prompt::Kind::key:
        return "Control key, ID [TYPE]: ";
    case Prompt::Kind::password:
        return "Password: ";
    case Prompt::Kind::confirm:
        return "Really '" + prompt.before + "'? (y/n) ";
    }
    return {};
}

std::optional<Credentials> parse_key(std::string_view text)
{
    Credentials credentials;
    const auto id = control::to_integer(take_word(text));
    if (!id || *id < 1 || *id > 65535)
        return std::nullopt;
    credentials.key = static_cast<unsigned>(*id);
    if (!text.empty())
        credentials.type = take_word(text);
    return text.empty() ? std::optional{std::move(credentials)} : std::nullopt;
}

CommandLine parse_command(std::string_view line)
{
    line = trimmed(line);
    std::string_view rest = line;
    const std::string_view word = take_word(rest);
    if (word.empty())
        return {};
    for (const OwnCommand& own : own_commands)
        if (word == own.word || (!own.short_word.empty() && word == own.short_word))
            return {own.kind, std::string{rest}, false};
    const auto directive = std::find_if(
        directives.begin(), directives.end(), [&](const Directive& d) { return d.word == word; });
    if (directive == directives.end())
        return {CommandLine::Kind::unknown, std::string{word}, false};
    return {CommandLine::Kind::change, std::string{line}, directive->is_destructive};
}

} // namespace timeball::console
