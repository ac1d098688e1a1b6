// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Message authentication with symmetric keys (RFC 5905, section 7.3; RFC 8573 for AES-CMAC): after
// the message come four octets of key identifier and the digest, of which at most 20 octets go on
// the wire.

#include "base/address.h"
#include "base/result.h"
#include "base/secret.h"
#include "ntp/types.h"

#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace timeball::ntp {

enum class MacType : std::uint8_t {
    md5,
    sha1,
    sha224,
    sha256,
    sha384,
    sha512,
    sha3_224,
    sha3_256,
    sha3_384,
    sha3_512,
    ripemd160,
    aes128_cmac,
    aes192_cmac,
    aes256_cmac
};

// As a keys file may spell it, in any case.
std::optional<MacType> parse_mac_type(std::string_view name);
std::string_view to_string(MacType type);

struct Key {
    KeyId id;
    MacType type = MacType::md5;
    Secret secret;
    std::vector<Prefix> allowed; // who may use it; empty: anybody
};

// The trusted keys, sorted by identifier. Immutable, so that threads may share one.
class KeyTable {
public:
    KeyTable() = default;
    explicit KeyTable(std::vector<Key> keys); // of one identifier the last stays

    const std::vector<Key>& keys() const { return keys_; }
    std::optional<std::size_t> find(KeyId id) const; // index into keys()

private:
    std::vector<Key> keys_;
};

// What an authenticator has done.
struct MacCounts {
    std::uint64_t lookups = 0, not_found = 0; // of keys
    std::uint64_t digests_made = 0, cmacs_made = 0;
    std::uint64_t digests_checked = 0, digests_wrong = 0;
    std::uint64_t cmacs_checked = 0, cmacs_wrong = 0;

    MacCounts& operator+=(const MacCounts& other);
};

enum class MacFault : std::uint8_t {
    unknown_key, // also one that this sender may not use
    wrong
};

inline constexpr std::size_t max_mac_size = 4 + 20;

// Signs and verifies with the keys of one table. It holds the library's working contexts: one for
// each thread.
class Authenticator {
public:
    explicit Authenticator(std::shared_ptr<const KeyTable> keys);
    ~Authenticator();
    Authenticator(Authenticator&&) noexcept;
    Authenticator& operator=(Authenticator&&) noexcept;

    // The MAC of `message`, written into `room` of max_mac_size octets. Gives its size; 0 when
    // there is no such key or the library does not offer its algorithm.
    std::size_t sign(KeyId id, std::span<const std::byte> message, std::span<std::byte> room);

    // `mac` begins with the key identifier. Gives the key when the MAC is right. A digest may be
    // longer than 20 octets if it is whole: ntpq sends SHA-256 so.
    Result<KeyId, MacFault> verify(
        std::span<const std::byte> message, std::span<const std::byte> mac, const Address& from);

    const MacCounts& counts() const { return counts_; }

private:
    struct Context;
    std::optional<std::size_t> find(KeyId id);

    std::shared_ptr<const KeyTable> keys_;
    MacCounts counts_;
    std::vector<Context> contexts_; // as keys_->keys()
};

} // namespace timeball::ntp
