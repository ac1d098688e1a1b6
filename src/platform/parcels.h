// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Words and open files, sent from one process of this machine to another (unix(7), SCM_RIGHTS). The
// names of doors belong to the network namespace, as ports do; who knocks is known by the kernel.

#include "base/result.h"
#include "platform/file_descriptor.h"
#include "time/time.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace timeball::platform {

struct Parcel {
    std::string words;
    std::vector<FileDescriptor> files;
};

class Parcels {
public:
    static constexpr std::size_t most_words = 65536; // octets
    static constexpr std::size_t most_files = 64;

    // Opens a door of that name and waits behind it, or knocks at one.
    static Result<FileDescriptor, std::error_code> door(const std::string& name);
    static Result<Parcels, std::error_code> knock(const std::string& name);
    // Who has knocked; nothing when nobody has.
    static std::optional<Parcels> answer(const FileDescriptor& door);

    explicit Parcels(FileDescriptor fd) : fd_{std::move(fd)} { }

    // Waits a little for room. False: the other one is gone, or does not read.
    bool send(std::string_view words, std::span<const int> files = {});

    // The next one. Nothing when none comes in time, or when the other one is gone.
    std::optional<Parcel> receive(Nanoseconds patience);

    int descriptor() const { return fd_.get(); } // readable: there is a parcel, or the end

    // As the kernel says: who knocked, or who opened the door.
    int process() const;
    bool is_trusted() const; // root or our own user

private:
    FileDescriptor fd_;
};

// A text as a file without a name, for what is too long for words; and back, up to `most` octets.
FileDescriptor text_file(std::string_view text);
std::optional<std::string> text_of(const FileDescriptor& file, std::size_t most);

} // namespace timeball::platform
