// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The way into the background.

#include "platform/starter.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>

namespace timeball::platform {

namespace {

// What the child says: one of these, for `failed` the exit status, and the sentence.
constexpr char word_ready = 'r', word_failed = 'f';

void put(int fd, std::string_view text)
{
    while (!text.empty()) {
        const auto written = write(fd, text.data(), text.size());
        if (written < 0 && errno != EINTR)
            return;
        if (written > 0)
            text.remove_prefix(static_cast<std::size_t>(written));
    }
}

void complain(std::string_view sentence)
{
    put(STDERR_FILENO, fmt::format("{}: {}\n", program_invocation_short_name, sentence));
}

std::string read_all(int fd)
{
    std::string all;
    std::array<char, 4096> room;
    for (;;) {
        const auto got = read(fd, room.data(), room.size());
        if (got > 0)
            all.append(room.data(), static_cast<std::size_t>(got));
        else if (got == 0 || errno != EINTR)
            return all;
    }
}

[[noreturn]] void wait_for(pid_t child, int from_child)
{
    const std::string word = read_all(from_child);
    if (!word.empty() && word[0] == word_ready)
        _exit(0);
    if (word.size() >= 2 && word[0] == word_failed) {
        complain(std::string_view{word}.substr(2));
        _exit(static_cast<unsigned char>(word[1]));
    }
    int status = 0;
    waitpid(child, &status, 0);
    if (WIFSIGNALED(status))
        complain(fmt::format("ended by signal {} before it was ready", WTERMSIG(status)));
    else
        complain("ended before it was ready");
    _exit(WIFEXITED(status) && WEXITSTATUS(status) != 0 ? WEXITSTATUS(status) : 1);
}

} // namespace

Starter Starter::into_background()
{
    std::array<int, 2> ends;
    if (pipe2(ends.data(), O_CLOEXEC) != 0)
        throw std::system_error{last_error(), "no pipe to the background"};
    FileDescriptor from_child{ends[0]}, to_parent{ends[1]};
    const pid_t child = fork();
    if (child < 0)
        throw std::system_error{last_error(), "no way into the background"};
    if (child > 0) {
        to_parent.reset();
        wait_for(child, from_child.get());
    }
    setsid(); // no terminal; all that is opened from now on is opened with O_NOCTTY
    umask(022);
    Starter starter;
    starter.parent_ = std::move(to_parent);
    return starter;
}

void Starter::ready()
{
    if (!parent_)
        return;
    const FileDescriptor nowhere{open("/dev/null", O_RDWR | O_CLOEXEC)};
    if (nowhere)
        for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
            dup2(nowhere.get(), standard);
    put(parent_.get(), {&word_ready, 1});
    parent_.reset();
}

void Starter::failed(std::string_view sentence, int status)
{
    if (!parent_)
        return complain(sentence);
    put(parent_.get(), fmt::format("{}{}{}", word_failed, static_cast<char>(status), sentence));
    parent_.reset();
}

} // namespace timeball::platform
