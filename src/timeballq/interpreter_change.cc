// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The commands that change the server, and the key that they are signed with.

#include "timeballq/command.h"
#include "timeballq/cooked.h"

#include <fmt/format.h>

#include <algorithm>

namespace timeball::query {

namespace {

std::string without_end(std::string text)
{
    text.erase(std::find(text.begin(), text.end(), '\0'), text.end()); // some servers send it
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' '))
        text.pop_back();
    return text;
}

} // namespace

// --- the key -------------------------------------------------------------------

Result<void, std::string> Interpreter::read_keys(const std::string& path)
{
    const auto text = conversation_.read_file(path);
    if (!text)
        return unexpected(text.error());
    if (const auto read = keys_.read(*text); !read)
        return unexpected(path + ": " + read.error());
    conversation_.use(keys_.credentials());
    return {};
}

void Interpreter::choose_key(KeyId id)
{
    keys_.choose(id);
    conversation_.use(keys_.credentials());
}

Result<void, Problem> Interpreter::get_key()
{
    const Problem none{"this must be signed: a key is needed (-k FILE -a ID, or keyid and passwd)"};
    if (keys_.credentials().key == KeyId{}) {
        if (keys_.chosen() == KeyId{}) {
            const auto said = conversation_.ask_operator("Keyid: ", false);
            const auto id = said ? control::to_integer(*said) : std::nullopt;
            if (!id || *id < 1 || *id > 65535)
                return unexpected(none);
            keys_.choose({static_cast<std::uint32_t>(*id)});
        }
        const auto secret
            = conversation_.ask_operator(fmt::format("{} Password: ", keys_.type()), true);
        if (!secret || secret->empty())
            return unexpected(none);
        if (const auto set = keys_.set_secret(*secret); !set)
            return unexpected(Problem{set.error()});
    }
    if (!conversation_.use(keys_.credentials()))
        return unexpected(Problem{"the cryptographic library does not offer keys of this type"});
    return {};
}

Result<control::Reply, Problem> Interpreter::ask_signed(control::Question question)
{
    if (host_.empty())
        return ask(question);
    // A conversation that has its key keeps what it learned of the server.
    if (!has_key_) {
        if (const auto got = get_key(); !got)
            return unexpected(got.error());
        has_key_ = true;
    }
    question.is_signed = true;
    auto reply = ask(question);
    if (!reply && reply.error().refusal == control::Error::permission)
        return unexpected(
            Problem{.text = fmt::format("{}; key {} is unknown there, wrong, or may not "
                                        "do this",
                        reply.error().text, keys_.chosen().value),
                .refusal = reply.error().refusal});
    return reply;
}

Interpreter::Outcome Interpreter::key_id(const Command&, const Words& arguments)
{
    if (!arguments.empty()) {
        const auto id = control::to_integer(arguments[0]);
        if (!id || *id < 1 || *id > 65535)
            return fault(fmt::format("'{}' is not a key identifier (1 to 65535)", arguments[0]));
        choose_key({static_cast<std::uint32_t>(*id)});
        has_key_ = false;
    }
    if (keys_.chosen() == KeyId{})
        return {.out = "no keyid defined\n"};
    return {.out = fmt::format("keyid is {}\n", keys_.chosen().value)};
}

Interpreter::Outcome Interpreter::key_type(const Command&, const Words& arguments)
{
    if (!arguments.empty() && !keys_.set_type(arguments[0]))
        return fault(
            fmt::format("'{}' is not a key type (AES, AES192, AES256, SHA1, SHA256, SHA384, "
                        "SHA512, MD5)",
                arguments[0]));
    return {.out = fmt::format("Keytype: {}\n", keys_.type())};
}

Interpreter::Outcome Interpreter::password(const Command&, const Words& arguments)
{
    if (keys_.chosen() == KeyId{})
        return fault("'keyid ID' says first whose secret it is");
    const auto secret = !arguments.empty()
        ? std::optional{arguments[0]}
        : conversation_.ask_operator(fmt::format("{} Password: ", keys_.type()), true);
    if (!secret || secret->empty())
        return fault("no secret was given");
    if (const auto set = keys_.set_secret(*secret); !set)
        return fault(set.error());
    conversation_.use(keys_.credentials());
    has_key_ = false;
    return {};
}

