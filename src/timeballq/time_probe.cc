// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Asking for the time once.

#include "timeballq/time_probe.h"

#include <array>
#include <cctype>

namespace timeball::query {

std::string TimeAnswer::kiss_code() const
{
    std::string code;
    for (int shift = 24; is_kiss() && shift >= 0; shift -= 8) {
        const auto letter = static_cast<unsigned char>(header.reference_id.value >> shift & 0xff);
        if (std::isalnum(letter))
            code += static_cast<char>(letter);
    }
    return code;
}

std::vector<std::byte> time_request(std::uint8_t version, ntp::Timestamp cookie)
{
    std::vector<std::byte> datagram(ntp::header_size);
    ntp::encode(
        {.leap = Leap::none, .version = version, .mode = ntp::Mode::client, .transmit = cookie},
        datagram);
    return datagram;
}

std::optional<ProbeResult> read_time_answer(std::span<const std::byte> datagram,
    ntp::Timestamp cookie, Instant<Utc> sent, Instant<Utc> received)
{
    const auto header = ntp::decode(datagram);
    if (!header || header->origin != cookie)
        return std::nullopt;
    if (header->mode != ntp::Mode::server)
        return unexpected(std::string{"the answer is not of a server's mode"});
    TimeAnswer answer{*header, {}, {}};
    if (answer.is_kiss())
        return answer;
    if (header->transmit.is_zero())
        return unexpected(std::string{"the answer has no transmit timestamp"});
    const auto arrived = ntp::to_instant(header->receive, sent);
    const auto left = ntp::to_instant(header->transmit, sent);
    if (left < arrived)
        return unexpected(std::string{"the answer was sent before the request came"});
    answer.offset = Seconds{(arrived - sent) + (left - received)} / 2;
    answer.delay = Seconds{(received - sent) - (left - arrived)};
    return answer;
}

} // namespace timeball::query
