// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// A daemon goes on in the place of another one while that serves. They talk through a door that the
// running one keeps open; only root and its own user are heard.
//
//     successor           predecessor
//     hello          ->
//                    <-   offer, sockets   and goes on as before
//     ready          ->   (configured, and out of its privileges)
//                    <-   time             keeps no time any more, still answers
//     clients        ->   (keeps the time by now)
//                    <-   clients, list    answers nobody any more: requests wait in the sockets
//     serving        ->
//                    <-   done             and ends
//
// When the successor fails anywhere before its last word, the predecessor goes on as if nothing had
// been.

#include "daemon/daemon.h"
#include "platform/parcels.h"
#include "platform/pid_file.h"
#include "platform/platform.h"
#include "platform/service_manager.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace timeball {

// A socket that holds more than usual as long as this lives: requests wait there for some
// milliseconds while nobody reads.
class RoomySocket {
public:
    explicit RoomySocket(int fd);
    ~RoomySocket();
    RoomySocket(RoomySocket&&) = default;
    RoomySocket& operator=(RoomySocket&&) = delete;
    void leave() { fd_.reset(); } // as it is

private:
    platform::FileDescriptor fd_;
    int former_; // octets
};

// The running daemon as seen by the one that takes over. Each step waits for the other's answer,
// and gives one sentence when there is none.
class Predecessor {
public:
    static Result<Predecessor, std::string> meet(std::uint16_t port);

    // Puts its sockets where the network finds them. They are roomy until finish().
    void give_sockets(platform::SocketStock& stock);

    platform::FileDescriptor door, way_to_manager, pid_file; // may be none
    std::optional<Nanoseconds> watchdog;

    struct Time {
        std::string clock; // HostClock::written_down
        std::optional<daemon::Handover> known; // nothing: of another version
    };
    Result<Time, std::string> take_time();
    serve::Estate take_clients(); // throws std::runtime_error when it is gone
    // We serve. `keeps_pid_file`: its file is ours by now. False: it has lost patience before and
    // goes on itself, so it is we who must end.
    [[nodiscard]] bool finish(bool keeps_pid_file);

private:
    explicit Predecessor(platform::Parcels parcels) : parcels_{std::move(parcels)} { }
    std::optional<platform::Parcel> hear(std::string_view first_word);

    platform::Parcels parcels_;
    std::vector<platform::BoundSocket> sockets_;
    std::vector<RoomySocket> roomy_;
};

// The side of the daemon that runs: keeps the door, and hands over to who comes.
class Succession {
public:
    struct World { // all outlives it
        platform::RealPlatform& real;
        daemon::Daemon& daemon;
        platform::ServiceManager& manager;
        platform::PidFile* pid_file; // null: there is none
    };
    static platform::FileDescriptor open_door(std::uint16_t port, Log& log);

    // Tells `over` when all is handed over: it is time to end, without a word to clock or manager.
    Succession(const World& world, platform::FileDescriptor door, std::function<void()> over);

private:
    enum class Step { greeted, offered, without_time, without_clients };

    void open();
    void answer_door();
    void hear();
    void offer();
    void give_time();
    void give_clients();
    void finish(bool keeps_pid_file);
    void fail(const std::string& why);
    void go_on();

    World world_;
    platform::FileDescriptor door_;
    std::function<void()> over_;
    std::optional<platform::Parcels> successor_;
    Step step_ = Step::greeted;
    daemon::Handover handover_; // for us, should it fail
    serve::Estate estate_;
    std::vector<platform::BoundSocket> sockets_; // open while nobody else may have them
    std::vector<RoomySocket> roomy_; // while nobody reads
    EventLoop::Owned at_door_, at_successor_, patience_, calm_;
};

} // namespace timeball
