// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The yardstick of the benchmark: a program that does what every server must do with the kernel and
// nothing else. It receives and sends in batches, takes the kernel's receive stamp, reads the clock
// for each reply, and swaps the addresses. It looks at nothing, limits nobody and remembers
// nothing. Its answers have the form of a stratum 1 server's.
//
// usage: bare_echo ADDRESS PORT [BATCH]

#include "platform/clock_reading.h"
#include "platform/control_messages.h"
#include "platform/file_descriptor.h"
#include "platform/socket_address.h"

#include "ntp/header.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <vector>

using namespace timeball;

namespace {

constexpr std::size_t most = 64; // in a batch

struct Slot {
    std::array<std::byte, 512> bytes;
    platform::ControlRoom control;
    platform::SocketAddress from;
    iovec part{};
};

platform::FileDescriptor open(const Endpoint& at)
{
    const int family = at.address.family == Family::ipv4 ? AF_INET : AF_INET6;
    platform::FileDescriptor fd{socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    const auto address = platform::socket_address(at, at.address.family);
    const int on = 1;
    if (!fd || setsockopt(fd.get(), SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) != 0
        || bind(fd.get(), address.get(), address.size) != 0) {
        std::perror("bare_echo");
        std::exit(1);
    }
    return fd;
}

// The request becomes the reply where it stands.
void answer(Slot& slot, const msghdr& message)
{
    const auto request = ntp::decode(slot.bytes);
    const auto beside = platform::control_of(message);
    ntp::Header reply = *request;
    reply.leap = Leap::none;
    reply.mode = ntp::Mode::server;
    reply.stratum = 1;
    reply.reference_id = ReferenceId::letters("BARE");
    reply.origin = request->transmit;
    reply.receive = ntp::to_timestamp(Instant<Utc>{beside.software_stamp.value_or(Nanoseconds{0})});
    reply.transmit = ntp::to_timestamp(platform::system_time());
    ntp::encode(reply, slot.bytes);
}

void serve(int fd, std::size_t batch)
{
    std::vector<Slot> slots(batch);
    std::vector<mmsghdr> messages(batch);
    for (;;) {
        for (std::size_t i = 0; i < batch; ++i) {
            msghdr& header = messages[i].msg_hdr;
            slots[i].part = {slots[i].bytes.data(), slots[i].bytes.size()};
            header = {slots[i].from.get(), sizeof slots[i].from.storage, &slots[i].part, 1,
                slots[i].control.bytes.data(), slots[i].control.bytes.size(), 0};
        }
        const int got
            = recvmmsg(fd, messages.data(), static_cast<unsigned>(batch), MSG_WAITFORONE, nullptr);
        if (got < 0)
            continue;
        for (std::size_t i = 0; i < static_cast<std::size_t>(got); ++i) {
            answer(slots[i], messages[i].msg_hdr);
            slots[i].part.iov_len = messages[i].msg_len;
            messages[i].msg_hdr.msg_control = nullptr;
            messages[i].msg_hdr.msg_controllen = 0;
        }
        sendmmsg(fd, messages.data(), static_cast<unsigned>(got), 0);
    }
}

} // namespace

int main(int count, char** words)
{
    const auto address = parse_address(count > 1 ? words[1] : "");
    const int port = count > 2 ? std::atoi(words[2]) : 0;
    const int batch = count > 3 ? std::atoi(words[3]) : 8;
    if (!address || port < 1 || port > 65535 || batch < 1 || batch > static_cast<int>(most)) {
        std::fputs("usage: bare_echo ADDRESS PORT [BATCH]\n", stderr);
        return 2;
    }
    serve(
        open({*address, static_cast<std::uint16_t>(port)}).get(), static_cast<std::size_t>(batch));
}
