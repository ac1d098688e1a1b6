// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Lines of a device.

#include "refclock/line_cutter.h"

#include <string_view>

namespace timeball::refclock {

namespace {

// What the receivers of serial lines hold back before they interrupt. More at once comes from a
// reader that was late, or from a line that has no speed (USB, a pseudoterminal): its bytes tell
// nothing of their time.
constexpr std::size_t most_held_back = 32;

} // namespace

LineCutter::LineCutter(std::size_t longest, Nanoseconds per_byte)
    : longest_{longest}, per_byte_{per_byte}
{
}

std::vector<DeviceLine> LineCutter::take(std::span<const std::byte> bytes, Instant<Utc> when)
{
    std::string_view rest{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    const Nanoseconds per_byte = rest.size() <= most_held_back ? per_byte_ : Nanoseconds{0};
    std::vector<DeviceLine> lines;
    while (!rest.empty()) {
        const auto end = rest.find('\n');
        const std::string_view part = rest.substr(0, end);
        if (begun_.size() + part.size() > longest_ && !skips_) {
            skips_ = true;
            ++dropped_;
            begun_.clear();
        }
        if (!skips_)
            begun_ += part;
        if (end == std::string_view::npos)
            break;

        rest.remove_prefix(end + 1);
        if (begun_.ends_with('\r'))
            begun_.pop_back();
        if (!skips_ && !begun_.empty())
            lines.push_back({begun_, when - per_byte * static_cast<std::int64_t>(rest.size())});
        begun_.clear();
        skips_ = false;
    }
    return lines;
}

} // namespace timeball::refclock
