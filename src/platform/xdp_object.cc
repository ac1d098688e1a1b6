// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The compiled program, made into numbers by the build.

#include "platform/xdp_object.h"

namespace timeball::platform {

namespace {

alignas(8) constexpr unsigned char object[] = {
#include "serve/xdp/responder.bpf.inc"
};

} // namespace

std::span<const std::byte> xdp_object()
{
    return std::as_bytes(std::span{object});
}

} // namespace timeball::platform
