// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Digests and CMACs by OpenSSL. Each key's context is prepared once; a message then costs neither
// a key schedule nor an allocation of ours.

#include "ntp/mac.h"

#include "base/handle.h"
#include "base/wire.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

namespace timeball::ntp {

namespace {

using DigestContext = Handle<EVP_MD_CTX, EVP_MD_CTX_free>;
using Digest = Handle<EVP_MD, EVP_MD_free>;
using MacContext = Handle<EVP_MAC_CTX, EVP_MAC_CTX_free>;
using Mac = Handle<EVP_MAC, EVP_MAC_free>;

constexpr std::size_t key_id_size = 4;
constexpr std::size_t max_digest_on_wire = 20;

struct Algorithm {
    MacType type;
    const char* library_name; // of the digest, or of the cipher of a CMAC
    std::size_t cipher_key; // octets; 0: a digest
    std::string_view name; // how we spell it
};

constexpr std::array<Algorithm, 14> algorithms{{
    {MacType::md5, "MD5", 0, "MD5"},
    {MacType::sha1, "SHA1", 0, "SHA1"},
    {MacType::sha224, "SHA2-224", 0, "SHA224"},
    {MacType::sha256, "SHA2-256", 0, "SHA256"},
    {MacType::sha384, "SHA2-384", 0, "SHA384"},
    {MacType::sha512, "SHA2-512", 0, "SHA512"},
    {MacType::sha3_224, "SHA3-224", 0, "SHA3-224"},
    {MacType::sha3_256, "SHA3-256", 0, "SHA3-256"},
    {MacType::sha3_384, "SHA3-384", 0, "SHA3-384"},
    {MacType::sha3_512, "SHA3-512", 0, "SHA3-512"},
    {MacType::ripemd160, "RIPEMD-160", 0, "RIPEMD160"},
    {MacType::aes128_cmac, "AES-128-CBC", 16, "AES-128-CMAC"},
    {MacType::aes192_cmac, "AES-192-CBC", 24, "AES-192-CMAC"},
    {MacType::aes256_cmac, "AES-256-CBC", 32, "AES-256-CMAC"},
}};

struct Spelling {
    std::string_view name;
    MacType type;
};

constexpr Spelling spellings[] = {
    {"M", MacType::md5},
    {"SHA", MacType::sha1},
    {"SHA-1", MacType::sha1},
    {"SHA-224", MacType::sha224},
    {"SHA-256", MacType::sha256},
    {"SHA-384", MacType::sha384},
    {"SHA-512", MacType::sha512},
    {"RMD160", MacType::ripemd160},
    {"RIPEMD-160", MacType::ripemd160},
    {"AES", MacType::aes128_cmac},
    {"AES128", MacType::aes128_cmac},
    {"AES-128", MacType::aes128_cmac},
    {"AES-CMAC", MacType::aes128_cmac},
    {"AES128CMAC", MacType::aes128_cmac},
    {"AES192", MacType::aes192_cmac},
    {"AES-192", MacType::aes192_cmac},
    {"AES192CMAC", MacType::aes192_cmac},
    {"AES256", MacType::aes256_cmac},
    {"AES-256", MacType::aes256_cmac},
    {"AES256CMAC", MacType::aes256_cmac},
};

const Algorithm& algorithm(MacType type)
{
    return algorithms[static_cast<std::size_t>(type)];
}

const unsigned char* octets(std::span<const std::byte> bytes)
{
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

// The secret goes in front of the message: a digest that has already taken it can be copied.
DigestContext prepared_digest(const Algorithm& a, const Secret& secret)
{
    const Digest digest{EVP_MD_fetch(nullptr, a.library_name, nullptr)};
    DigestContext context{EVP_MD_CTX_new()};
    if (!digest || !context || EVP_DigestInit_ex2(context.get(), digest.get(), nullptr) != 1
        || EVP_DigestUpdate(context.get(), octets(secret.bytes()), secret.bytes().size()) != 1)
        return nullptr;
    return context;
}

MacContext prepared_cmac(const Algorithm& a, const Secret& secret)
{
    std::array<unsigned char, 32> key{}; // shorter secrets are followed by zeros
    const auto given = secret.bytes();
    std::copy_n(octets(given), std::min(given.size(), a.cipher_key), key.begin());

    const Mac mac{EVP_MAC_fetch(nullptr, "CMAC", nullptr)};
    MacContext context{mac ? EVP_MAC_CTX_new(mac.get()) : nullptr};
    std::string cipher = a.library_name;
    const std::array parameters{
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_CIPHER, cipher.data(), 0),
        OSSL_PARAM_construct_end()};
    const bool good
        = context && EVP_MAC_init(context.get(), key.data(), a.cipher_key, parameters.data()) == 1;
    wipe(std::as_writable_bytes(std::span{key}));
    return good ? std::move(context) : nullptr;
}

} // namespace

std::optional<MacType> parse_mac_type(std::string_view name)
{
    std::string upper{name};
    for (char& c : upper)
        c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    for (const Algorithm& a : algorithms)
        if (a.name == upper)
            return a.type;
    for (const Spelling& s : spellings)
        if (s.name == upper)
            return s.type;
    return std::nullopt;
}

std::string_view to_string(MacType type)
{
    return algorithm(type).name;
}

KeyTable::KeyTable(std::vector<Key> keys) : keys_{std::move(keys)}
{
    std::reverse(keys_.begin(), keys_.end());
    std::stable_sort(
        keys_.begin(), keys_.end(), [](const Key& a, const Key& b) { return a.id < b.id; });
    keys_.erase(std::unique(keys_.begin(), keys_.end(),
                    [](const Key& a, const Key& b) { return a.id == b.id; }),
        keys_.end());
}

std::optional<std::size_t> KeyTable::find(KeyId id) const
{
    const auto found = std::lower_bound(
        keys_.begin(), keys_.end(), id, [](const Key& k, KeyId wanted) { return k.id < wanted; });
    if (found == keys_.end() || found->id != id)
        return std::nullopt;
    return static_cast<std::size_t>(found - keys_.begin());
}

struct Authenticator::Context {
    DigestContext prepared, scratch; // of a digest
    MacContext mac; // of a CMAC

