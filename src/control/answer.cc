// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Answering control requests.

#include "control/answer.h"

#include "base/result.h"
#include "base/wire.h"
#include "control/variables.h"
#include "report/status_word.h"
#include "report/to_mode6.h"

#include <algorithm>

namespace timeball::control {

namespace {

using report::Association;
using report::Report;

// What a request that may be answered brings: a status word and data.
struct Content {
    std::uint16_t status;
    Bytes data;
};
using Outcome = Result<Content, Error>;

Content text(std::uint16_t status, const report::Variables& variables)
{
    const std::string lines = report::to_text(variables);
    const auto bytes = as_bytes(lines);
    return {status, {bytes.begin(), bytes.end()}};
}

const Association* find(const Report& report, AssociationId id)
{
    const auto at = std::find_if(report.associations.begin(), report.associations.end(),
        [&](const Association& a) { return a.id == id; });
    return at == report.associations.end() ? nullptr : &*at;
}

// Pairs of association and status.
Content list(const Report& report)
{
    Bytes data(report.associations.size() * 4);
    WireWriter out{data};
    for (const Association& a : report.associations) {
        out.put(a.id.value);
        out.put(report::peer_status(a));
    }
    return {report::system_status(report.system), std::move(data)};
}

Outcome nothing(const Report& report, AssociationId id)
{
    if (id == AssociationId{})
        return Content{report::system_status(report.system), {}};
    const Association* association = find(report, id);
    if (!association)
        return unexpected(Error::bad_association);
    return Content{report::peer_status(*association), {}};
}

Outcome variables(const Report& report, AssociationId id, std::string_view question)
{
    const auto names = names_in(question);
    std::optional<report::Variables> found;
    std::uint16_t status = 0;
    if (id == AssociationId{}) {
        status = report::system_status(report.system);
        found = names.empty() ? report::system_variables(report)
                              : report::system_variables(report, names);
    } else {
        const Association* association = find(report, id);
        if (!association)
            return unexpected(Error::bad_association);
        status = report::peer_status(*association);
        found = names.empty() ? report::peer_variables(*association)
                              : report::peer_variables(*association, names);
    }
    if (!found)
        return unexpected(Error::unknown_variable);
    return text(status, *found);
}

// The clock asked for; without an association the one that we are synchronized to, else the first.
const Association* clock_for(const Report& report, AssociationId id)
{
    const Association* wanted = find(report, id == AssociationId{} ? report.system.peer : id);
    if (id == AssociationId{} && !(wanted && wanted->clock)) {
        const auto first = std::find_if(report.associations.begin(), report.associations.end(),
            [](const Association& a) { return a.clock.has_value(); });
        wanted = first == report.associations.end() ? nullptr : &*first;
    }
    return wanted && wanted->clock ? wanted : nullptr;
}

Outcome clock(const Report& report, AssociationId id, std::string_view question)
{
    const Association* association = clock_for(report, id);
    if (!association)
        return unexpected(Error::bad_association);
    const report::ReferenceClock& device = *association->clock;
    const auto names = names_in(question);
    const auto found
        = names.empty() ? report::clock_variables(device) : report::clock_variables(device, names);
    if (!found)
        return unexpected(Error::unknown_variable);
    return text(report::clock_status(device), *found);
}

Outcome content(const Message& request, const Report& report)
{
    if (!request.is_sound())
        return unexpected(Error::bad_format);
    const AssociationId id = request.header.association;
    const std::string_view question = as_text(request.data());
    switch (request.header.opcode) {
    case Opcode::unspecified:
        return nothing(report, id);
    case Opcode::read_status:
        return id == AssociationId{} ? Outcome{list(report)} : variables(report, id, {});
    case Opcode::read_variables:
        return variables(report, id, question);
    case Opcode::read_clock:
        return clock(report, id, question);
    default:
        return unexpected(Error::bad_opcode);
    }
}

Header reply_header(const Header& request, Leap leap)
{
    return {.leap = leap,
        .version = request.version,
        .is_response = true,
        .opcode = request.opcode,
        .sequence = request.sequence,
        .association = request.association};
}

Answer refuse(Verdict verdict, Header header, Error error)
{
    header.is_error = true;
    header.status = static_cast<std::uint16_t>(static_cast<unsigned>(error) << 8);
    return {verdict, {encode(header, {})}};
}

} // namespace

Answer answer(std::span<const std::byte> datagram, const Report& report, const Who& who)
{
    const auto request = decode(datagram);
    if (!request)
        return {Verdict::dropped_short, {}};
    const Header& asked = request->header;
    if (asked.is_response || asked.is_error || asked.has_more || asked.offset != 0)
        return {Verdict::dropped_reply, {}};
    if (asked.version < 1 || asked.version > 4)
        return {Verdict::dropped_version, {}};
    if (!who.may_query)
        return {Verdict::dropped_noquery, {}};

    Header header = reply_header(asked, report.system.sync.leap);
    const Outcome found = content(*request, report);
    if (!found)
        return refuse(Verdict::refused, header, found.error());
    if (found->data.size() > max_fragments * max_data)
        return refuse(Verdict::too_much, header, Error::unspecified);
    if (found->data.size() > max_data && !who.may_get_many())
        return refuse(Verdict::too_much, header, Error::permission);
    header.status = found->status;
    return {Verdict::answered, fragments(header, found->data)};
}

} // namespace timeball::control
