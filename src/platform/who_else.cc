// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Who else on this machine keeps time.

#include "platform/who_else.h"

#include "platform/simulation.h"

#include "base/handle.h"

#include <dirent.h>
#include <fmt/format.h>
#include <limits.h>
#include <linux/capability.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <fstream>
#include <functional>
#include <iterator>
#include <sstream>
#include <vector>

namespace timeball::platform {

namespace {

// As /proc/N/comm shows them: 15 characters.
constexpr std::array<std::string_view, 9> daemons{"ntpd", "chronyd", "systemd-timesyn", "timeballd",
    "ntp-daemon", "openntpd", "phc2sys", "ntimed-client", "clockspeed"};

std::string content(const std::string& path)
{
    std::ifstream in{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

std::string link_target(const std::string& path)
{
    std::array<char, PATH_MAX> room;
    const auto size = readlink(path.c_str(), room.data(), room.size());
    return {room.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
}

std::optional<int> number(std::string_view text)
{
    int value = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (fault != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

// The first process for which `is_it` holds, ours left out.
std::optional<OtherProcess> find_process(const std::string& proc,
    const std::function<bool(const OtherProcess&, const std::string& directory)>& is_it)
{
    const Handle<DIR, closedir> all{opendir(proc.c_str())};
    if (!all)
        return std::nullopt;
    while (const dirent* entry = readdir(all.get())) {
        const auto n = number(entry->d_name);
        if (!n || *n == getpid())
            continue;
        const auto process = process_named_by(*n, proc);
        if (process && is_it(*process, proc + "/" + entry->d_name))
            return process;
    }
    return std::nullopt;
}

bool has_open(const std::string& directory, const std::string& target)
{
    const Handle<DIR, closedir> all{opendir((directory + "/fd").c_str())};
    if (!all)
        return false;
    while (const dirent* entry = readdir(all.get()))
        if (link_target(directory + "/fd/" + entry->d_name) == target)
            return true;
    return false;
}

// --- sockets -----------------------------------------------------------------

struct BoundSocket {
    Endpoint at;
    std::string inode;
};

// "0100007F:007B": words of 32 bits in the machine's order, and the port.
std::optional<Endpoint> hexadecimal(std::string_view text)
{
    const auto colon = text.find(':');
    if (colon != 8 && colon != 32)
        return std::nullopt;
    Endpoint result;
    result.address.family = colon == 8 ? Family::ipv4 : Family::ipv6;
    for (std::size_t word = 0; word < colon / 8; ++word) {
        std::uint32_t value = 0;
        const auto digits = text.substr(8 * word, 8);
        if (std::from_chars(digits.data(), digits.data() + 8, value, 16).ec != std::errc{})
            return std::nullopt;
        const auto octets = std::as_bytes(std::span{&value, 1});
        std::ranges::copy(octets, result.address.octets.begin() + static_cast<long>(4 * word));
    }
    const auto port = text.substr(colon + 1);
    if (std::from_chars(port.data(), port.data() + port.size(), result.port, 16).ec != std::errc{})
        return std::nullopt;
    return result;
}

std::vector<BoundSocket> bound_sockets(const std::string& table)
{
    std::vector<BoundSocket> found;
    std::istringstream lines{content(table)};
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words{line};
        const std::vector<std::string> columns{std::istream_iterator<std::string>{words}, {}};
        if (columns.size() < 10)
            continue;
        if (const auto at = hexadecimal(columns[1]))
            found.push_back({*at, columns[9]});
    }
    return found;
}

bool are_in_conflict(const Endpoint& wanted, const Endpoint& held)
{
    if (wanted.port != held.port)
        return false;
    // An IPv6 wildcard may hold IPv4 as well.
    if (wanted.address.family != held.address.family)
        return held.address.family == Family::ipv6 && held.address.is_any();
    return wanted.address.is_any() || held.address.is_any()
        || wanted.address.octets == held.address.octets;
}

// --- clocks ------------------------------------------------------------------

bool may_set_clock(const std::string& directory)
{
    std::istringstream lines{content(directory + "/status")};
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with("CapEff:"))
            continue;
        const auto digits = line.find_first_of("0123456789abcdef", 7);
        std::uint64_t capabilities = 0;
        if (digits != line.npos)
            std::from_chars(line.data() + digits, line.data() + line.size(), capabilities, 16);
        return (capabilities >> CAP_SYS_TIME & 1) != 0;
    }
    return false;
}

// Words that end in NUL each.
std::vector<std::string> words_in(const std::string& path)
{
    std::vector<std::string> words;
    std::istringstream all{content(path)};
    for (std::string word; std::getline(all, word, '\0');)
        words.push_back(word);
    return words;
}

// phc2sys also steers clocks of network cards from the system's: -c names the one that it steers,
// -a steers what ptp4l says, the system's only with -r.
bool leaves_system_clock_alone(const OtherProcess& process, const std::string& directory)
{
    if (process.name != "phc2sys")
        return false;
    const auto words = words_in(directory + "/cmdline");
    const auto given = std::ranges::find(words, "-c");
    if (given != words.end() && given + 1 != words.end())
        return *(given + 1) != "CLOCK_REALTIME";
    const auto has = [&](std::string_view letter) {
        return std::ranges::any_of(words, [&](const std::string& word) {
            return word.size() > 1 && word[0] == '-' && word[1] != '-'
                && word.find(letter) != word.npos;
        });
    };
    return has("a") && !has("r");
}

} // namespace

std::string to_string(const OtherProcess& process)
{
    if (process.number == 0)
        return "another process, which is not to be seen from here";
    if (process.name.empty())
        return fmt::format("process {}", process.number);
    return fmt::format("{} (process {})", process.name, process.number);
}

std::optional<OtherProcess> process_named_by(int process, const std::string& proc)
{
    auto name = content(fmt::format("{}/{}/comm", proc, process));
    if (name.empty())
        return std::nullopt;
    if (name.back() == '\n')
        name.pop_back();
    return OtherProcess{process, name};
}

bool is_time_daemon(std::string_view name)
{
    return std::ranges::find(daemons, name) != daemons.end();
}

std::optional<OtherProcess> who_holds(const Endpoint& wanted, const std::string& proc)
{
    for (const char* table : {"/net/udp", "/net/udp6"}) {
        for (const auto& held : bound_sockets(proc + table)) {
            if (!are_in_conflict(wanted, held.at))
                continue;
            const std::string target = fmt::format("socket:[{}]", held.inode);
            if (has_open(fmt::format("{}/{}", proc, getpid()), target))
                continue;
            return find_process(proc, [&](const OtherProcess&, const std::string& directory) {
                return has_open(directory, target);
            }).value_or(OtherProcess{});
        }
    }
    return std::nullopt;
}

std::optional<OtherProcess> who_steers(const std::string& proc)
{
    if (is_simulated(proc + "/self"))
        return std::nullopt;
    const auto ours = link_target(proc + "/self/ns/user");
    return find_process(proc, [&](const OtherProcess& process, const std::string& directory) {
        if (!is_time_daemon(process.name) || !may_set_clock(directory))
            return false;
        const auto theirs = link_target(directory + "/ns/user");
        if (!ours.empty() && !theirs.empty() && ours != theirs)
            return false;
        return !is_simulated(directory) && !leaves_system_clock_alone(process, directory);
    });
}

} // namespace timeball::platform
