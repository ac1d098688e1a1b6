// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Names of verdicts, for counters that people read.

#include "ntp/verdict.h"

namespace timeball::ntp {

std::string_view to_string(Verdict v)
{
    switch (v) {
    case Verdict::answered_client:
        return "answered_client";
    case Verdict::answered_interleaved:
        return "answered_interleaved";
    case Verdict::answered_symmetric:
        return "answered_symmetric";
    case Verdict::answered_v1:
        return "answered_v1";
    case Verdict::answered_limited:
        return "answered_limited";
    case Verdict::kiss_rate:
        return "kiss_rate";
    case Verdict::control:
        return "control";
    case Verdict::truncated:
        return "truncated";
    case Verdict::short_packet:
        return "short_packet";
    case Verdict::bad_version:
        return "bad_version";
    case Verdict::bad_mode:
        return "bad_mode";
    case Verdict::reflected:
        return "reflected";
    case Verdict::bad_length:
        return "bad_length";
    case Verdict::crypto_nak:
        return "crypto_nak";
    case Verdict::bad_port:
        return "bad_port";
    case Verdict::bad_source:
        return "bad_source";
    case Verdict::own_source:
        return "own_source";
    case Verdict::bad_destination:
        return "bad_destination";
    case Verdict::dropped_interface:
        return "dropped_interface";
    case Verdict::dropped_ignored:
        return "dropped_ignored";
    case Verdict::dropped_noserve:
        return "dropped_noserve";
    case Verdict::dropped_noquery:
        return "dropped_noquery";
    case Verdict::dropped_notrust:
        return "dropped_notrust";
    case Verdict::dropped_version:
        return "dropped_version";
    case Verdict::dropped_flake:
        return "dropped_flake";
    case Verdict::limited_silent:
        return "limited_silent";
    case Verdict::shed_newcomer:
        return "shed_newcomer";
    case Verdict::shed_stale:
        return "shed_stale";
    case Verdict::shed_ceiling:
        return "shed_ceiling";
    case Verdict::control_limited:
        return "control_limited";
    case Verdict::control_overflow:
        return "control_overflow";
    case Verdict::unknown_key:
        return "unknown_key";
    case Verdict::bad_auth:
        return "bad_auth";
    case Verdict::straddles_step:
        return "straddles_step";
    case Verdict::unsynchronized_silent:
        return "unsynchronized_silent";
    }
    return "unknown";
}

} // namespace timeball::ntp
