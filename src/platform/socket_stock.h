// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Sockets that are bound already and wait for their use: given by a service manager
// (sd_listen_fds(3)) or by the daemon before us. May be used by any thread.

#include "edge/network.h"
#include "platform/file_descriptor.h"

#include <mutex>
#include <optional>
#include <vector>

namespace timeball::platform {

// A bound UDP socket, and which of those that share its port it is.
struct BoundSocket {
    FileDescriptor fd;
    unsigned share = 0;
};

// What LISTEN_FDS says that this process was started with, each checked to be a UDP socket that is
// bound, and numbered among those of the same address. Takes the words out of the environment.
// `first` is where the descriptors begin.
std::vector<BoundSocket> given_by_manager(int first = 3);

class SocketStock {
public:
    void put(BoundSocket socket); // what is no bound UDP socket is closed
    std::size_t count(const Endpoint& at) const;

    // One that is bound as the options say, if there is one: of the same share, where they share.
    std::optional<FileDescriptor> take(const SocketOptions& options);

    void clear(); // nobody wants the rest

private:
    struct Item {
        FileDescriptor fd;
        Endpoint at;
        unsigned share;
    };
    mutable std::mutex lock_;
    std::vector<Item> items_;
};

} // namespace timeball::platform
