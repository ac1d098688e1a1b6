// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Memory that another process can be given.

#include "platform/shared_memory.h"

#include <sys/mman.h>
#include <sys/stat.h>

namespace timeball::platform {

namespace {

class SharedRegion final : public Memory::Region {
public:
    SharedRegion(FileDescriptor fd, std::byte* begin, std::size_t size)
        : fd_{std::move(fd)}, octets_{begin, size}
    {
    }
    ~SharedRegion() override { munmap(octets_.data(), octets_.size()); }
    SharedRegion(const SharedRegion&) = delete;
    SharedRegion& operator=(const SharedRegion&) = delete;

    std::span<std::byte> octets() override { return octets_; }
    int descriptor() const { return fd_.get(); }

private:
    FileDescriptor fd_;
    std::span<std::byte> octets_;
};

std::unique_ptr<Memory::Region> mapped(FileDescriptor fd, std::size_t size)
{
    void* const begin
        = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd.get(), 0);
    if (begin == MAP_FAILED)
        return nullptr;
    return std::make_unique<SharedRegion>(std::move(fd), static_cast<std::byte*>(begin), size);
}

} // namespace

std::unique_ptr<Memory::Region> SharedMemory::zeroed(std::size_t octets)
{
    FileDescriptor fd{memfd_create("timeball", MFD_CLOEXEC)};
    if (fd && ftruncate(fd.get(), static_cast<off_t>(octets)) == 0)
        if (auto region = mapped(std::move(fd), octets))
            return region;
    return HeapMemory{}.zeroed(octets);
}

int descriptor(const Memory::Region& region)
{
    const auto* const shared = dynamic_cast<const SharedRegion*>(&region);
    return shared ? shared->descriptor() : -1;
}

std::unique_ptr<Memory::Region> region_of(FileDescriptor fd)
{
    struct stat about = {};
    if (fstat(fd.get(), &about) != 0 || !S_ISREG(about.st_mode) || about.st_size <= 0)
        return nullptr;
    return mapped(std::move(fd), static_cast<std::size_t>(about.st_size));
}

} // namespace timeball::platform
