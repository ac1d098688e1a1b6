// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Reading keys: words, secrets as text or hex, and the addresses that may use them.

#include "ntp/keys.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace timeball::ntp {

namespace {

constexpr std::size_t longest_text = 20; // longer secrets are hex
constexpr std::size_t longest_secret = 32; // octets

std::string_view take_word(std::string_view& line)
{
    constexpr std::string_view blanks = " \t\r\f\v";
    line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
    const auto word = line.substr(0, line.find_first_of(blanks));
    line.remove_prefix(word.size());
    return word;
}

std::optional<unsigned> digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return std::nullopt;
}

std::optional<Secret> parse_secret(std::string_view word)
{
    if (word.size() <= longest_text)
        return Secret{std::as_bytes(std::span{word})};

    std::array<std::byte, longest_secret> room{};
    if (word.size() > 2 * room.size() || word.size() % 2 != 0)
        return std::nullopt;
    std::optional<Secret> secret;
    std::size_t i = 0;
    for (; i < word.size(); i += 2) {
        const auto high = digit(word[i]), low = digit(word[i + 1]);
        if (!high || !low)
            break;
        room[i / 2] = std::byte(*high << 4 | *low);
    }
    if (i == word.size())
        secret.emplace(std::span{room}.first(i / 2));
    wipe(room);
    return secret;
}

// Gives what is wrong with the line; empty when nothing.
std::string parse_line(std::string_view line, std::vector<Key>& keys)
{
    const auto id_word = take_word(line);
    if (id_word.empty())
        return {};
    Key key;
    const auto [end, fault]
        = std::from_chars(id_word.data(), id_word.data() + id_word.size(), key.id.value);
    if (fault != std::errc{} || end != id_word.data() + id_word.size() || key.id.value < 1
        || key.id.value > 65535)
        return "'" + std::string{id_word} + "' is not a key identifier (1 to 65535)";

    const std::string name = "key " + std::string{id_word};
    const auto type_word = take_word(line);
    const auto type = parse_mac_type(type_word);
    if (!type)
        return name + ": '" + std::string{type_word}
        + "' is not a key type (AES, AES192, AES256, SHA1, SHA256, SHA384, SHA512, MD5)";
    key.type = *type;

    const auto secret_word = take_word(line);
    if (secret_word.empty())
        return name + " has no secret";
    auto secret = parse_secret(secret_word);
    if (!secret)
        return name
            + ": a secret is up to 20 characters of text, or an even number of hexadecimal digits "
              "up to 64";
    key.secret = std::move(*secret);

    while (!line.empty()) {
        auto list = take_word(line);
        while (!list.empty()) {
            const auto word = list.substr(0, list.find(','));
            list.remove_prefix(std::min(word.size() + 1, list.size()));
            const auto prefix = parse_prefix(word);
            if (!prefix)
                return name + ": '" + std::string{word} + "' is not an address";
            key.allowed.push_back(*prefix);
        }
    }
    keys.push_back(std::move(key));
    return {};
}

} // namespace

ParsedKeys parse_keys(std::string_view text)
{
    ParsedKeys parsed;
    for (int number = 1; !text.empty(); ++number) {
        const auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        auto fault = parse_line(line.substr(0, line.find('#')), parsed.keys);
        if (!fault.empty())
            parsed.faults.push_back({number, std::move(fault)});
    }
    return parsed;
}

KeyTable trusted(std::vector<Key> keys, std::span<const KeyId> ids)
{
    std::erase_if(
        keys, [&](const Key& k) { return std::find(ids.begin(), ids.end(), k.id) == ids.end(); });
    return KeyTable{std::move(keys)};
}

} // namespace timeball::ntp
