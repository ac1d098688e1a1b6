// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Drives a fuzz target without libFuzzer: COUNT inputs made from seeds by small changes.
// usage: control_fuzz [COUNT [SEED]]

#include "unit/control/capture.h"

#include "control/answer.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

extern std::array<std::uint64_t, timeball::control::verdict_count> control_fuzz_verdicts;
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using namespace timeball;
using namespace timeball::control;
using Input = std::vector<std::uint8_t>;

std::vector<Input> seeds()
{
    std::vector<Input> all;
    const auto add = [&](const Bytes& datagram, std::uint8_t how) {
        Input input{how};
        for (const std::byte b : datagram)
            input.push_back(std::to_integer<std::uint8_t>(b));
        all.push_back(std::move(input));
    };
    for (const char* name :
        {"peers.hex", "rv.hex", "sysinfo.hex", "config.hex", "ntpstat.hex", "trace.hex"})
        for (const auto& [is_request, datagram] : recorded(name))
            if (is_request || all.size() % 8 == 0) // a few replies too
                add(datagram, 0);
    const auto request = [](Opcode opcode, std::string_view text) {
        return encode(
            {.leap = Leap::unsynchronized, .version = 2, .opcode = opcode}, as_bytes(text));
    };
    constexpr std::string_view nonce = "nonce=0123456789abcdef01234567, ";
    add(request(Opcode::request_nonce, ""), 1);
    for (const char* rest : {"frags=32", "frags=2, mincount=2, resany=0x420, laddr=10.0.0.1:123",
             "limit=16, recent=100, addr.0=192.0.2.1:123, last.0=0xe5f1a2b3.12345678, "
             "addr.1=[2001:db8::1]:4000, last.1=0xe5f1a2b3.02345678"})
        add(request(Opcode::read_mru, std::string{nonce} + rest), 2);
    for (const char* lines : {"server ntp1.example.net iburst minpoll 4\nunpeer 192.0.2.1",
             "restrict 10.0.0.0/8 noquery", "tos minclock 4 minsane 2\ntinker panic 0",
             "setvar a = \"b\" default\ntrustedkey (1 ... 9)"})
        add(request(Opcode::configure, lines), 4);
    add(request(Opcode::save_configuration, "ntp.conf"), 4);
    add(request(Opcode::read_ordered_list, "addr_restrictions"), 4);
    add(request(Opcode::read_variables, "mru_depth,kerninfo,tb_events,ss_received_r"), 1);
    return all;
}

class Mutator {
public:
    explicit Mutator(std::uint64_t seed) : random_{seed}, seeds_{seeds()} { }

    Input next()
    {
        Input input = seeds_[below(seeds_.size())];
        if (below(4) == 0)
            input[0] = static_cast<std::uint8_t>(random_());
        for (auto changes = below(6); changes > 0; --changes)
            change(input);
        return input;
    }

private:
    std::size_t below(std::size_t n) { return random_() % n; }

    void change(Input& input)
    {
        constexpr std::size_t longest = 600;
        const std::size_t at = 1 + below(input.size());
        const auto place = input.begin() + static_cast<long>(std::min(at, input.size()));
        switch (below(6)) {
        case 0: // the header more often than the rest: it decides
            if (input.size() > 1)
                input[1 + below(std::min<std::size_t>(12, input.size() - 1))]
                    = static_cast<std::uint8_t>(random_());
            break;
        case 1:
            if (at < input.size())
                input[at] = static_cast<std::uint8_t>(random_());
            break;
        case 2:
            if (at < input.size())
                input[at] ^= static_cast<std::uint8_t>(1u << below(8));
            break;
        case 3: { // a part of another, and the count that belongs to it
            const Input& other = seeds_[below(seeds_.size())];
            const std::size_t from = below(other.size());
            input.insert(place, other.begin() + static_cast<long>(from), other.end());
            count(input);
            break;
        }
        case 4:
            input.erase(place, input.end());
            break;
        case 5:
            input.resize(1 + below(longest));
            count(input);
            break;
        }
        if (input.size() > longest)
            input.resize(longest);
        if (input.empty())
            input.push_back(0);
    }

    void count(Input& input)
    {
        if (input.size() < 1 + header_size)
            return;
        while ((input.size() - 1) % 4 != 0)
            input.push_back(0);
        const std::size_t data = std::min(input.size() - 1 - header_size, max_data);
        input[11] = static_cast<std::uint8_t>(data >> 8);
        input[12] = static_cast<std::uint8_t>(data & 0xff);
    }

    std::mt19937_64 random_;
    std::vector<Input> seeds_;
};

} // namespace

int main(int argc, char** argv)
{
    const auto inputs = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 200'000;
    const auto seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
    const auto began = std::chrono::steady_clock::now();
    Mutator mutator{seed};
    for (std::uint64_t i = 0; i < inputs; ++i) {
        const Input input = mutator.next();
        LLVMFuzzerTestOneInput(input.data(), input.size());
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    std::printf("%llu inputs, seed %llu: in order, in %.1f s\n",
        static_cast<unsigned long long>(inputs), static_cast<unsigned long long>(seed),
        took.count());
    int status = 0;
    for (std::size_t i = 0; i < verdict_count; ++i) {
        const auto count = static_cast<unsigned long long>(control_fuzz_verdicts[i]);
        const std::string name{to_string(Verdict(i))};
        std::printf("%12llu %s\n", count, name.c_str());
        // Who may not ask at all is not heard here.
        if (count == 0 && inputs >= 100'000 && Verdict(i) != Verdict::dropped_noquery) {
            std::fprintf(stderr, "control_fuzz: nothing ended as %s\n", name.c_str());
            status = 1;
        }
    }
    return status;
}
