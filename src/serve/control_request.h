// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// A packet of the control protocol on its way from a worker to the control loop, with what is
// needed to answer through the socket on which it came.

#include "base/address.h"
#include "serve/access_list.h"
#include "time/time.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace timeball::serve {

// The octets of a request, in a place of their own. No request is longer than 12 octets of header,
// 468 of data and a MAC, but for ntpstat's, whose 576 are zero at the end: what is longer is cut,
// and answered as it would have been.
class ControlBytes {
public:
    static constexpr std::size_t most = 640;

    ControlBytes() = default;
    ControlBytes(std::span<const std::byte> bytes)
        : size_{static_cast<std::uint16_t>(std::min(bytes.size(), most))}
    {
        std::copy_n(bytes.begin(), size_, room_.begin());
    }
    operator std::span<const std::byte>() const { return std::span{room_}.first(size_); }

private:
    std::array<std::byte, most> room_{};
    std::uint16_t size_ = 0;
};

struct ControlRequest {
    ControlBytes bytes;
    Endpoint from;
    LocalAddress to;
    Instant<Utc> received{};
    Rule rule; // of access control, for this sender; it has no `ignore` and no `noquery`

    // The way back.
    unsigned worker = 0;
    Endpoint door; // where the socket is bound
};

} // namespace timeball::serve
