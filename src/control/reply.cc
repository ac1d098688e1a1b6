// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Replies, with MACs where requests had them.

#include "control/reply.h"

namespace timeball::control {

namespace {

// Readers look for the MAC at the next multiple of four octets or of eight. Blanks make these one
// place.
void level(Content& content)
{
    const auto last = [&] { return header_size + content.data.size() % max_data; };
    const bool has_line_end = as_text(content.data).ends_with("\r\n");
    while (content.data.size() % max_data != 0 && last() % 8 != 0)
        content.data.insert(content.data.end() - (has_line_end ? 2 : 0), std::byte{' '});
}

void sign(Bytes& datagram, KeyId key, ntp::Authenticator& keys)
{
    std::array<std::byte, ntp::max_mac_size> room;
    const std::size_t size = keys.sign(key, datagram, room);
    datagram.insert(datagram.end(), room.begin(), room.begin() + static_cast<long>(size));
}

Bytes error_reply(Header header, Error error)
{
    header.is_error = true;
    header.status = static_cast<std::uint16_t>(static_cast<unsigned>(error) << 8);
    return encode(header, {});
}

} // namespace

Content text_content(std::uint16_t status, std::string_view text)
{
    const auto bytes = as_bytes(text);
    return {status, {bytes.begin(), bytes.end()}};
}

Excess excess(const ReplySlip& slip, const Outcome& outcome)
{
    if (!outcome)
        return Excess::none;
    if (outcome->data.size() > max_fragments * max_data)
        return Excess::beyond_protocol;
    if (outcome->data.size() > max_data && !slip.may_get_many)
        return Excess::beyond_trust;
    return Excess::none;
}

std::vector<Bytes> replies(const ReplySlip& slip, const Outcome& outcome, ntp::Authenticator* keys)
{
    std::vector<Bytes> datagrams;
    const Excess much = excess(slip, outcome);
    if (!outcome) {
        datagrams.push_back(error_reply(slip.header, outcome.error()));
    } else if (much != Excess::none) {
        datagrams.push_back(error_reply(
            slip.header, much == Excess::beyond_trust ? Error::permission : Error::unspecified));
    } else {
        Header header = slip.header;
        header.status = outcome->status;
        Content content = *outcome;
        if (slip.key != KeyId{} && content.is_text)
            level(content);
        datagrams = fragments(header, content.data);
    }
    if (slip.key != KeyId{} && keys != nullptr)
        for (Bytes& datagram : datagrams)
            sign(datagram, slip.key, *keys);
    return datagrams;
}

} // namespace timeball::control
