// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Handle: owns an object of a C library and gives it back with the library's own function.

#include <memory>

namespace timeball {

template <auto release>
struct Releases {
    template <class T>
    void operator()(T* p) const noexcept
    {
        release(p);
    }
};

template <class T, auto release>
using Handle = std::unique_ptr<T, Releases<release>>;

} // namespace timeball
