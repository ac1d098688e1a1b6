// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The option table: every word that may stand in a configuration, where it belongs, what values it
// takes and what it means. It drives parsing, bounds, suggestions and the lists in the manual. Each
// row is written once, beside the function that carries it out.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace timeball::config {

enum class Type : std::uint8_t {
    flag, // no value
    boolean, // true or false (timeball.conf)
    integer,
    number,
    offset, // a number; g adds 1024 weeks and G 8192 weeks (GPS week rollover)
    id, // an integer that names something: a wrong one is refused, not clamped
    text,
    special // a directive with a syntax of its own
};

enum class Support : std::uint8_t {
    full,
    silent, // accepted; nothing to do here
    none // accepted, and the operator is told once that it has no effect
};

struct Option {
    std::string_view scope; // the directive it belongs to; empty: it is one itself
    std::string_view name;
    Type type = Type::flag;
    double least = 0, most = 0; // of integers, numbers and ids
    std::string_view standard; // what holds without it
    std::string_view unit;
    std::string_view meaning; // sentences; why, where it has no effect
    Support support = Support::full;
};

struct Value {
    double number = 0; // exact for integers
    std::string text;
    bool is_true() const { return number != 0; }
    int integer() const { return static_cast<int>(number); }
};

// A row, and what it does to the thing it is a property of.
template <class T>
struct Word {
    Option option;
    void (*set)(T&, const Value&) = nullptr; // nothing to do where the support is not full
};

// The whole table, directives first.
const std::vector<Option>& option_table();

std::vector<const Option*> options_of(std::string_view scope);
std::vector<std::string_view> names_of(std::string_view scope);

// "a whole number from 3 to 17": what may stand behind the word.
std::string allowed(const Option& option);

// Reading a value out of its text; the bounds are not looked at.
struct ParsedNumber {
    bool is_valid = false;
    bool is_integer = false;
    double value = 0;
};
ParsedNumber parse_number(std::string_view text);
bool parse_value(const Option& option, std::string_view text, Value& value);

} // namespace timeball::config
