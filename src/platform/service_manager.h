// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Word to the service manager (sd_notify(3)), where there is one: a datagram to the socket that it
// names in the environment.

#include "platform/file_descriptor.h"
#include "time/time.h"

#include <optional>
#include <string>
#include <string_view>

namespace timeball::platform {

class ServiceManager {
public:
    // Reads NOTIFY_SOCKET and WATCHDOG_USEC and takes them out of the environment. The socket is
    // connected at once, so that it is still there after chroot(2).
    ServiceManager();

    void ready() { tell("READY=1"); }
    void reloading(); // to be followed by ready()
    void main_process(int number) { tell("MAINPID=" + std::to_string(number)); } // not we any more
    void stopping() { tell("STOPPING=1"); }
    void alive() { tell("WATCHDOG=1"); }
    void status(std::string_view sentence);

    // How often alive() is wanted: half of what the manager waits for.
    std::optional<Nanoseconds> watchdog() const { return watchdog_; }

    // The way to the manager, for the process that goes on in our place: it knows senders by the
    // kernel's word, not by their sockets. -1: there is none.
    int descriptor() const { return fd_.get(); }
    void take_over(FileDescriptor way, std::optional<Nanoseconds> watchdog);

private:
    void tell(std::string_view words);

    FileDescriptor fd_;
    std::optional<Nanoseconds> watchdog_;
};

} // namespace timeball::platform
