// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// A satellite receiver for the guest. It tells each true second (a PTP clock's, which shows TAI)
// some 60 ms late, in two ways: as a sentence of NMEA 0183 on a terminal line, and, for a daemon
// that reads no sentences, in the shared memory of ntpd's driver 28, as gpsd would.

#include <fcntl.h>
#include <sys/shm.h>
#include <termios.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <random>
#include <string>

namespace {

constexpr long nanoseconds = 1000000000;
constexpr long tai_minus_utc = 37;

struct Segment {
    int mode, count;
    time_t clock_second;
    int clock_microsecond;
    time_t receive_second;
    int receive_microsecond;
    int leap, precision, samples, valid;
    unsigned clock_nanosecond, receive_nanosecond;
    int unused[8];
};

timespec utc(clockid_t clock)
{
    timespec t = {};
    clock_gettime(clock, &t);
    t.tv_sec -= tai_minus_utc;
    return t;
}

// The far end, under a name that a receiver has. It holds the near end open, so that what nobody
// reads is kept, not refused.
int open_line(const char* name)
{
    const int line = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
    if (line < 0 || grantpt(line) != 0 || unlockpt(line) != 0)
        return -1;
    const int near = open(ptsname(line), O_RDWR | O_NOCTTY);
    termios t = {};
    if (near < 0 || tcgetattr(near, &t) != 0)
        return -1;
    cfmakeraw(&t);
    if (tcsetattr(near, TCSANOW, &t) != 0 || symlink(ptsname(line), name) != 0)
        return -1;
    return line;
}

std::string sentence(time_t second)
{
    tm parts = {};
    gmtime_r(&second, &parts);
    char body[80];
    strftime(
        body, sizeof body, "GPRMC,%H%M%S.00,A,4807.038,N,01131.000,E,0.0,0.0,%d%m%y,,,A", &parts);
    unsigned sum = 0;
    for (const char* c = body; *c != 0; ++c)
        sum ^= static_cast<unsigned char>(*c);
    char whole[96];
    std::snprintf(whole, sizeof whole, "$%s*%02X\r\n", body, sum);
    return whole;
}

void write_to(Segment& s, time_t second)
{
    timespec now = {};
    clock_gettime(CLOCK_REALTIME, &now);
    ++s.count;
    std::atomic_thread_fence(std::memory_order_seq_cst);
    s.clock_second = second;
    s.clock_microsecond = 0;
    s.clock_nanosecond = 0;
    s.receive_second = now.tv_sec;
    s.receive_microsecond = static_cast<int>(now.tv_nsec / 1000);
    s.receive_nanosecond = static_cast<unsigned>(now.tv_nsec);
    s.precision = -10;
    std::atomic_thread_fence(std::memory_order_seq_cst);
    ++s.count;
    s.valid = 1;
}

} // namespace

// nmea_receiver PTP-CLOCK LINE
int main(int argc, char** argv)
{
    if (argc < 3)
        return 1;
    const int device = open(argv[1], O_RDWR);
    const int line = open_line(argv[2]);
    const int id = shmget(0x4E545030, sizeof(Segment), IPC_CREAT | 0600);
    if (device < 0 || line < 0 || id < 0) {
        std::perror("nmea_receiver");
        return 1;
    }
    const auto clock = static_cast<clockid_t>(~static_cast<unsigned>(device) << 3 | 3);
    auto& segment = *static_cast<Segment*>(shmat(id, nullptr, 0));
    segment.mode = 1;
    std::mt19937 random{1};
    std::uniform_int_distribution<long> late{50000000, 70000000};
    for (;;) {
        const timespec now = utc(clock);
        const timespec nap = {0, nanoseconds - now.tv_nsec};
        nanosleep(&nap, nullptr);
        const timespec delay = {0, late(random)};
        nanosleep(&delay, nullptr);
        const time_t second = utc(clock).tv_sec;
        write_to(segment, second);
        const std::string text = sentence(second);
        (void)!write(line, text.data(), text.size());
    }
}
