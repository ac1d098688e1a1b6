// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Stand-ins for secrets.

#include "record/disguise.h"

#include "ntp/header.h"
#include "ntp/keys.h"

#include <algorithm>
#include <array>

namespace timeball::record {

namespace {

constexpr std::string_view blanks = " \t\r\f\v";

// Who may use a key is not our question here.
std::unique_ptr<ntp::Authenticator> authenticator_of(std::string_view text)
{
    auto keys = ntp::parse_keys(text).keys;
    for (ntp::Key& key : keys)
        key.allowed.clear();
    return std::make_unique<ntp::Authenticator>(
        std::make_shared<const ntp::KeyTable>(std::move(keys)));
}

} // namespace

// What makes a secret right or wrong is its length and whether it is hexadecimal.
char Disguise::stand_in(char c)
{
    constexpr std::string_view hexadecimal = "0123456789abcdef";
    constexpr std::string_view others = "ghijklmnopqrstuvwxyz";
    const bool is_hexadecimal
        = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    const std::string_view from = is_hexadecimal ? hexadecimal : others;
    return from[random_.below(static_cast<std::uint32_t>(from.size()))];
}

std::string Disguise::keys(std::string_view text)
{
    std::string result;
    for (std::string_view rest = text; !rest.empty();) {
        auto line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(line.size() + 1, rest.size()));
        line = line.substr(0, line.find('#'));
        int word = 0; // identifier, type, secret, addresses
        bool is_in_word = false;
        for (const char c : line) {
            const bool is_blank = blanks.find(c) != blanks.npos;
            word += !is_blank && !is_in_word;
            is_in_word = !is_blank;
            result += word == 3 && is_in_word ? stand_in(c) : c;
        }
        result += '\n';
    }
    real_ = authenticator_of(text);
    stands_in_ = authenticator_of(result);
    return result;
}

std::vector<std::byte> Disguise::packet(std::span<const std::byte> bytes)
{
    std::vector<std::byte> result{bytes.begin(), bytes.end()};
    if (!real_)
        return result;
    for (const std::size_t size : {ntp::max_mac_size, ntp::max_mac_size - 4}) {
        if (bytes.size() < ntp::header_size + size)
            continue;
        const auto message = bytes.first(bytes.size() - size);
        const auto key = real_->verify(message, bytes.last(size), Address{});
        if (!key)
            continue;
        std::array<std::byte, ntp::max_mac_size> mac;
        if (stands_in_->sign(*key, message, mac) == size)
            std::copy_n(mac.begin(), size, result.end() - static_cast<std::ptrdiff_t>(size));
        break;
    }
    return result;
}

} // namespace timeball::record
