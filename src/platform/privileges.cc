// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Giving up what is no longer needed.

#include "platform/privileges.h"

#include "base/handle.h"
#include "platform/file_descriptor.h"

#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/capability.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <type_traits>
#include <vector>

namespace timeball::platform {

namespace {

using Capabilities = Handle<std::remove_pointer_t<cap_t>, cap_free>;
using Done = Result<void, std::string>;

Done failed(std::string_view what)
{
    return unexpected(fmt::format("{}: {}", what, last_error().message()));
}

struct Identity {
    uid_t user = 0;
    gid_t group = 0;
    std::vector<gid_t> groups; // all of them
};

std::optional<unsigned> number(std::string_view text)
{
    unsigned value = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || fault != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

std::vector<gid_t> groups_of(const std::string& name, gid_t group)
{
    std::vector<gid_t> groups(256);
    int count = static_cast<int>(groups.size());
    if (name.empty() || getgrouplist(name.c_str(), group, groups.data(), &count) < 0)
        return {group};
    groups.resize(static_cast<std::size_t>(count));
    return groups;
}

Result<Identity, std::string> find(const std::string& user, const std::string& group)
{
    Identity found;
    const auto user_number = number(user);
    const passwd* entry = user_number ? getpwuid(*user_number) : getpwnam(user.c_str());
    if (entry)
        found = {entry->pw_uid, entry->pw_gid, {}};
    else if (user_number && !group.empty())
        found.user = *user_number;
    else
        return unexpected(fmt::format("there is no user '{}'", user));
    const std::string name = entry ? entry->pw_name : "";

    if (!group.empty()) {
        const auto group_number = number(group);
        const struct group* grouped = group_number ? nullptr : getgrnam(group.c_str());
        if (!group_number && !grouped)
            return unexpected(fmt::format("there is no group '{}'", group));
        found.group = group_number ? *group_number : grouped->gr_gid;
    }
    found.groups = groups_of(name, found.group);
    return found;
}

std::vector<cap_value_t> kept(const Privileges& privileges, cap_t now)
{
    std::vector<cap_value_t> all;
    if (privileges.sets_clock)
        all.push_back(CAP_SYS_TIME);
    if (privileges.binds_ports)
        all.push_back(CAP_NET_BIND_SERVICE);
    if (privileges.speaks_ethernet)
        all.push_back(CAP_NET_RAW);
    // What is not there cannot be kept; whoever needs it will be told when it uses it.
    std::erase_if(all, [&](cap_value_t one) {
        cap_flag_value_t is_there = CAP_CLEAR;
        return cap_get_flag(now, one, CAP_PERMITTED, &is_there) != 0 || is_there != CAP_SET;
    });
    return all;
}

Done hold_only(const std::vector<cap_value_t>& capabilities)
{
    const Capabilities set{cap_init()};
    const int count = static_cast<int>(capabilities.size());
    if (!set
        || (count > 0
            && (cap_set_flag(set.get(), CAP_PERMITTED, count, capabilities.data(), CAP_SET) != 0
                || cap_set_flag(set.get(), CAP_EFFECTIVE, count, capabilities.data(), CAP_SET)
                    != 0)))
        return failed("capabilities cannot be written down");
    if (cap_set_proc(set.get()) != 0)
        return failed("capabilities cannot be given up");
    return {};
}

Done enter_root(const std::string& directory)
{
    if (!directory.empty() && (chroot(directory.c_str()) != 0 || chdir("/") != 0))
        return failed(fmt::format("cannot make {} the root directory", directory));
    return {};
}

Done become(const Identity& who)
{
    if (setgroups(who.groups.size(), who.groups.data()) != 0
        || setresgid(who.group, who.group, who.group) != 0
        || setresuid(who.user, who.user, who.user) != 0)
        return failed(fmt::format("cannot become user {}", who.user));
    return {};
}

Done give_up_clock()
{
    const Capabilities set{cap_get_proc()};
    const cap_value_t clock = CAP_SYS_TIME;
    for (const cap_flag_t flag : {CAP_EFFECTIVE, CAP_PERMITTED, CAP_INHERITABLE})
        if (!set || cap_set_flag(set.get(), flag, 1, &clock, CAP_CLEAR) != 0)
            return failed("capabilities cannot be read");
    if (cap_set_proc(set.get()) != 0)
        return failed("the permission to set the clock cannot be given up");
    return {};
}

} // namespace

Result<void, std::string> drop_to(const Privileges& privileges)
{
    const bool stays = privileges.user.empty();
    const auto who = stays ? Identity{} : find(privileges.user, privileges.group);
    if (!who)
        return unexpected(who.error());
    if (const auto done = enter_root(privileges.root); !done)
        return done;
    if (stays)
        return privileges.sets_clock ? Done{} : give_up_clock();

    const Capabilities now{cap_get_proc()};
    if (!now)
        return failed("capabilities cannot be read");
    const auto keep = kept(privileges, now.get());

    if (getuid() != who->user || geteuid() != who->user) {
        // Out of reach for good, where the kernel lets us.
        for (cap_value_t one = 0; cap_get_bound(one) >= 0; ++one)
            if (std::find(keep.begin(), keep.end(), one) == keep.end())
                cap_drop_bound(one);
        if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0)
            return failed("capabilities cannot be kept");
        if (const auto done = become(*who); !done)
            return done;
    }
    if (const auto done = hold_only(keep); !done)
        return done;
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    return {};
}

bool may_set_clock()
{
    const Capabilities now{cap_get_proc()};
    cap_flag_value_t is_there = CAP_CLEAR;
    return now && cap_get_flag(now.get(), CAP_SYS_TIME, CAP_EFFECTIVE, &is_there) == 0
        && is_there == CAP_SET;
}

// Not by a real-time policy: a flood of requests would take the processor away from everybody.
std::string raise_priority()
{
    std::string missing;
    if (setpriority(PRIO_PROCESS, 0, -20) != 0)
        missing = fmt::format("precedence ({})", last_error().message());
    // Memory that may be locked in part only would be refused when it is asked for later.
    const rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
    if (setrlimit(RLIMIT_MEMLOCK, &unlimited) != 0
        || mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) != 0)
        missing += fmt::format(
            "{}locked memory ({})", missing.empty() ? "" : ", ", last_error().message());
    return missing;
}

} // namespace timeball::platform
