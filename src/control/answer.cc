// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Answering control requests.

#include "control/answer.h"

#include "base/wire.h"
#include "control/variables.h"
#include "report/status_word.h"
#include "report/to_mode6.h"

#include <algorithm>
#include <array>

namespace timeball::control {

namespace {

using report::Association;
using report::Report;

Content text(std::uint16_t status, const report::Variables& variables)
{
    return text_content(status, report::to_text(variables));
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
    return {report::system_status(report.system), std::move(data), false};
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

// Whose key it was. Nothing when there is a MAC, or what looks like one, that is not right.
std::optional<KeyId> proven_key(std::span<const std::byte> datagram, const Message& request,
    const Address& from, ntp::Authenticator* keys)
{
    bool is_claimed = false;
    for (const auto& mac : possible_macs(datagram, request)) {
        if (!mac)
            continue;
        is_claimed = true;
        if (keys == nullptr)
            continue;
        if (const auto key
            = keys->verify(datagram.first(mac->covered), datagram.subspan(mac->covered), from))
            return *key;
    }
    return is_claimed ? std::nullopt : std::optional{KeyId{}};
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

// A request on its way through the rules.
struct Judge {
    const Message& request;
    const Report& report;
    const Who& who;
    const Guard& guard;
    ReplySlip slip;

    Answer say(Verdict verdict, const Outcome& outcome) const
    {
        switch (excess(slip, outcome)) {
        case Excess::none:
            break;
        case Excess::beyond_protocol:
        case Excess::beyond_trust:
            verdict = Verdict::too_much;
        }
        return {verdict, replies(slip, outcome, guard.keys), {}, slip};
    }
    Answer refuse(Verdict verdict, Error error) const { return say(verdict, unexpected(error)); }
    Answer drop(Verdict verdict) const { return {verdict, {}, {}, slip}; }
    template <class What>
    Answer hand_on(What what) const
    {
        Answer given{Verdict::handed_on, {}, {}, slip};
        given.errand.emplace<What>(std::move(what));
        return given;
    }
    std::string_view text() const { return as_text(request.data()); }
    std::uint16_t status() const { return report::system_status(report.system); }
    bool is_in_control() const
    {
        return guard.control_key != KeyId{} && slip.key == guard.control_key;
    }

    Answer give_nonce() const
    {
        if (guard.nonces == nullptr)
            return refuse(Verdict::refused, Error::bad_opcode);
        const auto nonce = guard.nonces->make({who.address, who.port}, guard.now);
        return say(Verdict::answered, text_content(status(), "nonce=" + nonce + "\r\n"));
    }

    Answer list_clients()
    {
        if (guard.nonces == nullptr)
            return refuse(Verdict::refused, Error::bad_opcode);
        if (!guard.nonces->is_valid(nonce_in(text()), {who.address, who.port}, guard.now))
            return drop(Verdict::dropped_nonce);
        if (!who.may_list_clients)
            return refuse(Verdict::denied, Error::permission);
        slip.may_get_many = true; // who has the nonce is who has the address
        const auto question = parse_client_question(text(), guard.wire, guard.now);
        if (!question)
            return refuse(Verdict::refused, question.error());
        return hand_on(ListClients{*question});
    }

    Answer list_in_order() const
    {
        if (!is_in_control())
            return refuse(Verdict::denied, Error::permission);
        const auto names = names_in(text());
        if (names.empty() || names.front() == "ifstats")
            return hand_on(ListInterfaces{});
        if (names.front() == "addr_restrictions")
            return hand_on(ListRules{});
        return refuse(Verdict::refused, Error::unknown_variable);
    }

    template <class What>
    Answer change(What what) const
    {
        if (!is_in_control())
            return refuse(Verdict::denied, Error::permission);
        if (request.header.association != AssociationId{})
            return refuse(Verdict::refused, Error::bad_value);
        if (!who.may_modify)
            return say(Verdict::denied,
                text_content(
                    status(), "changes from this address are prohibited by 'nomodify'\r\n"));
        return hand_on(std::move(what));
    }

    Answer judge()
    {
        switch (request.header.opcode) {
        case Opcode::request_nonce:
            return give_nonce();
        case Opcode::read_mru:
            return list_clients();
        case Opcode::read_ordered_list:
            return list_in_order();
        case Opcode::configure:
            return change(Configure{std::string{text()}, slip.key});
        case Opcode::save_configuration:
            return change(SaveConfiguration{std::string{text()}, slip.key});
        default:
            break;
        }
        const Outcome found = content(request, report);
        return say(found ? Verdict::answered : Verdict::refused, found);
    }
};

} // namespace

std::string_view to_string(Verdict verdict)
{
    constexpr std::array<std::string_view, verdict_count> names{"answered", "handed_on", "refused",
        "denied", "too_much", "dropped_noquery", "dropped_short", "dropped_version",
        "dropped_reply", "dropped_nonce"};
    return names[static_cast<std::size_t>(verdict)];
}

Answer answer(
    std::span<const std::byte> datagram, const Report& report, const Who& who, const Guard& guard)
{
    const auto request = decode(datagram);
    if (!request)
        return {Verdict::dropped_short, {}, {}, {}};
    const Header& asked = request->header;
    if (asked.is_response || asked.is_error || asked.has_more || asked.offset != 0)
        return {Verdict::dropped_reply, {}, {}, {}};
    if (asked.version < 1 || asked.version > 4)
        return {Verdict::dropped_version, {}, {}, {}};
    if (!who.may_query)
        return {Verdict::dropped_noquery, {}, {}, {}};

    Judge judge{*request, report, who, guard,
        {reply_header(asked, report.system.sync.leap), who.key, who.may_get_many()}};
    if (!request->is_sound())
        return judge.refuse(Verdict::refused, Error::bad_format);
    // A MAC that is wrong proves nothing, and where nothing need be proven it does not matter.
    if (const auto key = proven_key(datagram, *request, who.address, guard.keys);
        key && *key != KeyId{}) {
        judge.slip.key = *key;
        judge.slip.may_get_many = true;
    }
    return judge.judge();
}

bool wants_worker_figures(std::span<const std::byte> datagram)
{
    const auto request = decode(datagram);
    if (!request || !request->is_sound() || request->header.opcode != Opcode::read_variables
        || request->header.association != AssociationId{})
        return false;
    const auto names = names_in(as_text(request->data()));
    return std::any_of(names.begin(), names.end(), report::is_worker_figure);
}

} // namespace timeball::control
