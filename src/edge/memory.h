// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Large memory that comes zeroed, each page when it is first touched. That of a real platform can
// be given to another process.

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>
#include <span>

namespace timeball {

class Memory {
public:
    class Region { // given back by its destructor
    public:
        virtual ~Region() = default;
        virtual std::span<std::byte> octets() = 0;
    };

    virtual ~Memory() = default;
    virtual std::unique_ptr<Region> zeroed(std::size_t octets) = 0; // throws std::bad_alloc
};

// Of the heap.
class HeapMemory final : public Memory {
public:
    std::unique_ptr<Region> zeroed(std::size_t octets) override
    {
        return std::make_unique<Block>(octets);
    }

private:
    struct Free {
        void operator()(std::byte* p) const noexcept { std::free(p); }
    };
    class Block final : public Region {
    public:
        explicit Block(std::size_t size)
            : octets_{static_cast<std::byte*>(std::calloc(size, 1))}, size_{size}
        {
            if (!octets_)
                throw std::bad_alloc{};
        }
        std::span<std::byte> octets() override { return {octets_.get(), size_}; }

    private:
        std::unique_ptr<std::byte[], Free> octets_;
        std::size_t size_;
    };
};

} // namespace timeball
