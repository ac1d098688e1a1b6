// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Word to the service manager.

#include "platform/service_manager.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string>

namespace timeball::platform {

namespace {

std::string taken_from_environment(const char* name)
{
    const char* value = std::getenv(name);
    std::string result = value ? value : "";
    unsetenv(name);
    return result;
}

// A path, or a name of the abstract kind after '@'.
FileDescriptor connected(const std::string& name)
{
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    if (name.size() < 2 || name.size() >= sizeof to.sun_path || (name[0] != '/' && name[0] != '@'))
        return {};
    std::memcpy(to.sun_path, name.data(), name.size());
    if (name[0] == '@')
        to.sun_path[0] = '\0';
    FileDescriptor fd{socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    if (!fd || connect(fd.get(), reinterpret_cast<const sockaddr*>(&to), size) != 0)
        return {};
    return fd;
}

std::optional<long long> number(const std::string& text)
{
    long long value = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc{})
        return std::nullopt;
    return value;
}

} // namespace

ServiceManager::ServiceManager() : fd_{connected(taken_from_environment("NOTIFY_SOCKET"))}
{
    const auto us = number(taken_from_environment("WATCHDOG_USEC"));
    const auto process = number(taken_from_environment("WATCHDOG_PID"));
    if (us && *us > 0 && (!process || *process == getpid()))
        watchdog_ = std::chrono::microseconds{std::max(1LL, *us / 2)};
}

// The manager wants to know from when on a new state is meant (Type=notify-reload).
void ServiceManager::reloading()
{
    timespec t = {};
    clock_gettime(CLOCK_MONOTONIC, &t);
    tell(fmt::format("RELOADING=1\nMONOTONIC_USEC={}", t.tv_sec * 1000000LL + t.tv_nsec / 1000));
}

void ServiceManager::take_over(FileDescriptor way, std::optional<Nanoseconds> watchdog)
{
    fd_ = std::move(way);
    watchdog_ = watchdog;
}

void ServiceManager::status(std::string_view sentence)
{
    std::string line{sentence};
    std::replace(line.begin(), line.end(), '\n', ' ');
    tell("STATUS=" + line);
}

void ServiceManager::tell(std::string_view words)
{
    if (fd_)
        send(fd_.get(), words.data(), words.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

} // namespace timeball::platform
