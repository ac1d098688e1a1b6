// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Rows of READ_ORDLIST.

#include "report/listings.h"

#include "report/mode6_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace timeball::report {

namespace {

// ntpq leaves out a row whose name has other characters.
std::string plain(std::string name)
{
    for (char& c : name)
        if (!std::isalnum(static_cast<unsigned char>(c))
            && std::string_view{"/.:[]% "}.find(c) == std::string_view::npos)
            c = '.';
    return name;
}

std::string row_text(const InterfaceRow& row, std::size_t n)
{
    return fmt::format("addr.{0}={1}, bcast.{0}=, en.{0}={2}, name.{0}={3}, flags.{0}={4:#x}, "
                       "rx.{0}={5}, tx.{0}={6}, txerr.{0}={7}, pc.{0}={8}, up.{0}={9}",
        n, to_string(row.at), row.is_enabled ? 1 : 0, *mode6::quoted(plain(row.name)), row.flags,
        row.received, row.sent, row.send_failed, row.peers,
        static_cast<std::int64_t>(row.up.count()));
}

std::string row_text(const RuleRow& row, std::size_t n)
{
    return fmt::format("addr.{0}={1}, mask.{0}={2}, hits.{0}={3}, flags.{0}={4}", n,
        to_string(row.address), to_string(row.mask), row.hits, row.words);
}

template <class Row>
std::string text_of(std::span<const Row> rows, std::size_t room)
{
    constexpr std::string_view between = ",\r\n", end = "\r\n";
    std::string text;
    for (std::size_t n = 0; n < rows.size(); ++n) {
        const std::string row = row_text(rows[n], n);
        if (text.size() + between.size() + row.size() + end.size() > room)
            break;
        text.append(text.empty() ? "" : between).append(row);
    }
    return text + std::string{end};
}

} // namespace

std::string to_mode6(std::span<const InterfaceRow> rows, std::size_t room)
{
    return text_of(rows, room);
}

std::string to_mode6(std::span<const RuleRow> rows, std::size_t room)
{
    return text_of(rows, room);
}

} // namespace timeball::report
