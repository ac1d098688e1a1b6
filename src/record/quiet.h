// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// A world in which nothing happens: where a replayed daemon serves, since clients are not recorded.
// Sockets can be opened and hear nothing, timers never come, names have no addresses, files do not
// exist, threads do not run.

#include "edge/platform.h"

namespace timeball::record {

class QuietLoop final : public EventLoop {
public:
    Instant<Mono> now() const override { return {}; }
    Owned at(Instant<Mono>, std::function<void()>) override { return never(); }
    Owned every(Nanoseconds, std::function<void()>) override { return never(); }
    bool post(std::function<void()>) override { return true; }
    void stop() override { }

    static Owned never() { return std::make_unique<Registration>(); }
};

class QuietClock final : public SystemClock {
public:
    Instant<Utc> now() const override { return {}; }
    Result<Instant<Utc>, std::error_code> set_frequency(Frequency) override { return now(); }
    Result<Instant<Utc>, std::error_code> step(Nanoseconds) override { return now(); }
    void announce(const ClockStatus&) override { }
    Frequency frequency() const override { return {}; }
    Frequency max_frequency() const override { return {}; }
    Precision precision() const override { return {}; }
    bool is_steered() const override { return false; }
    std::string_view name() const override { return "none"; }
};

class QuietNetwork final : public Network {
public:
    Result<std::unique_ptr<DatagramSocket>, std::error_code> open(
        EventLoop& loop, const SocketOptions& options, SocketUser& user) override;
    std::vector<NetworkInterface> interfaces() const override { return {}; }
    EventLoop::Owned watch(EventLoop&, std::function<void()>) override
    {
        return QuietLoop::never();
    }
};

class QuietResolver final : public Resolver {
public:
    EventLoop::Owned resolve(
        const std::string&, std::optional<Family>, std::function<void(const Answer&)>) override
    {
        return QuietLoop::never();
    }
};

class QuietRandom final : public Random {
public:
    void fill(std::span<std::byte> room) override;
};

class QuietFiles final : public Files {
public:
    Result<std::string, std::error_code> read(const std::string&) override { return missing(); }
    Result<void, std::error_code> replace(const std::string&, std::string_view) override
    {
        return missing();
    }
    Result<void, std::error_code> append(const std::string&, std::string_view) override
    {
        return missing();
    }
    Result<void, std::error_code> link(const std::string&, const std::string&) override
    {
        return missing();
    }
    Result<std::vector<std::string>, std::error_code> list(
        const std::string&, std::string_view) override
    {
        return missing();
    }
    bool is_directory(const std::string&) override { return false; }

private:
    static Unexpected<std::error_code> missing()
    {
        return {std::make_error_code(std::errc::no_such_file_or_directory)};
    }
};

class QuietLog final : public Log {
public:
    void write(Severity, std::string_view) override { }
    void reopen() override { }
};

class QuietThreads final : public Threads {
public:
    std::unique_ptr<Thread> start(const std::string& name, std::function<void(EventLoop&)> begin,
        std::function<void()> end) override;
    unsigned cores() const override { return 1; }
    bool pin(std::optional<unsigned>) const override { return true; }
};

struct QuietWorld {
    QuietLoop loop;
    QuietClock clock;
    QuietNetwork network;
    QuietResolver resolver;
    QuietRandom random;
    QuietFiles files;
    QuietLog log;
    QuietThreads threads;
    Platform platform{loop, clock, network, resolver, random, files, log, threads};
};

} // namespace timeball::record
