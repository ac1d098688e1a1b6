// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The smaller edges of a simulated node: names, chance, files in memory, and a log that tests can
// read.

#include "edge/files.h"
#include "edge/log.h"
#include "edge/random.h"
#include "edge/resolver.h"
#include "sim/chance.h"
#include "sim/timeline.h"

#include <map>
#include <set>

namespace timeball::sim {

class SimRandom final : public Random {
public:
    explicit SimRandom(Chance chance) : chance_{chance} { }
    void fill(std::span<std::byte> room) override
    {
        for (std::byte& b : room)
            b = std::byte(chance_.bits64() >> 56);
    }

private:
    Chance chance_;
};

// The names of a world; every node asks the same.
class Names {
public:
    void set(const std::string& name, std::vector<Address> addresses)
    {
        of_[name] = std::move(addresses);
    }
    void is_down(bool down) { is_down_ = down; }
    Resolver::Answer ask(const std::string& name, std::optional<Family> family) const;

private:
    std::map<std::string, std::vector<Address>> of_;
    bool is_down_ = false;
};

class SimResolver final : public Resolver {
public:
    SimResolver(Timeline& timeline, const Names& names) : timeline_{timeline}, names_{names} { }
    EventLoop::Owned resolve(const std::string& name, std::optional<Family> family,
        std::function<void(const Answer&)> then) override;

private:
    Timeline& timeline_;
    const Names& names_;
};

class SimFiles final : public Files {
public:
    std::map<std::string, std::string> content;
    std::map<std::string, std::string> links; // other names, of which path
    std::set<std::string> unwritable; // paths, or directories with a slash at the end

    Result<std::string, std::error_code> read(const std::string& path) override;
    Result<void, std::error_code> replace(const std::string& path, std::string_view text) override;
    Result<void, std::error_code> append(const std::string& path, std::string_view line) override;
    Result<void, std::error_code> link(const std::string& path, const std::string& link) override;
    Result<std::vector<std::string>, std::error_code> list(
        const std::string& directory, std::string_view suffix) override;
    bool is_directory(const std::string& path) override;

private:
    bool may_write(const std::string& path) const;
};

class SimLog final : public Log {
public:
    explicit SimLog(const Timeline& timeline) : timeline_{timeline} { }
    struct Line {
        Instant<Truth> when;
        Severity severity;
        std::string sentence;
    };
    std::vector<Line> lines;
    int reopened = 0;

    void write(Severity severity, std::string_view sentence) override
    {
        lines.push_back({timeline_.now(), severity, std::string{sentence}});
    }
    void reopen() override { ++reopened; }
    int count(std::string_view part) const; // lines that have `part` in them

private:
    const Timeline& timeline_;
};

} // namespace timeball::sim
