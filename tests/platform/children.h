// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Stories that change the process in which they are told: each has one of its own.

#include <sys/wait.h>
#include <unistd.h>

#include <functional>

namespace timeball::platform {

// What the story returned (0 to 255), or 1000 and the signal that ended it.
inline int in_a_child(const std::function<int()>& story)
{
    const pid_t child = fork();
    if (child == 0)
        _exit(story());
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

} // namespace timeball::platform
