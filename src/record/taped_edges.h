// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The smaller edges on tape: names, chance, files and the log.

#include "edge/files.h"
#include "edge/log.h"
#include "edge/random.h"
#include "edge/resolver.h"
#include "record/disguise.h"
#include "record/line.h"
#include "record/tape.h"
#include "record/taped_loop.h"

#include <set>
#include <string>

namespace timeball::record {

// In all of them `world` is null in a replay.

class TapedRandom final : public Random {
public:
    TapedRandom(Tape& tape, Random* world) : tape_{tape}, world_{world} { }
    void fill(std::span<std::byte> room) override;

private:
    Tape& tape_;
    Random* world_;
};

class TapedResolver final : public Resolver {
public:
    TapedResolver(Tape& tape, Resolver* world, Waiting& waiting)
        : tape_{tape}, world_{world}, waiting_{waiting}
    {
    }
    EventLoop::Owned resolve(const std::string& name, std::optional<Family> family,
        std::function<void(const Answer&)> then) override;

private:
    Tape& tape_;
    Resolver* world_;
    Waiting& waiting_;
};

class TapedFiles final : public Files {
public:
    TapedFiles(Tape& tape, Files* world, Disguise* disguise)
        : tape_{tape}, world_{world}, disguise_{disguise}
    {
    }
    // Files of secrets. Of one with keys a stand-in is written; of any other only that it was read.
    void keep_secret(const std::string& path) { keys_.insert(path); }
    void withhold(const std::string& path) { withheld_.insert(path); }

    Result<std::string, std::error_code> read(const std::string& path) override;
    Result<void, std::error_code> replace(const std::string& path, std::string_view text) override;
    Result<void, std::error_code> append(const std::string& path, std::string_view line) override;
    Result<void, std::error_code> link(const std::string& path, const std::string& link) override;
    Result<std::vector<std::string>, std::error_code> list(
        const std::string& directory, std::string_view suffix) override;
    bool is_directory(const std::string& path) override;

private:
    template <class Change>
    Result<void, std::error_code> change(const Line& question, Change in_world);

    Tape& tape_;
    Files* world_;
    Disguise* disguise_;
    std::set<std::string> keys_, withheld_;
};

class TapedLog final : public Log {
public:
    TapedLog(Tape& tape, Log* world) : tape_{tape}, world_{world} { }
    void write(Severity severity, std::string_view sentence) override;
    void reopen() override;

private:
    Tape& tape_;
    Log* world_;
};

} // namespace timeball::record
