// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The access list with how often each row was met.

#include "base/address.h"
#include "timeball/update.h"
#include "timeball/view_parts.h"
#include "timeball/words.h"

#include <algorithm>
#include <fmt/format.h>

namespace timeball::console {

namespace {

// "203.0.113.0/24"; the address alone when the mask is all ones, or none that has a length.
std::string with_prefix(const Restriction& row)
{
    const auto mask = parse_address(row.mask);
    if (!mask)
        return row.address;
    int length = 0, all = 0;
    bool is_over = false;
    for (const std::byte octet : mask->bytes())
        for (int bit = 7; bit >= 0; --bit, ++all) {
            const bool is_one = (std::to_integer<unsigned>(octet) >> bit & 1) != 0;
            if (is_one && is_over)
                return row.address + " mask " + row.mask;
            is_over = is_over || !is_one;
            length += is_one ? 1 : 0;
        }
    return length == all ? row.address : fmt::format("{}/{}", row.address, length);
}

bool is_forbidden(const std::string& refusal)
{
    return refusal.find("PERMISSION") != std::string::npos;
}

} // namespace

Sheet access_sheet(const Model& model, int columns)
{
    Sheet sheet;
    const Server& server = model.server();
    if (!server.answers)
        return sheet;
    const Answers& answers = *server.answers;
    const bool is_wide = columns >= 120;
    const int address_width = is_wide ? 43 : columns >= 76 ? 24 : 20;
    sheet.columns = {{"address", U"ADDRESS", address_width, true},
        {"mask", U"MASK", 39, true, false}, {"hits", U"HITS", 10}, {"share_percent", U"SHARE", 6},
        {"flags", U"RESTRICTIONS", std::max(14, columns - 3 - address_width - 20), true}};
    if (!answers.access) {
        sheet.empty
            = !answers.no_access.empty() && (model.credentials || !is_forbidden(answers.no_access))
            ? "Access list: " + answers.no_access
            : model.credentials
            ? "asking for the access list"
            : "The access list is for who holds the control key: ':key' asks for it.";
        return sheet;
    }
    sheet.empty = "the access list is empty";
    double all = 0;
    for (const Restriction& row : *answers.access)
        all += static_cast<double>(row.hits);
    for (std::size_t i = 0; i < answers.access->size(); ++i) {
        const Restriction& row = (*answers.access)[i];
        const auto hits = static_cast<double>(row.hits);
        const bool refuses = row.flags.find("ignore") != row.flags.npos
            || row.flags.find("noserve") != row.flags.npos;
        const double share = all > 0 ? 100 * hits / all : 0;
        sheet.rows.push_back({fmt::format("{}", i), refuses ? U'x' : U' ', U' ',
            hits == 0     ? Role::dim
                : refuses ? Role::bad
                          : Role::text,
            {Entry{std::string_view{with_prefix(row)}}, Entry{std::string_view{row.mask}},
                Entry{std::string_view{fmt::format("{}", row.hits)}, hits},
                Entry{std::string_view{fmt::format("{:.1f}%", share)}, share},
                Entry{std::string_view{
                    row.flags.empty() ? std::string_view{"none"} : std::string_view{row.flags}}}}});
    }
    return sheet;
}

} // namespace timeball::console
