// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Addresses: text and prefixes. inet_pton and inet_ntop know the notation; nothing here asks the
// system.

#include "base/address.h"

#include "base/wire.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace timeball {

Address Address::ipv4(std::uint32_t host_order)
{
    Address a;
    for (std::size_t i = 0; i < 4; ++i)
        a.octets[i] = std::byte(host_order >> (24 - 8 * i));
    return a;
}

Address Address::ipv6(std::span<const std::byte, 16> octets, std::uint32_t scope)
{
    Address a{Family::ipv6, {}, scope};
    std::copy(octets.begin(), octets.end(), a.octets.begin());
    return a;
}

Address Address::hardware(std::uint64_t eui48, std::uint32_t scope)
{
    Address a{Family::ipv6, {}, scope};
    a.octets[0] = std::byte{0xfe};
    a.octets[1] = std::byte{0x80};
    for (std::size_t i = 15; i > 9; --i, eui48 >>= 8)
        a.octets[i] = std::byte(eui48 & 0xff);
    return a;
}

Address Address::loopback(Family family)
{
    if (family == Family::ipv4)
        return ipv4(0x7f000001);
    Address a{Family::ipv6, {}, 0};
    a.octets[15] = std::byte{1};
    return a;
}

std::uint32_t Address::to_ipv4() const
{
    return WireReader{octets}.take<std::uint32_t>();
}

bool Address::is_any() const
{
    return octets == decltype(octets){};
}

bool Address::is_loopback() const
{
    if (family == Family::ipv4)
        return octets[0] == std::byte{127};
    return octets == loopback(Family::ipv6).octets;
}

bool Address::is_multicast() const
{
    if (family == Family::ipv4)
        return (octets[0] & std::byte{0xf0}) == std::byte{0xe0};
    return octets[0] == std::byte{0xff};
}

bool Address::is_broadcast() const
{
    return family == Family::ipv4 && to_ipv4() == 0xffffffff;
}

bool Address::is_link_local() const
{
    return family == Family::ipv6 && octets[0] == std::byte{0xfe}
    && (octets[1] & std::byte{0xc0}) == std::byte{0x80};
}

namespace {

template <class T>
std::optional<T> number(std::string_view text, unsigned long most)
{
    unsigned long value = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (fault != std::errc{} || end != text.data() + text.size() || value > most)
        return std::nullopt;
    return static_cast<T>(value);
}

} // namespace

std::optional<Address> parse_address(std::string_view text)
{
    if (text.size() >= 2 && text.front() == '[' && text.back() == ']')
        text = text.substr(1, text.size() - 2);

    std::uint32_t scope = 0;
    if (const auto percent = text.find('%'); percent != text.npos) {
        const auto index = number<std::uint32_t>(text.substr(percent + 1), 0xffffffff);
        if (!index)
            return std::nullopt;
        scope = *index;
        text = text.substr(0, percent);
    }
    std::array<char, INET6_ADDRSTRLEN> copy{};
    if (text.empty() || text.size() >= copy.size())
        return std::nullopt;
    std::copy(text.begin(), text.end(), copy.begin());

    Address address;
    if (scope == 0 && inet_pton(AF_INET, copy.data(), address.octets.data()) == 1)
        return address;
    address.octets = {};
    if (inet_pton(AF_INET6, copy.data(), address.octets.data()) != 1)
        return std::nullopt;
    address.family = Family::ipv6;
    address.scope = scope;
    return address;
}

std::string to_string(const Address& address)
{
    std::array<char, INET6_ADDRSTRLEN> text{};
    inet_ntop(address.family == Family::ipv4 ? AF_INET : AF_INET6, address.octets.data(),
        text.data(), text.size());
    std::string result = text.data();
    if (address.scope != 0)
        result += "%" + std::to_string(address.scope);
    return result;
}

bool Prefix::contains(const Address& other) const
{
    if (other.family != address.family)
        return false;
    const std::size_t whole = length / 8;
    if (!std::equal(address.octets.begin(), address.octets.begin() + whole, other.octets.begin()))
        return false;
    const unsigned rest = length % 8;
    if (rest == 0)
        return true;
    const auto mask = std::byte(0xff00u >> rest);
    return (address.octets[whole] & mask) == (other.octets[whole] & mask);
}

Prefix make_prefix(Address address, unsigned length)
{
    length = std::min<unsigned>(length, static_cast<unsigned>(8 * address.size()));
    for (std::size_t i = 0; i < address.octets.size(); ++i) {
        const unsigned before = static_cast<unsigned>(8 * i);
        if (before >= length)
            address.octets[i] = std::byte{0};
        else if (before + 8 > length)
            address.octets[i] &= std::byte(0xff00u >> (length - before));
    }
    return {address, static_cast<std::uint8_t>(length)};
}

std::optional<Prefix> parse_prefix(std::string_view text)
{
    const auto slash = text.find('/');
    const auto address = parse_address(text.substr(0, slash));
    if (!address)
        return std::nullopt;
    const auto most = 8 * address->size();
    if (slash == text.npos)
        return make_prefix(*address, static_cast<unsigned>(most));
    const auto length = number<unsigned>(text.substr(slash + 1), most);
    if (!length)
        return std::nullopt;
    return make_prefix(*address, *length);
}

std::string to_string(const Prefix& prefix)
{
    return to_string(prefix.address) + "/" + std::to_string(prefix.length);
}

std::string to_string(const Endpoint& endpoint)
{
    const auto port = ":" + std::to_string(endpoint.port);
    if (endpoint.address.family == Family::ipv4)
        return to_string(endpoint.address) + port;
    return "[" + to_string(endpoint.address) + "]" + port;
}

std::optional<Endpoint> parse_endpoint(std::string_view text)
{
    const auto colon = text.rfind(':');
    if (colon == text.npos)
        return std::nullopt;
    const auto address = parse_address(text.substr(0, colon));
    const auto port = number<std::uint16_t>(text.substr(colon + 1), 65535);
    if (!address || !port || (address->family == Family::ipv6 && text.front() != '['))
        return std::nullopt;
    return Endpoint{*address, *port};
}

} // namespace timeball
