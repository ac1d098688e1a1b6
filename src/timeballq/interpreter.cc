// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The commands by name, and those that need no server.

#include "timeballq/interpreter.h"

#include "config.h"
#include "timeballq/cells.h"
#include "timeballq/command.h"

#include <fmt/format.h>

#include <algorithm>

namespace timeball::query {

const std::vector<Interpreter::Command>& Interpreter::table()
{
    using I = Interpreter;
    static const std::vector<Command> commands = [] {
        std::vector<Command> all{
            {"peers", "", "the servers it follows, and how well they agree", &I::peers},
            {"lpeers", "", "the same", &I::peers},
            {"rpeers", "", "the same with the names to the right", &I::peers},
            {"apeers", "", "the same with association identifiers", &I::peers},
            {"opeers", "", "the same with local address and dispersion", &I::peers},
            {"lopeers", "", "the same as opeers", &I::peers},
            {"associations", "", "the associations and their status", &I::associations},
            {"lassociations", "", "the same", &I::associations},
            {"passociations", "", "the associations as last heard", &I::associations},
            {"lpassociations", "", "the same", &I::associations},
            {"readvar", "[ID|&N] [NAME[,NAME]...]", "variables of the system or a peer",
                &I::read_variables},
            {"rv", "[ID|&N] [NAME[,NAME]...]", "the same", &I::read_variables},
            {"mreadvar", "FIRST LAST [NAME...]", "variables of several peers", &I::read_range},
            {"mrv", "FIRST LAST [NAME...]", "the same", &I::read_range},
            {"readlist", "[ID|&N]", "the variables on the list", &I::read_list},
            {"rl", "[ID|&N]", "the same", &I::read_list},
            {"mreadlist", "FIRST LAST", "the variables on the list, of several peers",
                &I::read_range},
            {"mrl", "FIRST LAST", "the same", &I::read_range},
            {"addvars", "NAME[=VALUE][,...]", "put variables on the list", &I::keep_list},
            {"rmvars", "NAME[,...]", "take variables off the list", &I::keep_list},
            {"clearvars", "", "empty the list", &I::keep_list},
            {"showvars", "", "show the list", &I::keep_list},
            {"clockvar", "[ID|&N] [NAME...]", "variables of a reference clock", &I::read_clock},
            {"cv", "[ID|&N] [NAME...]", "the same", &I::read_clock},
            {"clocklist", "[ID|&N]", "the variables on the list, of a reference clock",
                &I::read_clock},
            {"cl", "[ID|&N]", "the same", &I::read_clock},
            {"pstats", "ID|&N", "what has been counted about a peer", &I::peer_statistics},
        };
        for (const Summary& summary : summaries())
            all.push_back({summary.command, "", summary.purpose, &I::summary});
        const std::vector<Command> rest{
            {"mrulist", "[FILTER...] [sort=KEY]", "the clients that were heard last", &I::clients},
            {"direct", "", "mrulist prints while it reads, or no longer", &I::mode},
            {"ifstats", "", "the addresses it listens on", &I::ordered_list},
            {"reslist", "", "who may ask it what", &I::ordered_list},
            {"why", "[ID|&N]", "why sources are followed or not, in words", &I::why},
            {"check", "[HOST]", "what the NTP Pool's monitor would see, and score", &I::check},
            {"wait", "[-t SPAN] [-b BOUND]", "wait until it is synchronized", &I::wait},
            {"watch", "[-n SPAN] COMMAND", "a command again and again", &I::watch},
            {"monitor", "[-w SPAN] [-c SPAN] [-s N]", "one line and a status for Nagios",
                &I::monitor},
            {"poll", "[N] [verbose]", "ask it for the time, as a client does", &I::poll},
            {"config", "LINE", "change its configuration", &I::configure},
            {"config-from-file", "FILE", "the same with the lines of a file",
                &I::configure_from_file},
            {"saveconfig", "FILE", "have it write its configuration", &I::save_configuration},
            {"keyid", "[ID]", "the key to sign with", &I::key_id},
            {"keytype", "[TYPE]", "its type: MD5, SHA1, SHA256, AES", &I::key_type},
            {"passwd", "[SECRET]", "its secret", &I::password},
            {"authenticate", "[yes|no]", "sign every request", &I::authenticate},
            {"host", "[-4|-6] [HOST]", "ask this host from now on", &I::host},
            {"hostnames", "[yes|no|hostname|hostnum]", "show names or addresses of peers",
                &I::host_names},
            {"timeout", "[MILLISECONDS]", "how long to wait for an answer", &I::timeout},
            {"raw", "", "show variables as they come", &I::mode},
            {"cooked", "", "show variables in words", &I::mode},
            {"units", "", "show figures with units, or no longer", &I::mode},
            {"json", "", "show everything as JSON", &I::mode},
            {"drefid", "[hash|ipv4]", "how reference identifiers are shown", &I::reference_ids},
            {"delay", "[MILLISECONDS]", "accepted for ntpq's sake", &I::delay},
            {"debug", "[no|LEVEL]", "accepted for ntpq's sake", &I::mode},
            {"ntpversion", "[1-4]", "the version claimed in requests", &I::claim_version},
            {"version", "", "the version of this program", &I::version},
            {"help", "[COMMAND]", "this list, or one command", &I::help},
            {"quit", "", "end", &I::quit},
            {"exit", "", "end", &I::quit},
        };
        all.insert(all.end(), rest.begin(), rest.end());
        return all;
    }();
    return commands;
}

// The one of that name, else all that begin so.
std::vector<const Interpreter::Command*> Interpreter::matching(std::string_view name)
{
    std::vector<const Command*> found;
    for (const Command& command : table()) {
        if (command.name == name)
            return {&command};
        if (command.name.starts_with(name))
            found.push_back(&command);
    }
    return found;
}

std::vector<Interpreter::Help> Interpreter::commands()
{
    std::vector<Help> all;
    for (const Command& command : table())
        all.push_back({command.name, command.arguments, command.purpose});
    return all;
}

Interpreter::Interpreter(Conversation& conversation, const Settings& settings)
    : conversation_{conversation}, settings_{settings}
{
    conversation_.change(settings_.patience);
}

Interpreter::Outcome Interpreter::fault(const std::string& text)
{
    return {.err = text + "\n"};
}

Interpreter::Outcome Interpreter::failed(const Problem& problem) const
{
    return {.err = (host_.empty() ? "" : host_ + ": ") + problem.text + "\n",
        .got_no_answer = problem.is_silence};
}

Interpreter::Outcome Interpreter::run(std::string_view line)
{
    Words words = words_of(line);
    if (words.empty())
        return {};
    std::string name = words.front();
    if (name.starts_with(':')) // ":config", as in ntpq
        name.erase(0, 1);
    std::replace(name.begin(), name.end(), '_', '-');
    const auto found = matching(name);
    if (found.size() == 1) {
        words.erase(words.begin());
        const Command& command = *found.front();
        const bool was_json = settings_.is_json; // `raw` ends it, and is told in it
        const Outcome outcome = (this->*command.carry_out)(command, words);
        return was_json || settings_.is_json ? in_json(command.name, outcome) : outcome;
    }
    Outcome outcome;
    if (found.empty()) {
        outcome = fault(fmt::format("'{}' is not a command ('help' lists them)", words.front()));
    } else {
        std::string candidates;
        for (const Command* command : found)
            candidates.append(candidates.empty() ? "" : ", ").append(command->name);
        outcome = fault(fmt::format("'{}' can mean {}", words.front(), candidates));
    }
    return settings_.is_json ? in_json(name, outcome) : outcome;
}

// One value, whatever became of the command.
Interpreter::Outcome Interpreter::in_json(std::string_view command, const Outcome& outcome) const
{
    const auto line = [](std::string text) {
        while (text.ends_with('\n'))
            text.pop_back();
        return text;
    };
    if (outcome.again && outcome.out.ends_with("}\n")) // what is watched is JSON already
        return outcome;
    Json whole = Json::object();
    whole.set("command", command);
    if (!host_.empty())
        whole.set("host", host_);
    if (!outcome.json.is_null())
        whole.merge(outcome.json);
    else if (!outcome.out.empty())
        whole.set("text", line(outcome.out));
    if (!outcome.err.empty())
        whole.set("error", line(outcome.err));
    Outcome told = outcome;
    told.out = whole.text() + "\n";
    told.err.clear();
    if (outcome.is_end)
        told.out.clear();
    return told;
}

Interpreter::Outcome Interpreter::connect(const std::string& name)
{
    Host host{name, settings_.family, settings_.port};
    if (const auto endpoint = parse_endpoint(name); endpoint && endpoint->port != 0) {
        host.name = to_string(endpoint->address);
        host.port = endpoint->port;
    }
    if (const auto connected = conversation_.connect(host); !connected)
        return {.err = name + ": " + connected.error().text + "\n", .got_no_answer = true};
    host_ = name;
    associations_.clear();
    return {};
}

Interpreter::Outcome Interpreter::host(const Command&, const Words& arguments)
{
    Words rest = arguments;
    if (!rest.empty() && (rest[0] == "-4" || rest[0] == "-6")) {
        settings_.family = rest[0] == "-4" ? Family::ipv4 : Family::ipv6;
        rest.erase(rest.begin());
    }
    if (!rest.empty()) {
        if (auto outcome = connect(rest[0]); !outcome.err.empty())
            return outcome;
        return {.out = "current host set to " + host_ + "\n"};
    }
    return {.out = host_.empty() ? "no current host\n" : "current host is " + host_ + "\n"};
}

Interpreter::Outcome Interpreter::host_names(const Command&, const Words& arguments)
{
    if (!arguments.empty()) {
        const std::string& wanted = arguments[0];
        const bool is_configured = wanted == "hostname" || wanted == "hostnum";
        if (wanted != "yes" && wanted != "no" && !is_configured)
            return fault(
                fmt::format("'{}' is none of 'yes', 'no', 'hostname' and 'hostnum'", wanted));
        settings_.shows_names = wanted == "yes" || wanted == "hostname";
        settings_.shows_configured_names = is_configured;
    }
    return {.out
        = fmt::format("resolved hostnames {0}being shown\n{1}", settings_.shows_names ? "" : "not ",
            settings_.shows_configured_names ? "supplied hostnames being shown\n" : "")};
}

Interpreter::Outcome Interpreter::timeout(const Command&, const Words& arguments)
{
    using namespace std::chrono;
    if (!arguments.empty()) {
        const auto wanted = control::to_integer(arguments[0]);
        if (!wanted || *wanted < 1 || *wanted > 600'000)
            return fault(
                fmt::format("'{}' is not a number of milliseconds (1 to 600000)", arguments[0]));
        settings_.patience.first = milliseconds{*wanted};
        conversation_.change(settings_.patience);
    }
    return {.out = fmt::format("primary timeout {} ms\n",
                duration_cast<milliseconds>(settings_.patience.first).count())};
}

Interpreter::Outcome Interpreter::mode(const Command& command, const Words& arguments)
{
    if (command.name == "debug")
        return {.out = fmt::format("debug level is {}\n",
                    arguments.empty() || arguments[0] == "no" ? "0" : arguments[0])};
    if (command.name == "direct") {
        settings_.is_direct = !settings_.is_direct;
        return {.out = fmt::format("Direct mode is {}\n", settings_.is_direct ? "on" : "off")};
    }
    if (command.name == "units") {
        settings_.shows_units = !settings_.shows_units;
        return {.out = fmt::format(
                    "figures {}being shown with units\n", settings_.shows_units ? "" : "not ")};
    }
    settings_.is_json = command.name == "json";
    settings_.is_raw = command.name == "raw";
    return {.out = fmt::format("Output set to {}\n", command.name)};
}

Interpreter::Outcome Interpreter::claim_version(const Command&, const Words& arguments)
{
    if (!arguments.empty()) {
        const auto wanted = control::to_integer(arguments[0]);
        if (!wanted || *wanted < 1 || *wanted > 4)
            return fault(fmt::format("'{}' is not a version of NTP (1 to 4)", arguments[0]));
        settings_.patience.version = static_cast<std::uint8_t>(*wanted);
        conversation_.change(settings_.patience);
    }
    return {.out = fmt::format("NTP version being claimed is {}\n", settings_.patience.version)};
}

// ntpq adds it to timestamps that it encrypts, and encrypts none.
Interpreter::Outcome Interpreter::delay(const Command&, const Words& arguments)
{
    if (!arguments.empty()) {
        const auto wanted = control::to_integer(arguments[0]);
        if (!wanted || *wanted < 0 || *wanted > 600'000)
            return fault(
                fmt::format("'{}' is not a number of milliseconds (0 to 600000)", arguments[0]));
        delay_ = *wanted;
    }
    return {.out = fmt::format("delay {} ms\n", delay_)};
}

Interpreter::Outcome Interpreter::reference_ids(const Command&, const Words& arguments)
{
    if (!arguments.empty()) {
        if (arguments[0] != "hash" && arguments[0] != "ipv4")
            return fault(fmt::format("'{}' is neither 'hash' nor 'ipv4'", arguments[0]));
        settings_.shows_hashes = arguments[0] == "hash";
    }
    return {.out = fmt::format("drefid value is {}\n", settings_.shows_hashes ? "hash" : "ipv4")};
}

Interpreter::Outcome Interpreter::version(const Command&, const Words&)
{
    return {.out = "timeballq " PACKAGE_VERSION "\n"};
}

Interpreter::Outcome Interpreter::help(const Command&, const Words& arguments)
{
    if (!arguments.empty()) {
        const auto found = matching(arguments[0]);
        if (found.empty())
            return fault(fmt::format("'{}' is not a command ('help' lists them)", arguments[0]));
        std::string text;
        for (const Command* command : found)
            text += fmt::format("{}{}{}: {}\n", command->name,
                command->arguments.empty() ? "" : " ", command->arguments, command->purpose);
        return {.out = text};
    }
    std::string text;
    for (const Command& command : table())
        text += fmt::format(
            "  {:<16} {:<26} {}\n", command.name, command.arguments, command.purpose);
    return {.out = text};
}

Interpreter::Outcome Interpreter::quit(const Command&, const Words&)
{
    return {.is_end = true};
}

Interpreter::Words Interpreter::names_on_list() const
{
    Words names;
    for (const auto& pair : list_)
        names.push_back(pair.first);
    return names;
}

Interpreter::Outcome Interpreter::keep_list(const Command& command, const Words& arguments)
{
    if (command.name == "showvars") {
        std::string text;
        for (const auto& [name, value] : list_)
            text += value.empty() ? name + "\n" : name + "=" + value + "\n";
        return {.out = list_.empty() ? "No variables on list.\n" : text};
    }
    if (command.name == "clearvars") {
        list_.clear();
        return {};
    }
    if (arguments.empty())
        return fault(fmt::format("usage: {} {}", command.name, command.arguments));
    Outcome outcome;
    for (const auto& [name, value] : pairs_of(joined(arguments, " "))) {
        const auto at = std::find_if(
            list_.begin(), list_.end(), [&](const auto& known) { return known.first == name; });
        if (command.name == "addvars" && at == list_.end())
            list_.emplace_back(name, value);
        else if (command.name == "addvars")
            at->second = value;
        else if (at != list_.end())
            list_.erase(at);
        else
            outcome.err += name + " is not on the list\n";
    }
    return outcome;
}

} // namespace timeball::query
