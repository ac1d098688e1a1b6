// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The reference identifier that a server of stratum 2 and up shows for its upstream (RFC 5905,
// section 7.3): the IPv4 address, or the first four octets of the MD5 of the IPv6 address.

#include "base/address.h"
#include "ntp/types.h"

namespace timeball {

ReferenceId reference_id_of(const Address& upstream);

} // namespace timeball