Interpreter::Outcome Interpreter::authenticate(const Command&, const Words& arguments)
{
    if (!arguments.empty()) {
        if (arguments[0] != "yes" && arguments[0] != "no")
            return fault(fmt::format("'{}' is neither 'yes' nor 'no'", arguments[0]));
        settings_.signs_all = arguments[0] == "yes";
        if (settings_.signs_all) {
            if (const auto got = get_key(); !got) {
                settings_.signs_all = false;
                return fault(got.error().text);
            }
        }
    }
    return {.out = settings_.signs_all ? "authenticated requests being sent\n"
                                       : "unauthenticated requests being sent\n"};
}

// --- changes -------------------------------------------------------------------

// A fault is shown below the line where the server finds it.
Interpreter::Outcome Interpreter::send_configuration(
    const std::string& text, const std::string& shown)
{
    if (text.size() > control::max_data)
        return fault(fmt::format("that is too much for one request: {} octets, of {} at most",
            text.size(), control::max_data));
    const auto reply = ask_signed({.opcode = control::Opcode::configure, .data = text});
    if (!reply)
        return failed(reply.error());
    const auto answer = without_end(reply->data);
    if (answer == "Config Succeeded")
        return {.out = answer + "\n"};
    Outcome outcome{.status = 1};
    constexpr std::string_view column = "column ";
    if (answer.starts_with(column)) {
        const auto number = control::to_integer(std::string_view{answer}.substr(
            column.size(), answer.find(' ', column.size()) - column.size()));
        if (number && *number >= 0 && *number <= static_cast<long long>(shown.size()))
            outcome.err
                = shown + "\n" + std::string(static_cast<std::size_t>(*number), ' ') + "^\n";
    }
    outcome.err += fmt::format("{}: {}\n", host_, answer.empty() ? "it says nothing" : answer);
    return outcome;
}

Interpreter::Outcome Interpreter::configure(const Command& command, const Words& arguments)
{
    if (arguments.empty())
        return fault(fmt::format("usage: {} {}", command.name, command.arguments));
    const auto line = joined(arguments, " ");
    return send_configuration(line, line);
}

// Line by line: a file is longer than a request, and a fault has its number.
Interpreter::Outcome Interpreter::configure_from_file(
    const Command& command, const Words& arguments)
{
    if (arguments.size() != 1)
        return fault(fmt::format("usage: {} {}", command.name, command.arguments));
    const auto text = conversation_.read_file(arguments[0]);
    if (!text)
        return fault(text.error());
    std::string_view rest = *text;
    int applied = 0;
    for (int number = 1; !rest.empty(); ++number) {
        const auto end = std::min(rest.find('\n'), rest.size());
        const std::string line = joined(words_of(rest.substr(0, end)), " ");
        rest.remove_prefix(std::min(rest.size(), end + 1));
        if (line.empty() || line.starts_with('#'))
            continue;
        auto outcome = send_configuration(line, line);
        if (!outcome.err.empty()) {
            outcome.err = fmt::format("{}:{}: {} lines before it were applied\n", arguments[0],
                              number, applied)
                + outcome.err;
            return outcome;
        }
        ++applied;
    }
    return {.out = fmt::format("Config Succeeded: {} lines\n", applied)};
}

Interpreter::Outcome Interpreter::save_configuration(const Command& command, const Words& arguments)
{
    if (arguments.size() != 1)
        return fault(fmt::format("usage: {} {}", command.name, command.arguments));
    const auto reply
        = ask_signed({.opcode = control::Opcode::save_configuration, .data = arguments[0]});
    if (!reply)
        return failed(reply.error());
    return {.out = raw(without_end(reply->data))};
}

} // namespace timeball::query
