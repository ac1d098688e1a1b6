// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// A serial line: raw, eight bits, no parity, one stop bit.

#include "platform/byte_stream.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>

// The C library's headers before the kernel's.
#include <linux/serial.h>

#include <array>
#include <optional>

namespace timeball::platform {

namespace {

struct Speed {
    int baud;
    speed_t word;
};
constexpr std::array speeds{Speed{300, B300}, Speed{600, B600}, Speed{1200, B1200},
    Speed{2400, B2400}, Speed{4800, B4800}, Speed{9600, B9600}, Speed{19200, B19200},
    Speed{38400, B38400}, Speed{57600, B57600}, Speed{115200, B115200}, Speed{230400, B230400},
    Speed{460800, B460800}, Speed{500000, B500000}, Speed{921600, B921600},
    Speed{1000000, B1000000}};

std::optional<speed_t> speed_of(int baud)
{
    for (const Speed& speed : speeds)
        if (speed.baud == baud)
            return speed.word;
    return std::nullopt;
}

// Many drivers hold octets back for milliseconds, to be woken less often. Those that cannot do
// otherwise, and ends of a pty, do not mind.
void ask_for_low_latency(const FileDescriptor& fd)
{
    serial_struct line{};
    if (ioctl(fd.get(), TIOCGSERIAL, &line) != 0)
        return;
    line.flags |= ASYNC_LOW_LATENCY;
    ioctl(fd.get(), TIOCSSERIAL, &line);
}

std::error_code make_raw(const FileDescriptor& fd, speed_t speed)
{
    termios line{};
    if (tcgetattr(fd.get(), &line) != 0)
        return last_error();
    cfmakeraw(&line);
    line.c_cflag &= ~static_cast<tcflag_t>(CSTOPB | CRTSCTS | HUPCL); // a reset on closing would
    line.c_cflag |= CLOCAL | CREAD; // make some receivers forget where they are
    line.c_cc[VMIN] = 1;
    line.c_cc[VTIME] = 0;
    if (cfsetispeed(&line, speed) != 0 || cfsetospeed(&line, speed) != 0
        || tcsetattr(fd.get(), TCSANOW, &line) != 0)
        return last_error();
    tcflush(fd.get(), TCIFLUSH); // what waited there is of no time that we know
    return {};
}

} // namespace

Result<std::unique_ptr<Stream>, std::error_code> open_serial_stream(
    LibeventLoop& loop, const HostClock& clock, const std::string& path, int baud, DeviceUser& user)
{
    const auto speed = speed_of(baud);
    if (!speed)
        return unexpected(std::make_error_code(std::errc::invalid_argument));
    FileDescriptor fd{open(path.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)};
    if (!fd)
        return unexpected(last_error());
    if (const auto fault = make_raw(fd, *speed))
        return unexpected(fault);
    ask_for_low_latency(fd);
    return std::unique_ptr<Stream>{
        std::make_unique<ByteStream>(std::move(fd), ByteStream::Is::open, loop, clock, user)};
}

} // namespace timeball::platform
