// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Keys for signed requests.

#include "timeballq/keyring.h"

#include "ntp/keys.h"

#include <fmt/format.h>

#include <algorithm>

namespace timeball::query {

void Keyring::add(std::vector<ntp::Key> keys)
{
    for (ntp::Key& key : keys) {
        key.allowed.clear(); // who may use it is a question for servers
        std::erase_if(keys_, [&](const ntp::Key& known) { return known.id == key.id; });
        keys_.push_back(std::move(key));
    }
}

Result<void, std::string> Keyring::read(std::string_view keys_file)
{
    auto parsed = ntp::parse_keys(keys_file);
    if (parsed.keys.empty())
        return unexpected(parsed.faults.empty()
                ? std::string{"there are no keys in it"}
                : fmt::format("line {}: {}", parsed.faults[0].line, parsed.faults[0].text));
    if (chosen_ == KeyId{} && parsed.keys.size() == 1)
        chosen_ = parsed.keys.front().id;
    add(std::move(parsed.keys));
    return {};
}

bool Keyring::set_type(std::string_view name)
{
    const auto type = ntp::parse_mac_type(name);
    if (type)
        type_ = *type;
    return type.has_value();
}

std::string_view Keyring::type() const
{
    return ntp::to_string(type_);
}

Result<void, std::string> Keyring::set_secret(std::string_view secret)
{
    if (secret.find_first_of("# \t\r\n") != secret.npos)
        return unexpected(std::string{"a secret has neither blanks nor '#'"});
    auto parsed = ntp::parse_keys(fmt::format("{} {} {}", chosen_.value, type(), secret));
    if (!parsed.faults.empty())
        return unexpected(parsed.faults[0].text);
    add(std::move(parsed.keys));
    return {};
}

control::Credentials Keyring::credentials() const
{
    const auto key = std::find_if(
        keys_.begin(), keys_.end(), [&](const ntp::Key& k) { return k.id == chosen_; });
    if (key == keys_.end())
        return {};
    std::vector<ntp::Key> one;
    one.push_back({key->id, key->type, key->secret.clone(), {}});
    return {key->id, std::make_shared<const ntp::KeyTable>(std::move(one))};
}

} // namespace timeball::query
