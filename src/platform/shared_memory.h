// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Memory that another process can be given: each region is a file without a name (memfd_create(2)).

#include "edge/memory.h"
#include "platform/file_descriptor.h"

namespace timeball::platform {

class SharedMemory final : public Memory {
public:
    // Falls back on the heap where there are no such files.
    std::unique_ptr<Region> zeroed(std::size_t octets) override;
};

// The region's file; -1 when it is of the heap.
int descriptor(const Memory::Region& region);

// The region whose file this is, whole. Null when it cannot be had.
std::unique_ptr<Memory::Region> region_of(FileDescriptor fd);

} // namespace timeball::platform
