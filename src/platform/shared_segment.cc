// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// A System V segment that another process writes time into.

#include "platform/shared_segment.h"

#include "platform/file_descriptor.h"

#include <sys/ipc.h>
#include <sys/shm.h>

#include <atomic>
#include <cassert>
#include <cstring>

namespace timeball::platform {

namespace {

class SystemSegment final : public SharedSegment {
public:
    explicit SystemSegment(void* begin) : words_{static_cast<Word*>(begin)} { }
    ~SystemSegment() override { shmdt(words_); }
    SystemSegment(const SystemSegment&) = delete;
    SystemSegment& operator=(const SystemSegment&) = delete;

    // Word by word, in order, so that a counter at the beginning tells of two copies whether the
    // first is whole.
    std::array<std::byte, size> copy() override
    {
        std::array<std::byte, size> result;
        for (std::size_t i = 0; i < size / sizeof(Word); ++i) {
            const Word word = std::atomic_ref{words_[i]}.load(std::memory_order_acquire);
            std::memcpy(result.data() + i * sizeof word, &word, sizeof word);
        }
        return result;
    }

    void set_word(std::size_t offset, std::int32_t value) override
    {
        assert(offset % sizeof(Word) == 0 && offset < size);
        std::atomic_ref{words_[offset / sizeof(Word)]}.store(value, std::memory_order_release);
    }

private:
    using Word = std::int32_t;
    Word* words_;
};

} // namespace

Result<std::unique_ptr<SharedSegment>, std::error_code> open_system_segment(
    std::int32_t key, unsigned permissions)
{
    const int id
        = shmget(key, SharedSegment::size, static_cast<int>(IPC_CREAT | (permissions & 0777)));
    if (id < 0)
        return unexpected(last_error());
    void* const begin = shmat(id, nullptr, 0);
    if (begin == reinterpret_cast<void*>(-1))
        return unexpected(last_error());
    return std::unique_ptr<SharedSegment>{std::make_unique<SystemSegment>(begin)};
}

} // namespace timeball::platform
