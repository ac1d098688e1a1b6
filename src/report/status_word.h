// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The status words of the control protocol (RFC 9327, section 3), made from a report.

#include "report/report.h"

namespace timeball::report {

std::uint16_t system_status(const System& system);
std::uint16_t peer_status(const Association& association);
std::uint16_t clock_status(const ReferenceClock& clock);

} // namespace timeball::report
