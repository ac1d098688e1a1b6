// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// What serving costs inside the program: time and memory by number of clients and of rules, and the
// longest pause of the client table. Lines of part,round,contestant,figure,value, as `run` keeps
// them.
//
// usage: cost                                   all curves
//        cost REPLIES CLIENTS RULES             nothing but so many replies, for counting
//                                               instructions: the difference of two such runs

#include "bench/serving/worker_stage.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <string>
#include <vector>

using namespace timeball;
using namespace timeball::bench::serving;
using namespace std::chrono_literals;

namespace {

using Clock = std::chrono::steady_clock;

void note(const std::string& part, const char* figure, double value)
{
    fmt::print("cost-{},1,timeball,{},{:.3f}\n", part, figure, value);
    std::fflush(stdout);
}

// Clients in no order, each as often as any other: a full period of a congruential generator.
class Turns {
public:
    explicit Turns(std::uint32_t clients) : clients_{clients} { }
    std::uint32_t next()
    {
        do
            state_ = (state_ * 1664525u + 1013904223u) & mask();
        while (state_ >= clients_);
        return state_;
    }

private:
    std::uint32_t mask() const { return std::bit_ceil(clients_) - 1; }
    std::uint32_t clients_, state_ = 0;
};

double resident_kb()
{
    long size = 0, resident = 0;
    if (std::FILE* const f = std::fopen("/proc/self/statm", "r")) {
        if (std::fscanf(f, "%ld %ld", &size, &resident) != 2)
            resident = 0;
        std::fclose(f);
    }
    return static_cast<double>(resident * sysconf(_SC_PAGESIZE)) / 1024;
}

// The best of several: whatever else the machine does only adds.
double ns_per_reply(WorkerStage& stage, std::uint32_t clients)
{
    constexpr std::uint32_t replies = 200'000;
    Turns turns{clients};
    double best = std::numeric_limits<double>::max();
    for (int round = 0; round < 5; ++round) {
        const auto began = Clock::now();
        for (std::uint32_t i = 0; i < replies; ++i)
            stage.ask(turns.next());
        best = std::min(
            best, std::chrono::duration<double, std::nano>(Clock::now() - began).count() / replies);
    }
    return best;
}

void curve_of_clients()
{
    const double before = resident_kb();
    for (const std::uint32_t clients : {1'000u, 10'000u, 100'000u, 1'000'000u, 10'000'000u}) {
        WorkerStage stage{{.clients = clients}};
        for (std::uint32_t i = 0; i < clients; ++i)
            stage.ask(i);
        const auto part = fmt::format("clients-{}", clients);
        note(part, "clients", static_cast<double>(stage.clients().counts().present));
        note(part, "ns_per_reply", ns_per_reply(stage, clients));
        note(part, "octets_per_client",
            static_cast<double>(stage.clients().octets()) / static_cast<double>(clients));
        note(part, "resident_kb", resident_kb() - before);
    }
}

void curve_of_rules()
{
    for (const std::size_t rules : {1u, 10u, 100u, 1'000u, 10'000u}) {
        WorkerStage stage{{.clients = 10'000, .rules = rules}};
        note(fmt::format("rules-{}", rules), "ns_per_reply", ns_per_reply(stage, 10'000));
    }
}

// The same million of new clients, and then a million more for whom the oldest go, several times:
// each step's shortest time is its own; what remains are the pauses of the table itself.
void pauses()
{
    constexpr std::uint32_t clients = 1'000'000, runs = 3;
    std::vector<std::uint32_t> shortest(2 * clients, std::numeric_limits<std::uint32_t>::max());
    for (std::uint32_t run = 0; run < runs; ++run) {
        WorkerStage stage{{.clients = clients}};
        for (std::uint32_t i = 0; i < 2 * clients; ++i) {
            if (i % 1000 == 0)
                stage.pass(1s);
            const auto began = Clock::now();
            stage.ask(i);
            const auto took = std::chrono::nanoseconds(Clock::now() - began).count();
            shortest[i] = std::min(shortest[i], static_cast<std::uint32_t>(took));
        }
    }
    const auto worst = [&](std::size_t first) {
        const auto from = shortest.begin() + static_cast<long>(first);
        return *std::max_element(from, from + clients) / 1e3;
    };
    note("pause", "longest_new_client_us", worst(0));
    note("pause", "longest_eviction_us", worst(clients));
}

} // namespace

int main(int count, char** words)
{
    if (count == 4) {
        const auto number = [&](int i) {
            return static_cast<std::uint32_t>(std::strtoul(words[i], nullptr, 10));
        };
        const std::uint32_t replies = number(1), clients = std::max(number(2), 1u);
        WorkerStage stage{{.clients = clients, .rules = number(3)}};
        for (std::uint32_t i = 0; i < clients; ++i)
            stage.ask(i);
        Turns turns{clients};
        for (std::uint32_t i = 0; i < replies; ++i)
            stage.ask(turns.next());
        return stage.sent() > 0 ? 0 : 1;
    }
    if (count != 1) {
        std::fputs("usage: cost [REPLIES CLIENTS RULES]\n", stderr);
        return 2;
    }
    curve_of_clients();
    curve_of_rules();
    pauses();
}
