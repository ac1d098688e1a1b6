// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Writing JSON.

#include "timeballq/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>

namespace timeball::query {

namespace {

// Octets beyond ASCII are written as the characters of that number: whatever comes, it is JSON.
void write_string(std::string& out, std::string_view text)
{
    out += '"';
    for (const char c : text) {
        const auto code = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\')
            out.append("\\") += c;
        else if (code < 0x20 || code >= 0x7f)
            out += fmt::format("\\u{:04x}", code);
        else
            out += c;
    }
    out += '"';
}

} // namespace

Json Json::object()
{
    Json json;
    json.value_ = Members{};
    return json;
}

Json Json::array()
{
    Json json;
    json.value_ = Elements{};
    return json;
}

Json& Json::set(std::string_view name, Json value)
{
    auto* members = std::get_if<Members>(&value_);
    assert(members);
    const auto at = std::find_if(
        members->begin(), members->end(), [&](const auto& member) { return member.first == name; });
    if (at == members->end())
        members->emplace_back(name, std::move(value));
    else
        at->second = std::move(value);
    return *this;
}

Json& Json::add(Json value)
{
    auto* elements = std::get_if<Elements>(&value_);
    assert(elements);
    elements->push_back(std::move(value));
    return *this;
}

Json& Json::merge(Json members)
{
    auto* others = std::get_if<Members>(&members.value_);
    assert(others);
    for (auto& [name, value] : *others)
        set(name, std::move(value));
    return *this;
}

std::string Json::text() const
{
    std::string out;
    write(out);
    return out;
}

void Json::write(std::string& out) const
{
    if (const auto* truth = std::get_if<bool>(&value_)) {
        out += *truth ? "true" : "false";
    } else if (const auto* whole = std::get_if<long long>(&value_)) {
        out += fmt::format("{}", *whole);
    } else if (const auto* number = std::get_if<double>(&value_)) {
        out += std::isfinite(*number) ? fmt::format("{}", *number) : "null";
    } else if (const auto* string = std::get_if<std::string>(&value_)) {
        write_string(out, *string);
    } else if (const auto* members = std::get_if<Members>(&value_)) {
        char before = '{';
        for (const auto& [name, value] : *members) {
            out += std::exchange(before, ',');
            write_string(out, name);
            out += ':';
            value.write(out);
        }
        out += members->empty() ? "{}" : "}";
    } else if (const auto* elements = std::get_if<Elements>(&value_)) {
        char before = '[';
        for (const Json& value : *elements) {
            out += std::exchange(before, ',');
            value.write(out);
        }
        out += elements->empty() ? "[]" : "]";
    } else {
        out += "null";
    }
}

} // namespace timeball::query
