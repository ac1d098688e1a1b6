// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The way into the background, as ntpd goes it, with word to whoever started us about how that
// went: the command ends when the daemon serves, or says why it does not.

#include "platform/file_descriptor.h"

#include <string_view>

namespace timeball::platform {

class Starter {
public:
    static Starter in_foreground() { return Starter{}; }

    // Forks; returns in the child. The parent waits for ready() or failed(), and exits. To be
    // called before there are threads, event loops or locks. Throws std::system_error.
    static Starter into_background();

    // The parent exits with 0, and standard input, output and error lead nowhere from now on.
    void ready();

    // The parent, or we when there is none, prints "program: sentence". The caller then exits.
    void failed(std::string_view sentence, int status = 1);

private:
    Starter() = default;

    FileDescriptor parent_;
};

} // namespace timeball::platform
