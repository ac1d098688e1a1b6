// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Sits in the guest beside the daemon under test: lets the hidden true time wander, and writes down
// how far the kernel's clock is from it and what the kernel says of itself. One line per look:
//   seconds since start, error ns, maxerror us, esterror us, frequency ppm, tick us, status, state,
//   tai
// and where there is to be a leap second, what a client is told then:
//   seconds since start, leap bits, stratum, error ns

#include <arpa/inet.h>
#include <endian.h>
#include <sys/socket.h>
#include <sys/timex.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
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
// (seconds since 1970; 0: none) UTC is one second behind it, or ahead where `leap` is negative.
struct Reading {
    long truth = 0, real = 0; // ns since 1970
};

Reading look(long leap)
{
    Reading r;
    std::ifstream{parameters + "truth"} >> r.truth >> r.real;
    if (leap > 0 && r.truth >= leap * nanoseconds)
        r.truth -= nanoseconds;
    if (leap < 0 && r.truth >= (-leap - 1) * nanoseconds)
        r.truth += nanoseconds;
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

// What a client of the daemon is told: leap bits, stratum, and how far that is from the truth. Not
// answered: there is no line.
void ask(int client, double at, long leap)
{
    constexpr unsigned long seconds_1900_to_1970 = 2208988800;
    std::array<unsigned char, 48> packet = {4 << 3 | 3};
    const Reading sent = look(leap);
    if (send(client, packet.data(), packet.size(), 0) < 0
        || recv(client, packet.data(), packet.size(), 0) < static_cast<long>(packet.size()))
        return;
    const Reading back = look(leap);
    std::uint64_t wire = 0;
    std::memcpy(&wire, &packet[40], sizeof wire);
    wire = be64toh(wire);
    const long told = static_cast<long>((wire >> 32) - seconds_1900_to_1970) * nanoseconds
        + static_cast<long>(((wire & 0xffffffff) * nanoseconds) >> 32);
    std::printf("served %.0f %d %d %ld\n", at, packet[0] >> 6, packet[1],
        told - (sent.truth + back.truth) / 2);
}

int open_client()
{
    const int client = socket(AF_INET, SOCK_DGRAM, 0);
    sockaddr_in daemon = {};
    daemon.sin_family = AF_INET;
    daemon.sin_port = htons(123);
    daemon.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval patience{1, 0};
    if (client < 0 || connect(client, reinterpret_cast<sockaddr*>(&daemon), sizeof daemon) != 0
        || setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0)
        std::perror("witness");
    return client;
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

    const int client = leap != 0 ? open_client() : -1;
    const timespec start = since_boot();
    for (double at = 0; at < length; at = difftime(since_boot().tv_sec, start.tv_sec)) {
        report(at, look(leap));
        if (client >= 0)
            ask(client, at, leap);
        std::ofstream{parameters + "freq_ppb"} << std::lround(ppb) << '\n';
        ppb += wander(random);
        const timespec nap{between_looks, 0};
        nanosleep(&nap, nullptr);
    }
}
