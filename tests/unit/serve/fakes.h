// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Edges in the hand of a test: loops that turn when told, a clock that shows what it is told, a
// network whose sockets keep what is sent, names, a fast path, and what else a platform has.

#include "edge/platform.h"

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <vector>

namespace timeball::serve::test {

class FakeLoop final : public EventLoop {
public:
    Instant<Mono> time{std::chrono::seconds{1000}};
    std::deque<std::function<void()>> mailbox;
    std::size_t room = 1000;

    Instant<Mono> now() const override { return time; }
    Owned at(Instant<Mono> when, std::function<void()> then) override
    {
        return std::make_unique<Timer>(*this, when, Nanoseconds{0}, std::move(then));
    }
    Owned every(Nanoseconds interval, std::function<void()> then) override
    {
        return std::make_unique<Timer>(*this, time + interval, interval, std::move(then));
    }
    bool post(std::function<void()> then) override
    {
        if (mailbox.size() >= room)
            return false;
        mailbox.push_back(std::move(then));
        return true;
    }
    void stop() override { }

    void turn() // what is in the mailbox, and what that posts
    {
        while (!mailbox.empty()) {
            const auto next = std::move(mailbox.front());
            mailbox.pop_front();
            next();
        }
    }
    void pass(Nanoseconds span)
    {
        time += span;
        for (Timer* timer : std::vector<Timer*>{timers_.begin(), timers_.end()})
            if (timers_.contains(timer) && timer->when <= time)
                timer->fire();
        turn();
    }

private:
    struct Timer final : Registration {
        Timer(FakeLoop& l, Instant<Mono> w, Nanoseconds i, std::function<void()> t)
            : loop{l}, when{w}, interval{i}, then{std::move(t)}
        {
            loop.timers_.insert(this);
        }
        ~Timer() override { loop.timers_.erase(this); }
        void fire()
        {
            if (interval.count() == 0)
                loop.timers_.erase(this);
            when += interval;
            const auto call = then; // it may end this registration
            call();
        }
        FakeLoop& loop;
        Instant<Mono> when;
        Nanoseconds interval;
        std::function<void()> then;
    };
    std::set<Timer*> timers_;
};

class FakeClock final : public SystemClock {
public:
    Instant<Utc> time{std::chrono::seconds{1'700'000'000}};
    std::function<void()> on_reading; // what happens just before somebody looks

    Instant<Utc> now() const override
    {
        if (on_reading)
            on_reading();
        return time;
    }
    Result<Instant<Utc>, std::error_code> set_frequency(Frequency) override { return time; }
    Result<Instant<Utc>, std::error_code> step(Nanoseconds by) override { return time += by; }
    void announce(const ClockStatus&) override { }
    Frequency frequency() const override { return {}; }
    Frequency max_frequency() const override { return Frequency::ppm(500); }
    Precision precision() const override { return {-24}; }
    bool is_steered() const override { return true; }
    std::string_view name() const override { return "fake"; }
};

class FakeNetwork final : public Network {
public:
    struct Sent {
        std::vector<std::byte> bytes;
        Endpoint to;
        LocalAddress from;
        std::uint32_t token = 0;
    };
    struct Socket;

    std::map<Endpoint, Socket*> open_sockets; // of those that share a port, the last
    std::set<Socket*> all;
    std::map<Endpoint, std::error_code> faults; // of those that cannot be opened
    std::vector<NetworkInterface> present;
    std::function<void()> changed;
    std::vector<Sent> sent;
    std::error_code send_fault;
    bool can_split = true;
    std::map<Endpoint, std::size_t> given; // sockets that are there before open()

    std::size_t inherited(const Endpoint& at) const override
    {
        const auto found = given.find(at);
        return found == given.end() ? 0 : found->second;
    }
    Result<std::unique_ptr<DatagramSocket>, std::error_code> open(
        EventLoop&, const SocketOptions& options, SocketUser& user) override
    {
        if (const auto fault = faults.find(options.bind); fault != faults.end())
            return unexpected(fault->second);
        if (const auto other = open_sockets.find(options.bind); other != open_sockets.end()
            && !(options.shares_port && other->second->options.shares_port))
            return unexpected(std::make_error_code(std::errc::address_in_use));
        return std::unique_ptr<DatagramSocket>{std::make_unique<Socket>(*this, options, user)};
    }
    std::vector<NetworkInterface> interfaces() const override { return present; }
    EventLoop::Owned watch(EventLoop&, std::function<void()> then) override
    {
        changed = std::move(then);
        struct Nothing final : EventLoop::Registration { };
        return std::make_unique<Nothing>();
    }

    struct Socket final : DatagramSocket {
        Socket(FakeNetwork& n, const SocketOptions& o, SocketUser& u)
            : network{n}, options{o}, user{u}
        {
            network.open_sockets[options.bind] = this;
            network.all.insert(this);
        }
        ~Socket() override
        {
            network.all.erase(this);
            if (network.open_sockets[options.bind] == this)
                network.open_sockets.erase(options.bind);
        }
        Result<void, std::error_code> send(std::span<const std::byte> bytes, const Endpoint& to,
            const LocalAddress* from, std::uint32_t token) override
        {
            if (network.send_fault)
                return unexpected(network.send_fault);
            network.sent.push_back(
                {{bytes.begin(), bytes.end()}, to, from ? *from : LocalAddress{}, token});
            return {};
        }
        bool split(const ClientSplit& wanted) override
        {
            divided = wanted;
            return network.can_split;
        }
        Endpoint local() const override { return options.bind; }

        FakeNetwork& network;
        SocketOptions options;
        SocketUser& user;
        std::optional<ClientSplit> divided;
    };

    void deliver(const Endpoint& at, const Datagram& datagram)
    {
        SocketUser& user = open_sockets.at(at)->user;
        user.received(datagram);
        user.received_all();
    }
};

// Loops of their own, turned by the test; each begins and ends at once.
class FakeThreads final : public Threads {
public:
    unsigned count = 2;
    mutable std::vector<std::optional<unsigned>> pinned; // as asked
    std::vector<FakeLoop*> loops; // of those that run

    std::unique_ptr<Thread> start(const std::string&, std::function<void(EventLoop&)> begin,
        std::function<void()> end) override
    {
        return std::make_unique<FakeThread>(*this, begin, std::move(end));
    }
    unsigned cores() const override { return count; }
    bool pin(std::optional<unsigned> core) const override
    {
        pinned.push_back(core);
        return true;
    }

private:
    struct FakeThread final : Thread {
        FakeThread(
            FakeThreads& t, const std::function<void(EventLoop&)>& begin, std::function<void()> e)
            : threads{t}, end{std::move(e)}
        {
            threads.loops.push_back(&own);
            begin(own);
        }
        ~FakeThread() override
        {
            std::erase(threads.loops, &own);
            end();
        }
        EventLoop& loop() override { return own; }
        FakeThreads& threads;
        FakeLoop own;
        std::function<void()> end;
    };
};

class FakeResolver final : public Resolver {
public:
    std::map<std::string, std::vector<Address>> names;
    int asked = 0;
    explicit FakeResolver(FakeLoop& loop) : loop_{loop} { }

    EventLoop::Owned resolve(const std::string& name, std::optional<Family>,
        std::function<void(const Answer&)> then) override
    {
        ++asked;
        return loop_.after(Nanoseconds{1}, [this, name, then] {
            const auto known = names.find(name);
            then(known != names.end() ? Answer{known->second}
                                      : Answer{unexpected(ResolveError::not_found)});
        });
    }

private:
    FakeLoop& loop_;
};

class FakeRandom final : public Random {
public:
    void fill(std::span<std::byte> room) override
    {
        for (std::byte& b : room)
            b = std::byte(++last_ * 37);
    }

private:
    unsigned last_ = 0;
};

class FakeFiles final : public Files {
    static std::error_code no() { return std::make_error_code(std::errc::not_supported); }
    using Done = Result<void, std::error_code>;
    using Names = Result<std::vector<std::string>, std::error_code>;

public:
    Result<std::string, std::error_code> read(const std::string&) override
    {
        return unexpected(no());
    }
    Done replace(const std::string&, std::string_view) override { return unexpected(no()); }
    Done append(const std::string&, std::string_view) override { return unexpected(no()); }
    Done link(const std::string&, const std::string&) override { return unexpected(no()); }
    Names list(const std::string&, std::string_view) override { return unexpected(no()); }
    bool is_directory(const std::string&) override { return false; }
};

class FakeLog final : public Log {
public:
    std::vector<std::string> lines;
    void write(Severity, std::string_view sentence) override { lines.emplace_back(sentence); }
    void reopen() override { }
    bool has(std::string_view sentence) const
    {
        return std::find(lines.begin(), lines.end(), sentence) != lines.end();
    }
};

// Has the clients and the hits that a test gives it; told other rules, it begins to count anew.
class FakeFastPath final : public FastPath {
public:
    FastSetting setting;
    std::vector<std::uint64_t> hits; // by rule
    std::vector<FastClient> present;
    std::size_t page_size = 3;
    mutable int pages = 0;
    mutable std::function<void()> on_page; // what happens before one is read

    void publish(const ntp::ServedTime&) override { }
    std::vector<std::string> obey(const FastSetting& wanted) override
    {
        if (wanted.rules != setting.rules)
            hits.clear();
        setting = wanted;
        return {};
    }
    FastCounts counts() const override { return {}; }
    std::vector<std::uint64_t> rule_hits() const override { return hits; }
    Page clients(std::uint64_t from) const override
    {
        ++pages;
        if (on_page)
            on_page();
        const std::uint64_t end = std::min<std::uint64_t>(from + page_size, present.size());
        const auto at = [&](std::uint64_t i) { return present.begin() + static_cast<long>(i); };
        return {{at(from), at(end)}, end == present.size() ? 0 : end};
    }
};

} // namespace timeball::serve::test
