// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Where sentences for the operator go. From any thread.

#include "edge/log.h"
#include "platform/file_descriptor.h"
#include "time/time.h"

#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace timeball::platform {

class SyslogLog final : public Log {
public:
    explicit SyslogLog(std::string program); // facility daemon
    ~SyslogLog() override;
    void write(Severity severity, std::string_view sentence) override;
    void reopen() override;

private:
    std::string program_; // syslog(3) keeps a pointer to it
};

// Standard error: with the time before each line, or for systemd's journal, which has its own, with
// the priority.
class StderrLog final : public Log {
public:
    StderrLog();
    void write(Severity severity, std::string_view sentence) override;
    void reopen() override { }

private:
    bool is_journal_;
};

class FileLog final : public Log {
public:
    // A file that cannot be opened now is tried again at reopen(); until then lines go to standard
    // error. `problem()` says why.
    FileLog(std::string path, std::string program);
    void write(Severity severity, std::string_view sentence) override;
    void reopen() override;
    std::error_code problem() const;

private:
    const std::string path_, program_;
    mutable std::mutex lock_;
    FileDescriptor fd_;
    std::error_code problem_;
};

// To all of several, from a severity on.
class Logs final : public Log {
public:
    explicit Logs(Severity least) : least_{least} { }
    void add(std::unique_ptr<Log> log) { logs_.push_back(std::move(log)); }
    void write(Severity severity, std::string_view sentence) override;
    void reopen() override;

private:
    Severity least_;
    std::vector<std::unique_ptr<Log>> logs_;
};

// "2026-11-20T18:47:33.123Z timeballd[4711] warning: sentence\n"
std::string log_line(Instant<Utc> when, std::string_view program, int process, Severity severity,
    std::string_view sentence);

} // namespace timeball::platform
