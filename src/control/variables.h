// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Lists of variables as control messages carry them: `name=value, name="a, b", name`. Reading them
// is total and as tolerant as ntpq is of what old servers send.

#include "ntp/timestamp.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace timeball::control {

// The names in a request, in its order. Values, as some programs send them, are ignored.
std::vector<std::string_view> names_in(std::string_view question);

struct Variable {
    std::string name;
    std::string value; // without quotes
    bool is_quoted = false;

    bool operator==(const Variable&) const = default;
};

// The variables of a reply, in its order. A name that comes twice is kept in its first place with
// its last value.
class VariableList {
public:
    void set(Variable variable);
    const std::string* find(std::string_view name) const;
    std::string get(std::string_view name) const; // empty when there is no such variable
    std::optional<double> number(std::string_view name) const; // decimal or 0x..
    std::optional<long long> integer(std::string_view name) const;

    bool empty() const { return all_.empty(); }
    std::size_t size() const { return all_.size(); }
    auto begin() const { return all_.begin(); }
    auto end() const { return all_.end(); }

private:
    std::vector<Variable> all_;
};

// Control characters and octets from 127 up are left out; commas separate outside of quotes only.
VariableList parse_variables(std::string_view reply);

// Lists of rows (clients, interfaces, restrictions): "addr.0=.., hits.0=.., addr.1=..". Each row
// has its variables without their numbers; what has no number is `plain`.
struct Rows {
    VariableList plain;
    std::vector<VariableList> rows; // by number; empty where a number is left out
};
Rows parse_rows(std::string_view reply);

// What a value is as a number: decimal or 0x.., the whole text or nothing.
std::optional<long long> to_integer(std::string_view text);
std::optional<double> to_number(std::string_view text);
std::optional<ntp::Timestamp> to_timestamp(std::string_view text); // "0x01234567.89abcdef"

} // namespace timeball::control
