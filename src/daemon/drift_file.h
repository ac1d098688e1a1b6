// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The drift file: one line, the frequency correction in PPM. Read at the start; written each hour
// when it changed enough, and at the end.

#include "edge/files.h"
#include "time/time.h"

#include <optional>
#include <string>
#include <string_view>

namespace timeball::daemon {

// The first number of the text, if it is one that a clock can have (within 1000 ppm).
std::optional<Frequency> parse_drift(std::string_view text);
std::string format_drift(Frequency frequency);

class DriftFile {
public:
    // An empty path: no file. `threshold` is ntpd's `nonvolatile`.
    DriftFile(Files& files, std::string path, Frequency threshold);

    // Nothing when there is none or it holds no frequency; `fault` then says what was wrong with
    // one that is there.
    std::optional<Frequency> read(std::string& fault);

    // What to say when it can't be written: once until it can again, and then that it can. Empty:
    // nothing. The hourly write waits until the change exceeds a threshold that halves with each
    // hour skipped.
    std::string write_hourly(Frequency frequency);
    std::string write_now(Frequency frequency);

    const std::string& path() const { return path_; }
    std::optional<Frequency> written() const { return written_; } // what it holds from us

private:
    Files* files_;
    std::string path_;
    Frequency threshold_;
    Frequency patience_;
    std::optional<Frequency> written_;
    bool is_failing_ = false;
};

} // namespace timeball::daemon
