// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The flight recorder: writes down everything that reaches a daemon through its edges and
// everything that it decides, so that the same run can be had again (see replay.h). Used by the
// control loop's thread only; whoever serves clients is given the world itself.
//
// A recording is text, one record a line, in the words of line.h:
//
//     timeball-recording 1                 the format
//     by VERSION                           who wrote it
//     clock NAME MAX-FREQUENCY PRECISION IS-STEERED
//     > configure ARGUMENT ...             a turn: something happens to the daemon
//     read /etc/ntp.conf = is TEXT         what the daemon asked in it, and the answer
//     > timer 3                            the third thing that it waits for
//     utc 1000002751                       instants: what has passed since the last of the scale
//     steer 3f1a36e2eb1c432d = at 1211     what it did, and when that took effect
//
// A quiet day with four servers takes about 12 MB, and none more than most_a_day: then, as when it
// cannot be written, the recording ends with a line in the log, and the daemon goes on. A turn's
// first line is written before the turn, the others after it.

#include "config/load.h"
#include "edge/platform.h"
#include "record/disguise.h"
#include "record/tape.h"
#include "record/taped_world.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace timeball::record {

inline constexpr std::string_view magic = "timeball-recording";
inline constexpr int format_version = 1;

// What is done with a daemon from outside.
enum class Call : std::uint8_t { construct, start, reload, shutdown };
std::string_view to_string(Call call);

class Recorder final : private Tape {
public:
    static constexpr std::uint64_t most_a_day = std::uint64_t{64} << 20; // octets

    // Writes all of it at once, or says why not.
    using Write = std::function<std::error_code(std::string_view)>;

    // `world` is what lies behind the edges; what it refers to outlives this. `by` is the version
    // of the daemon.
    Recorder(const Platform& world, std::string_view by, Write write,
        std::uint64_t octets_a_day = most_a_day);

    const Platform& platform() const { return taped_.platform; } // for the daemon

    // Loads a configuration; `words` are the arguments behind the program's name, and `load` reads
    // from the files it is given. The next construct or reload is with what comes out.
    config::Loaded configure(
        const std::vector<std::string>& words, const std::function<config::Loaded(Files&)>& load);

    // Every call of the daemon's that may change what it does is made within this.
    void during(Call call, const std::function<void()>& then);

    // The rest cannot be lived through again, for this reason; nothing more is written.
    void end(const std::string& why);
    bool has_ended() const { return has_ended_; }

private:
    bool is_running() const override { return is_in_turn_ && !has_ended_; }
    void turn(const std::string& what, const std::function<void()>& then) override;
    std::string call(
        const std::string& question, const std::function<std::string()>& world) override;

    void put(std::string_view line);
    void flush();

    Platform world_;
    Write write_;
    std::uint64_t octets_a_day_;
    Instant<Mono> began_;
    std::uint64_t written_ = 0;
    std::string pending_;
    bool is_in_turn_ = false;
    bool has_ended_ = false;
    Disguise disguise_;
    TapedWorld taped_;
};

} // namespace timeball::record
