// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The program of serve/xdp/responder.bpf.c, compiled, within this one: nothing is to be found, or
// to be exchanged, when it runs.

#include <cstddef>
#include <span>

namespace timeball::platform {

std::span<const std::byte> xdp_object(); // an ELF file, aligned as one

} // namespace timeball::platform
