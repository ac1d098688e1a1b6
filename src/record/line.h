// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// One line of a recording: words with a blank between them. Numbers are decimal, reals the sixteen
// hexadecimal digits of their bits, octets hexadecimal; in text what is not a plain character is
// %XX, and nothing at all is %. What is written is read back as the same value, bit for bit.

#include "base/address.h"
#include "base/result.h"
#include "time/time.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace timeball::record {

class Line {
public:
    Line() = default;
    explicit Line(std::string_view word) : text_{word} { }

    Line& plain(std::string_view word); // has no blank in it
    Line& number(std::int64_t value);
    Line& natural(std::uint64_t value);
    Line& real(double value);
    Line& octets(std::span<const std::byte> bytes);
    Line& text(std::string_view words);
    Line& address(const Address& address); // with its scope
    Line& endpoint(const Endpoint& endpoint);
    Line& fault(std::error_code why);

    const std::string& str() const { return text_; }

private:
    std::string text_;
};

// Reading one. What is not there, or not what it should be, is zero, and is_sound() false from then
// on.
class Words {
public:
    explicit Words(std::string_view line) : rest_{line} { }

    std::string_view plain();
    std::int64_t number();
    std::uint64_t natural();
    double real();
    std::vector<std::byte> octets();
    std::string text();
    Address address();
    Endpoint endpoint();
    std::error_code fault();

    // `last` and what has passed since; `last` itself when that is an instant that no clock shows.
    template <class Scale>
    Instant<Scale> after(Instant<Scale> last)
    {
        return Instant<Scale>{Nanoseconds{sum(last.time_since_epoch().count(), number())}};
    }

    std::string_view rest() const { return rest_; } // not read yet
    bool is_sound() const { return is_sound_; }
    bool is_at_end() const { return rest_.empty(); }

private:
    template <class T>
    T spoiled(T value)
    {
        is_sound_ = false;
        return value;
    }

    std::int64_t sum(std::int64_t last, std::int64_t passed);

    std::string_view rest_;
    bool is_sound_ = true;
};

} // namespace timeball::record