    explicit Context(const Key& key)
    {
        const Algorithm& a = algorithm(key.type);
        if (a.cipher_key == 0) {
            prepared = prepared_digest(a, key.secret);
            scratch.reset(EVP_MD_CTX_new());
        } else {
            mac = prepared_cmac(a, key.secret);
        }
    }

    bool is_cmac() const { return mac != nullptr; }

    // Size of the whole digest; 0 when the library fails.
    std::size_t digest(
        std::span<const std::byte> message, std::array<unsigned char, EVP_MAX_MD_SIZE>& room)
    {
        if (mac) {
            std::size_t size = 0;
            // Without a key it begins anew with the one it has.
            const bool good = EVP_MAC_init(mac.get(), nullptr, 0, nullptr) == 1
                && EVP_MAC_update(mac.get(), octets(message), message.size()) == 1
                && EVP_MAC_final(mac.get(), room.data(), &size, room.size()) == 1;
            return good ? size : 0;
        }
        unsigned size = 0;
        const bool good = prepared && scratch
            && EVP_MD_CTX_copy_ex(scratch.get(), prepared.get()) == 1
            && EVP_DigestUpdate(scratch.get(), octets(message), message.size()) == 1
            && EVP_DigestFinal_ex(scratch.get(), room.data(), &size) == 1;
        return good ? size : 0;
    }
};

Authenticator::Authenticator(std::shared_ptr<const KeyTable> keys) : keys_{std::move(keys)}
{
    contexts_.reserve(keys_->keys().size());
    for (const Key& key : keys_->keys())
        contexts_.emplace_back(key);
}

Authenticator::~Authenticator() = default;
Authenticator::Authenticator(Authenticator&&) noexcept = default;
Authenticator& Authenticator::operator=(Authenticator&&) noexcept = default;

MacCounts& MacCounts::operator+=(const MacCounts& other)
{
    for (const auto count : {&MacCounts::lookups, &MacCounts::not_found, &MacCounts::digests_made,
             &MacCounts::cmacs_made, &MacCounts::digests_checked, &MacCounts::digests_wrong,
             &MacCounts::cmacs_checked, &MacCounts::cmacs_wrong})
        this->*count += other.*count;
    return *this;
}

std::optional<std::size_t> Authenticator::find(KeyId id)
{
    const auto index = keys_->find(id);
    ++counts_.lookups;
    if (!index)
        ++counts_.not_found;
    return index;
}

std::size_t Authenticator::sign(
    KeyId id, std::span<const std::byte> message, std::span<std::byte> room)
{
    const auto index = find(id);
    if (!index)
        return 0;
    Context& context = contexts_[*index];
    ++(context.is_cmac() ? counts_.cmacs_made : counts_.digests_made);
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
    const std::size_t size = std::min(context.digest(message, digest), max_digest_on_wire);
    if (size == 0)
        return 0;
    WireWriter out{room};
    out.put(id.value);
    out.put(std::as_bytes(std::span{digest}.first(size)));
    return out.used();
}

Result<KeyId, MacFault> Authenticator::verify(
    std::span<const std::byte> message, std::span<const std::byte> mac, const Address& from)
{
    if (mac.size() <= key_id_size)
        return unexpected(MacFault::wrong);
    const KeyId id{WireReader{mac}.take<std::uint32_t>()};
    const auto index = find(id);
    if (!index)
        return unexpected(MacFault::unknown_key);
    const auto& allowed = keys_->keys()[*index].allowed;
    if (!allowed.empty() && std::none_of(allowed.begin(), allowed.end(), [&](const Prefix& p) {
            return p.contains(from);
        }))
        return unexpected(MacFault::unknown_key);

    std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
    Context& context = contexts_[*index];
    const bool is_cmac = context.is_cmac();
    ++(is_cmac ? counts_.cmacs_checked : counts_.digests_checked);
    const std::size_t whole = context.digest(message, digest);
    const auto given = mac.subspan(key_id_size);
    const std::size_t size = given.size() == whole ? whole : std::min(whole, max_digest_on_wire);
    const auto expected = std::as_bytes(std::span{digest}.first(size));
    if (size == 0 || !equal_in_constant_time(expected, given)) {
        ++(is_cmac ? counts_.cmacs_wrong : counts_.digests_wrong);
        return unexpected(MacFault::wrong);
    }
    return id;
}

} // namespace timeball::ntp
