// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Result: a value, or the reason why there is none. It has the vocabulary of std::expected, which
// our compilers do not offer in C++20, so that it can become an alias one day.

#include <cassert>
#include <utility>
#include <variant>

namespace timeball {

template <class E>
struct Unexpected {
    E error;
};
template <class E>
Unexpected(E) -> Unexpected<E>;

template <class E>
Unexpected<std::decay_t<E>> unexpected(E&& error)
{
    return {std::forward<E>(error)};
}

template <class T, class E>
class [[nodiscard]] Result {
public:
    using value_type = T;
    using error_type = E;

    Result(T value) : state_{std::in_place_index<0>, std::move(value)} { }
    template <class G>
    Result(Unexpected<G> failure) : state_{std::in_place_index<1>, std::move(failure.error)}
    {
    }

    bool has_value() const { return state_.index() == 0; }
    explicit operator bool() const { return has_value(); }

    T& value() & { return (assert(has_value()), *std::get_if<0>(&state_)); }
    const T& value() const& { return (assert(has_value()), *std::get_if<0>(&state_)); }
    T&& value() && { return (assert(has_value()), std::move(*std::get_if<0>(&state_))); }
    const E& error() const { return (assert(!has_value()), *std::get_if<1>(&state_)); }

    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T&& operator*() && { return std::move(*this).value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }

    template <class U>
    T value_or(U&& other) const
    {
        return has_value() ? value() : static_cast<T>(std::forward<U>(other));
    }

private:
    std::variant<T, E> state_;
};

template <class E>
class [[nodiscard]] Result<void, E> {
public:
    using value_type = void;
    using error_type = E;

    Result() = default;
    template <class G>
    Result(Unexpected<G> failure) : state_{std::in_place_index<1>, std::move(failure.error)}
    {
    }

    bool has_value() const { return state_.index() == 0; }
    explicit operator bool() const { return has_value(); }
    const E& error() const { return (assert(!has_value()), *std::get_if<1>(&state_)); }

private:
    std::variant<std::monostate, E> state_;
};

} // namespace timeball
