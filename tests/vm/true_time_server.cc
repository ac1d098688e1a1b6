// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// An NTP server for the guest that tells a PTP clock's time, never the system clock's: whoever
// disciplines the system clock by it cannot fool it. The system clock only measures how long a
// request waited for this process to wake up.

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
constexpr long nanoseconds = 1000000000;
constexpr int client = 3;

using Datagram = std::array<unsigned char, 48>;

// The clock shows TAI. After the end of the UTC second `leap`, one second more lies between, or one
// less.
struct TrueTime {
    clockid_t clock;
    long tai_minus_utc;
    long leap; // seconds since 1970, the first after the leap second; 0: none
    bool is_deleted; // the second before `leap`; else one is inserted
};

// What it was `ago` nanoseconds before now, less than a second.
timespec utc(const TrueTime& truth, long ago = 0)
{
    timespec t = {};
    clock_gettime(truth.clock, &t);
    t.tv_sec -= truth.tai_minus_utc;
    t.tv_nsec -= ago;
    if (t.tv_nsec < 0) {
        --t.tv_sec;
        t.tv_nsec += nanoseconds;
    }
    if (truth.leap != 0 && t.tv_sec >= truth.leap - (truth.is_deleted ? 1 : 0))
        t.tv_sec += truth.is_deleted ? 1 : -1;
    return t;
}

void put(unsigned char* field, const timespec& t)
{
    const std::uint64_t seconds = static_cast<std::uint64_t>(t.tv_sec) + seconds_1900_to_1970;
    const std::uint64_t fraction = (static_cast<std::uint64_t>(t.tv_nsec) << 32) / nanoseconds;
    const std::uint64_t wire = htobe64(seconds << 32 | fraction);
    std::memcpy(field, &wire, sizeof wire);
}

// In the last day before the leap second, it is announced.
int leap_bits(const TrueTime& truth, const timespec& now)
{
    if (now.tv_sec >= truth.leap || truth.leap - now.tv_sec > 86400)
        return 0;
    return truth.is_deleted ? 2 : 1;
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

// How long ago the kernel received the datagram; 0 when the clock was set meanwhile.
long waited(msghdr& message)
{
    timespec now = {};
    clock_gettime(CLOCK_REALTIME, &now);
    for (cmsghdr* c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SO_TIMESTAMPNS)
            continue;
        timespec then = {};
        std::memcpy(&then, CMSG_DATA(c), sizeof then);
        const long ago = (now.tv_sec - then.tv_sec) * nanoseconds + now.tv_nsec - then.tv_nsec;
        return ago > 0 && ago < nanoseconds / 100 ? ago : 0;
    }
    return 0;
}

} // namespace

// true_time_server DEVICE TAI-UTC [LEAP], which is negative for a second that is left out
int main(int argc, char** argv)
{
    const int device = argc > 2 ? open(argv[1], O_RDWR) : -1;
    const int s = socket(AF_INET, SOCK_DGRAM, 0);
    const int yes = 1;
    sockaddr_in here = {};
    here.sin_family = AF_INET;
    here.sin_port = htons(123);
    if (device < 0 || bind(s, reinterpret_cast<sockaddr*>(&here), sizeof here) != 0
        || setsockopt(s, SOL_SOCKET, SO_TIMESTAMPNS, &yes, sizeof yes) != 0) {
        std::perror("true_time_server");
        return 1;
    }
    // The kernel's way of naming a clock by its open file.
    const long leap = argc > 3 ? std::atol(argv[3]) : 0;
    const TrueTime truth{(~device) * 8 | 3, std::atol(argv[2]), std::labs(leap), leap < 0};
    for (;;) {
        Datagram request = {};
        sockaddr_in who = {};
        iovec room = {request.data(), request.size()};
        alignas(cmsghdr) std::array<char, 256> control = {};
        msghdr message = {&who, sizeof who, &room, 1, control.data(), control.size(), 0};
        const auto size = recvmsg(s, &message, 0);
        const timespec received = utc(truth, waited(message));
        if (size < static_cast<long>(request.size()) || (request[0] & 7) != client)
            continue;
        const Datagram reply = reply_to(request, received, truth);
        sendto(s, reply.data(), reply.size(), 0, reinterpret_cast<sockaddr*>(&who), sizeof who);
    }
}
