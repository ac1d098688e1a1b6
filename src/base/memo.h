// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// What one process writes down for another one of the same build or near it: values as words of
// text, in the order in which both name them. One function for a type serves both ways:
//
//     template <class Memo> void remember(Memo& memo, Schedule& s) { memo(s.poll, s.reach); }
//
// in the type's own namespace. For numbers, strings, containers, instants, frequencies and for
// types whose one member is `value` or `log2` there is nothing to write. A reader takes nothing for
// granted: other words, numbers that do not fit, and what is too long are a fault, and nothing more
// is read after one.

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace timeball {

namespace memo {

inline constexpr std::size_t longest = 65536; // elements of one container
inline constexpr std::size_t most_text = 16u << 20; // octets

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <class T>
inline constexpr bool is_list = false;
template <class T>
inline constexpr bool is_list<std::vector<T>> = true;
template <class T>
inline constexpr bool is_list<std::deque<T>> = true;
template <class T>
inline constexpr bool is_array = false;
template <class T, std::size_t n>
inline constexpr bool is_array<std::array<T, n>> = true;
template <class T>
inline constexpr bool is_duration = false;
template <class R, class P>
inline constexpr bool is_duration<std::chrono::duration<R, P>> = true;
template <class T>
inline constexpr bool is_instant = false;
template <class S, class D>
inline constexpr bool is_instant<std::chrono::time_point<S, D>> = true;

// `as` is how the value is written, `back` makes the value of that.
template <class Memo, class T, class As, class Back>
void by_way_of(Memo& memo, T& value, As as, Back back)
{
    memo(as);
    if constexpr (Memo::is_reading)
        value = back(as);
}

template <class Memo, class T>
void transfer(Memo& memo, T& value)
{
    if constexpr (std::is_same_v<T, std::string>) {
        memo.text(value);
    } else if constexpr (std::is_same_v<T, bool>) {
        by_way_of(memo, value, static_cast<unsigned>(value), [&](unsigned n) {
            memo.check(n < 2);
            return n != 0;
        });
    } else if constexpr (std::is_enum_v<T>) {
        using Number = std::underlying_type_t<T>;
        by_way_of(memo, value, static_cast<Number>(value), [](Number n) { return T{n}; });
    } else if constexpr (std::is_arithmetic_v<T>) {
        memo.number(value);
    } else if constexpr (is_duration<T>) {
        by_way_of(memo, value, value.count(), [](auto n) { return T{n}; });
    } else if constexpr (is_instant<T>) {
        by_way_of(memo, value, value.time_since_epoch(), [](auto since) { return T{since}; });
    } else if constexpr (requires { T::ratio(value.ratio()); }) {
        by_way_of(memo, value, value.ratio(), [](double r) { return T::ratio(r); });
    } else if constexpr (is_optional<T>) {
        bool is_there = value.has_value();
        memo(is_there);
        if constexpr (Memo::is_reading) {
            value.reset();
            if (is_there)
                value.emplace();
        }
        if (value)
            memo(*value);
    } else if constexpr (is_list<T>) {
        std::size_t count = value.size();
        memo(count);
        memo.check(count <= longest);
        if constexpr (Memo::is_reading) {
            value.clear();
            for (; memo.is_good() && count > 0; --count)
                memo(value.emplace_back());
        } else
            for (auto& each : value)
                memo(each);
    } else if constexpr (is_array<T>) {
        for (auto& each : value)
            memo(each);
    } else if constexpr (requires { requires sizeof(T) == sizeof(value.value); }) {
        memo(value.value);
    } else if constexpr (requires { requires sizeof(T) == sizeof(value.log2); }) {
        memo(value.log2);
    } else {
        remember(memo, value);
    }
}

} // namespace memo

class MemoWriter {
public:
    static constexpr bool is_reading = false;

    template <class... T>
    void operator()(T&... values)
    {
        (memo::transfer(*this, values), ...);
    }

    // A word of its own, so that what belongs elsewhere is not taken for this.
    void title(std::string_view word) { (text_ += word) += ' '; }

    template <class T>
    void number(T value)
    {
        std::array<char, 64> room;
        const auto end = std::to_chars(room.data(), room.data() + room.size(), value).ptr;
        title({room.data(), static_cast<std::size_t>(end - room.data())});
    }
    void text(const std::string& value)
    {
        number(value.size());
        (text_ += value) += ' ';
    }
    void check(bool) { }
    bool is_good() const { return true; }

    const std::string& written() const { return text_; }

private:
    std::string text_;
};

class MemoReader {
public:
    static constexpr bool is_reading = true;

    // `text` outlives it.
    explicit MemoReader(std::string_view text)
        : rest_{text}, is_good_{text.size() <= memo::most_text}
    {
    }

    template <class... T>
    void operator()(T&... values)
    {
        (memo::transfer(*this, values), ...);
    }

    void title(std::string_view word) { check(next() == word); }

    template <class T>
    void number(T& value)
    {
        const std::string_view word = next();
        T read{};
        const auto [end, fault] = std::from_chars(word.data(), word.data() + word.size(), read);
        check(!word.empty() && fault == std::errc{} && end == word.data() + word.size());
        if constexpr (std::is_floating_point_v<T>)
            check(std::isfinite(read));
        if (is_good_)
            value = read;
    }
    void text(std::string& value)
    {
        std::size_t size = 0;
        number(size);
        check(size < rest_.size());
        if (!is_good_)
            return;
        value = rest_.substr(0, size);
        rest_.remove_prefix(size);
        check(next().empty());
    }

    // A condition that what was read must meet.
    void check(bool is_met) { is_good_ = is_good_ && is_met; }

    bool is_good() const { return is_good_; } // so far
    bool is_done() const { return is_good_ && rest_.empty(); } // all was read, and rightly

private:
    // Up to the next blank; empty at the end.
    std::string_view next()
    {
        const auto blank = rest_.find(' ');
        check(blank != rest_.npos);
        if (!is_good_)
            return {};
        const std::string_view word = rest_.substr(0, blank);
        rest_.remove_prefix(blank + 1);
        return word;
    }

    std::string_view rest_;
    bool is_good_ = true;
};

// All of one value, as text and back. Nothing when the text is not that.
template <class T>
std::string written_down(const T& value)
{
    MemoWriter memo;
    memo(const_cast<T&>(value)); // a writer changes nothing
    return memo.written();
}

template <class T>
std::optional<T> read_back(std::string_view text)
{
    MemoReader memo{text};
    std::optional<T> value{std::in_place};
    memo(*value);
    return memo.is_done() ? std::move(value) : std::nullopt;
}

} // namespace timeball
