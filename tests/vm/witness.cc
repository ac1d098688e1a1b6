// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Sits in the guest beside the daemon under test: lets the hidden true time wander, and writes down
// how far the kernel's clock is from it and what the kernel says of itself. One line per look:
//   seconds since start, error ns, maxerror us, esterror us, frequency ppm, tick us, status, state,
//   tai

#include <sys/timex.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <random>
#include <string>

namespace {

const std::string parameters = "/sys/module/tb_refmock/parameters/";
constexpr long between_looks = 7; // seconds; no divisor of a poll interval
constexpr long nanoseconds = 1000000000;

timespec since_boot()
{
    timespec t = {};
    clock_gettime(CLOCK_MONOTONIC_RAW, &t);
    return t;
}

// Truth and system time of one instant. The hidden time knows no leap second, so after `leap`
// (seconds since 1970; 0: none) UTC is one second behind it.
struct Reading {
    long truth = 0, real = 0; // ns since 1970
};

Reading look(long leap)
{
    Reading r;
    std::ifstream{parameters + "truth"} >> r.truth >> r.real;
    if (leap != 0 && r.truth >= leap * nanoseconds)
        r.truth -= nanoseconds;
    return r;
}

void report(double at, const Reading& r)
{
    timex t = {};
    const int state = adjtimex(&t);
    std::printf("look %.0f %ld %ld %ld %.6f %ld 0x%x %d %d\n", at, r.real - r.truth, t.maxerror,
        t.esterror, static_cast<double>(t.freq) / 65536, t.tick, static_cast<unsigned>(t.status),
        state, t.tai);
    std::fflush(stdout);
}

} // namespace

// witness SECONDS FREQUENCY-PPB WANDER-PPB-PER-ROOT-SECOND SEED [LEAP]
int main(int argc, char** argv)
{
    if (argc < 5)
        return 1;
    const double length = std::atof(argv[1]);
    double ppb = std::atof(argv[2]);
    std::mt19937_64 random{std::strtoull(argv[4], nullptr, 10)};
    std::normal_distribution<double> wander{0, std::atof(argv[3]) * std::sqrt(between_looks)};
    const long leap = argc > 5 ? std::atol(argv[5]) : 0;

    const timespec start = since_boot();
    for (double at = 0; at < length; at = difftime(since_boot().tv_sec, start.tv_sec)) {
        report(at, look(leap));
        std::ofstream{parameters + "freq_ppb"} << std::lround(ppb) << '\n';
        ppb += wander(random);
        const timespec nap{between_looks, 0};
        nanosleep(&nap, nullptr);
    }
}
