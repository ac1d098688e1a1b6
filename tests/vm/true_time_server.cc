// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// An NTP server for the guest that tells a PTP clock's time, never the system clock's: whoever
// disciplines the system clock by it cannot fool it.

#include <arpa/inet.h>
#include <endian.h>
#include <fcntl.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

namespace {

constexpr std::uint64_t seconds_1900_to_1970 = 2208988800;
constexpr int client = 3;

using Datagram = std::array<unsigned char, 48>;

// The clock shows TAI. After the end of the UTC second `leap`, one second more lies between.
struct TrueTime {
    clockid_t clock;
    long tai_minus_utc;
    long leap; // seconds since 1970, the first after the leap second; 0: none
};

timespec utc(const TrueTime& truth)
{
    timespec t = {};
    clock_gettime(truth.clock, &t);
    t.tv_sec -= truth.tai_minus_utc;
    if (truth.leap != 0 && t.tv_sec >= truth.leap)
        --t.tv_sec;
    return t;
}

void put(unsigned char* field, const timespec& t)
{
    const std::uint64_t seconds = static_cast<std::uint64_t>(t.tv_sec) + seconds_1900_to_1970;
    const std::uint64_t fraction = (static_cast<std::uint64_t>(t.tv_nsec) << 32) / 1000000000;
    const std::uint64_t wire = htobe64(seconds << 32 | fraction);
    std::memcpy(field, &wire, sizeof wire);
}

// In the last day before the leap second, it is announced.
int leap_bits(const TrueTime& truth, const timespec& now)
{
    return now.tv_sec < truth.leap && truth.leap - now.tv_sec <= 86400 ? 1 : 0;
}

Datagram reply_to(const Datagram& request, const timespec& received, const TrueTime& truth)
{
    const int leap = leap_bits(truth, received);
    Datagram reply = {static_cast<unsigned char>(leap << 6 | 4 << 3 | 4), 1, request[2], 0xe8};
    std::memcpy(&reply[12], "PTP", 3);
    put(&reply[16], received);
    std::memcpy(&reply[24], &request[40], 8);
    put(&reply[32], received);
    put(&reply[40], utc(truth));
    return reply;
}

} // namespace

// true_time_server DEVICE TAI-UTC [LEAP]
int main(int argc, char** argv)
{
    const int device = argc > 2 ? open(argv[1], O_RDWR) : -1;
    const int s = socket(AF_INET, SOCK_DGRAM, 0);
    sockaddr_in here = {};
    here.sin_family = AF_INET;
    here.sin_port = htons(123);
    if (device < 0 || bind(s, reinterpret_cast<sockaddr*>(&here), sizeof here) != 0) {
        std::perror("true_time_server");
        return 1;
    }
    // The kernel's way of naming a clock by its open file.
    const TrueTime truth{(~device) * 8 | 3, std::atol(argv[2]), argc > 3 ? std::atol(argv[3]) : 0};
    for (;;) {
        Datagram request = {};
        sockaddr_in who = {};
        socklen_t length = sizeof who;
        const auto size = recvfrom(
            s, request.data(), request.size(), 0, reinterpret_cast<sockaddr*>(&who), &length);
        const timespec received = utc(truth);
        if (size < static_cast<long>(request.size()) || (request[0] & 7) != client)
            continue;
        const Datagram reply = reply_to(request, received, truth);
        sendto(s, reply.data(), reply.size(), 0, reinterpret_cast<sockaddr*>(&who), length);
    }
}
