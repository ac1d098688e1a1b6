// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The key for requests that must be signed: one of a keys file, or one typed in piece by piece.

#include "base/result.h"
#include "control/session.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace timeball::query {

class Keyring {
public:
    // The text of a keys file. Without a choice before, a file of one key chooses that one. On
    // failure a sentence, which shows no secret, and nothing has changed.
    Result<void, std::string> read(std::string_view keys_file);

    void choose(KeyId id) { chosen_ = id; }
    KeyId chosen() const { return chosen_; }

    bool set_type(std::string_view name); // false: there is no such type
    std::string_view type() const; // of what is typed in

    Result<void, std::string> set_secret(std::string_view secret); // of the chosen key

    // Key 0 unless the chosen key has a secret.
    control::Credentials credentials() const;

private:
    void add(std::vector<ntp::Key> keys);

    std::vector<ntp::Key> keys_;
    KeyId chosen_;
    ntp::MacType type_ = ntp::MacType::md5; // as ntpq's
};

} // namespace timeball::query
