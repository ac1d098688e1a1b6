// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The keys file, as text: lines `ID TYPE SECRET [ADDRESSES]`. A wrong line is a message for the
// operator; the others still load.

#include "ntp/mac.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace timeball::ntp {

struct KeysFault {
    int line = 0;
    std::string text; // never shows a secret
};

struct ParsedKeys {
    std::vector<Key> keys; // in order of the file
    std::vector<KeysFault> faults;
};

ParsedKeys parse_keys(std::string_view text);

// Only these may authenticate anybody. What is left out is wiped.
KeyTable trusted(std::vector<Key> keys, std::span<const KeyId> ids);

} // namespace timeball::ntp
