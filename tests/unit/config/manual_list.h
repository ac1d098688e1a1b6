// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The option table as the manual shows it, in mdoc.

#include "config/options.h"

#include <string>
#include <string_view>
#include <vector>

namespace timeball::config {

inline constexpr std::size_t manual_width = 78;

// One sentence a line, long ones broken between words.
inline std::string in_lines(std::string_view text)
{
    std::string result, line;
    while (!text.empty()) {
        const auto end = std::min(text.find(' '), text.size());
        const std::string word{text.substr(0, end)};
        text.remove_prefix(std::min(end + 1, text.size()));
        if (!line.empty() && line.size() + 1 + word.size() > manual_width) {
            result += line + "\n";
            line.clear();
        }
        line += (line.empty() ? "" : " ") + word;
        if (word.ends_with('.') || text.empty()) {
            result += line + "\n";
            line.clear();
        }
    }
    return result;
}

// "Range 3 to 17 (log2 s), default 6."
inline std::string bounds_in_words(const Option& option)
{
    const bool is_numeric
        = option.type == Type::integer || option.type == Type::number || option.type == Type::id;
    std::string text;
    if (is_numeric || option.type == Type::offset || option.type == Type::boolean)
        text = allowed(option);
    if (!option.standard.empty())
        text += (text.empty() ? "default: " : "; default ") + std::string{option.standard};
    if (text.empty())
        return {};
    text[0] = static_cast<char>(text[0] - (text[0] >= 'a' && text[0] <= 'z' ? 'a' - 'A' : 0));
    return text + ".";
}

inline std::string names_in_mdoc(const std::vector<const Option*>& options, const char* macro)
{
    std::string result;
    for (const Option* option : options)
        result += std::string{macro} + " " + std::string{option->name}
            + (option == options.back() ? " .\n" : " ,\n");
    return result;
}

// What the manual says of the words of one directive.
inline std::string manual_list(std::string_view scope)
{
    std::string list;
    std::vector<const Option*> silent, ineffective;
    for (const Option* option : options_of(scope)) {
        if (option->support != Support::full) {
            (option->support == Support::silent ? silent : ineffective).push_back(option);
            continue;
        }
        if (option->type == Type::special) // a directive, or a group: described by hand
            continue;
        const std::string argument = option->type == Type::text && !option->unit.empty()
            ? std::string{option->unit.substr(0, option->unit.find(' '))}
            : option->type == Type::id ? "key"
                                       : "value";
        list += ".It Cm " + std::string{option->name};
        if (option->type != Type::flag)
            list += " Ar " + argument;
        list += "\n" + in_lines(option->meaning) + in_lines(bounds_in_words(*option));
    }
    std::string result;
    if (!list.empty())
        result += ".Bl -tag -width Ds\n" + list + ".El\n";
    if (!silent.empty())
        result += ".Pp\nAlso accepted, with nothing to do:\n" + names_in_mdoc(silent, ".Cm");
    if (!ineffective.empty())
        result += ".Pp\nAccepted with a warning, without effect:\n"
            + names_in_mdoc(ineffective, ".Cm");
    return result;
}

// What the manual says of a directive that takes one value.
inline std::string manual_value(const Option& directive)
{
    return in_lines(directive.meaning) + in_lines(bounds_in_words(directive));
}

// The directives that are accepted for old files' sake, those with one reason together.
inline std::string manual_obsolete()
{
    std::string list;
    std::string_view last;
    for (const Option* option : options_of("")) {
        if (option->support != Support::none)
            continue;
        if (option->meaning == last)
            list += " , " + std::string{option->name};
        else
            list += (list.empty() ? "" : "\n" + in_lines(last)) + ".It Ic "
                + std::string{option->name};
        last = option->meaning;
    }
    return ".Bl -tag -width Ds\n" + list + "\n" + in_lines(last) + ".El\n";
}

} // namespace timeball::config
