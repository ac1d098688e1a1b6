// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The reference identifier that a server of stratum 2 and up shows for its upstream (RFC 5905,
// section 7.3): the IPv4 address, or the first four octets of the MD5 of the IPv6 address.

#include "base/address.h"
#include "ntp/types.h"

namespace timeball {

ReferenceId reference_id_of(const Address& upstream);

// While a leap second is smeared, ntpd shows 254 and in 24 bits how far what it tells has left UTC:
// a signed number of 2^-22 s.
ReferenceId reference_id_of_smear(Seconds offset);

} // namespace timeball
