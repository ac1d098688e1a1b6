// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Values of JSON (RFC 8259), made to be written: on one line, objects in the order in which they
// were filled.

#include <concepts>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace timeball::query {

class Json {
public:
    Json() = default; // null
    Json(std::integral auto number) // also true and false
    {
        if constexpr (std::same_as<decltype(number), bool>)
            value_ = number;
        else
            value_ = static_cast<long long>(number);
    }
    Json(double number) : value_{number} { } // null unless finite
    Json(std::string text) : value_{std::move(text)} { }
    Json(std::string_view text) : value_{std::string{text}} { }
    Json(const char* text) : value_{std::string{text}} { }

    static Json object();
    static Json array();

    Json& set(std::string_view name, Json value); // of an object; a name that is there is replaced
    Json& add(Json value); // to an array
    Json& merge(Json members); // of another object

    bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
    std::string text() const;

private:
    using Members = std::vector<std::pair<std::string, Json>>;
    using Elements = std::vector<Json>;

    void write(std::string& out) const;

    std::variant<std::monostate, bool, long long, double, std::string, Members, Elements> value_;
};

} // namespace timeball::query
