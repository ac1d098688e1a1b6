// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Where sentences for the operator go.

#include "platform/logs.h"

#include "platform/clock_reading.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include <cstdlib>

namespace timeball::platform {

namespace {

int priority(Severity severity)
{
    switch (severity) {
    case Severity::debug:
        return LOG_DEBUG;
    case Severity::info:
        return LOG_INFO;
    case Severity::notice:
        return LOG_NOTICE;
    case Severity::warning:
        return LOG_WARNING;
    case Severity::error:
        break;
    }
    return LOG_ERR;
}

std::string_view word(Severity severity)
{
    switch (severity) {
    case Severity::debug:
        return "debug";
    case Severity::info:
        return "info";
    case Severity::notice:
        return "notice";
    case Severity::warning:
        return "warning";
    case Severity::error:
        break;
    }
    return "error";
}

// One sentence is one line, whatever a name or a packet put into it.
std::string printable(std::string_view sentence)
{
    std::string result{sentence};
    for (char& c : result)
        if (static_cast<unsigned char>(c) < ' ' || c == 0x7f)
            c = ' ';
    return result;
}

// One write() is one line, also when several processes share the file.
void put(int fd, std::string_view line)
{
    [[maybe_unused]] const auto written = ::write(fd, line.data(), line.size());
}

// systemd says which file its journal is (systemd.exec(5), JOURNAL_STREAM).
bool is_journal(int fd)
{
    const char* stream = std::getenv("JOURNAL_STREAM");
    struct stat what = {};
    return stream && fstat(fd, &what) == 0
        && fmt::format("{}:{}", what.st_dev, what.st_ino) == stream;
}

} // namespace

std::string log_line(Instant<Utc> when, std::string_view program, int process, Severity severity,
    std::string_view sentence)
{
    const auto since = when.time_since_epoch();
    const auto seconds = std::chrono::floor<std::chrono::seconds>(since);
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(since - seconds);
    const time_t whole = seconds.count();
    tm date = {};
    gmtime_r(&whole, &date);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z {}[{}] {}: {}\n",
        date.tm_year + 1900, date.tm_mon + 1, date.tm_mday, date.tm_hour, date.tm_min, date.tm_sec,
        ms.count(), program, process, word(severity), printable(sentence));
}

// --- syslog ------------------------------------------------------------------

SyslogLog::SyslogLog(std::string program) : program_{std::move(program)}
{
    openlog(program_.c_str(), LOG_PID | LOG_NDELAY, LOG_DAEMON);
}

SyslogLog::~SyslogLog()
{
    closelog();
}

void SyslogLog::write(Severity severity, std::string_view sentence)
{
    syslog(priority(severity), "%s", printable(sentence).c_str());
}

void SyslogLog::reopen()
{
    closelog();
    openlog(program_.c_str(), LOG_PID | LOG_NDELAY, LOG_DAEMON);
}

// --- standard error ----------------------------------------------------------

StderrLog::StderrLog() : is_journal_{is_journal(STDERR_FILENO)} { }

void StderrLog::write(Severity severity, std::string_view sentence)
{
    if (is_journal_) {
        put(STDERR_FILENO, fmt::format("<{}>{}\n", priority(severity), printable(sentence)));
        return;
    }
    put(STDERR_FILENO,
        log_line(system_time(), program_invocation_short_name, getpid(), severity, sentence));
}

// --- a file ------------------------------------------------------------------

FileLog::FileLog(std::string path, std::string program)
    : path_{std::move(path)}, program_{std::move(program)}
{
    reopen();
}

void FileLog::write(Severity severity, std::string_view sentence)
{
    const auto line = log_line(system_time(), program_, getpid(), severity, sentence);
    const std::lock_guard guard{lock_};
    put(fd_ ? fd_.get() : STDERR_FILENO, line);
}

void FileLog::reopen()
{
    FileDescriptor fd{
        open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0644)};
    const auto problem = fd ? std::error_code{} : last_error();
    const std::lock_guard guard{lock_};
    problem_ = problem;
    if (fd)
        fd_ = std::move(fd); // the old one serves on when there is no new one
}

std::error_code FileLog::problem() const
{
    const std::lock_guard guard{lock_};
    return problem_;
}

// --- several -----------------------------------------------------------------

void Logs::write(Severity severity, std::string_view sentence)
{
    if (severity < least_)
        return;
    for (const auto& log : logs_)
        log->write(severity, sentence);
}

void Logs::reopen()
{
    for (const auto& log : logs_)
        log->reopen();
}

} // namespace timeball::platform
