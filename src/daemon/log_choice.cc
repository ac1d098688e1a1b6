// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Which events are written to the log.

#include "daemon/log_choice.h"

#include <algorithm>
#include <iterator>

namespace timeball::daemon {

namespace {

constexpr std::string_view topics[] = {"clock", "peer", "sync", "sys"};
constexpr std::string_view messages[] = {"info", "events", "status", "statistics"};
constexpr std::uint8_t every_message = 0xf;

using Chosen = std::array<std::uint8_t, 4>;

// Behind the last when it is none of them.
template <std::size_t n>
std::size_t index_of(const std::string_view (&names)[n], std::string_view text)
{
    return static_cast<std::size_t>(std::find(std::begin(names), std::end(names), text) - names);
}

std::uint8_t messages_in(std::string_view rest)
{
    const std::size_t i = index_of(messages, rest);
    return i < std::size(messages) ? static_cast<std::uint8_t>(1u << i) : every_message;
}

// "syncstatus", "allevents", "allsync", "sys": which messages of which topics.
Chosen meaning(std::string_view word)
{
    Chosen chosen{};
    if (word.starts_with("all")) {
        const std::string_view rest = word.substr(3);
        const std::size_t topic = index_of(topics, rest);
        if (topic < std::size(topics))
            chosen[topic] = every_message;
        else
            chosen.fill(messages_in(rest));
        return chosen;
    }
    for (std::size_t i = 0; i < std::size(topics); ++i)
        if (word.starts_with(topics[i]))
            chosen[i] = messages_in(word.substr(topics[i].size()));
    return chosen;
}

} // namespace

LogChoice::LogChoice(std::string_view words)
{
    of_.fill(every_message);
    while (!words.empty()) {
        const auto end = std::min(words.find(' '), words.size());
        std::string_view word = words.substr(0, end);
        words.remove_prefix(std::min(end + 1, words.size()));
        if (word.empty())
            continue;
        const char sign = word[0];
        const bool is_signed = sign == '=' || sign == '+' || sign == '-';
        const Chosen said = meaning(word.substr(is_signed ? 1 : 0));
        for (std::size_t i = 0; i < of_.size(); ++i) {
            if (sign == '+')
                of_[i] |= said[i];
            else if (sign == '-')
                of_[i] &= static_cast<std::uint8_t>(~said[i]);
            else
                of_[i] = said[i];
        }
    }
}

bool LogChoice::has(Topic topic, Message message) const
{
    return (of_[static_cast<std::size_t>(topic)] >> static_cast<unsigned>(message) & 1) != 0;
}

bool LogChoice::has(const sync::Event& event) const
{
    using enum sync::EventKind;
    if (severity_of(event.kind) == Severity::error)
        return true;
    switch (event.kind) {
    case clock_sync:
    case no_sys_peer:
    case sys_peer:
        return has(Topic::sync, Message::status);
    case popcorn:
        return has(Topic::peer, Message::events);
    default:
        return has(Topic::sys, Message::events);
    }
}

bool LogChoice::has(const source::Event& event) const
{
    return has(
        Topic::peer, event.kind == source::PeerEvent::none ? Message::info : Message::events);
}

} // namespace timeball::daemon
