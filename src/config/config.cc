// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// When two sources, and two entries of the access list, are the same.

#include "config/config.h"

#include <fmt/format.h>

#include <tuple>

namespace timeball::config {

namespace {

auto tied(const SourceConfig& s)
{
    return std::tie(s.type, s.host, s.family, s.port, s.iburst, s.burst, s.is_preferred,
        s.is_noselect, s.is_true, s.is_preemptible, s.interleaved, s.nts, s.nts_port, s.nts_ca,
        s.nts_aead, s.nts_no_verify, s.minpoll, s.maxpoll, s.version, s.key, s.bias, s.refclock);
}

auto tied(const RestrictEntry& e)
{
    return std::tie(e.address, e.mask, e.ntpport, e.flags, e.is_source_template);
}

} // namespace

bool SourceConfig::operator==(const SourceConfig& other) const
{
    return tied(*this) == tied(other);
}

bool RestrictEntry::operator==(const RestrictEntry& other) const
{
    return tied(*this) == tied(other);
}

std::string identity(const SourceConfig& source)
{
    if (source.refclock)
        return fmt::format("clock {} {}", source.refclock->driver, source.refclock->unit);
    std::string family;
    if (source.family)
        family = *source.family == Family::ipv4 ? " -4" : " -6";
    return fmt::format("{}{} {} {}", source.type == SourceType::pool ? "pool" : "server", family,
        source.host, source.port);
}

} // namespace timeball::config
