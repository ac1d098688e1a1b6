// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The variables of an association.

#include "report/mode6_table.h"

#include <fmt/format.h>

namespace timeball::report {

namespace {

using namespace mode6;
using PeerRow = Row<Association>;

std::string list_of_names();

constexpr Seconds unknown_dispersion{16}; // of a stage that holds nothing (MAXDISP)

// Eight numbers with a blank before each: the first blank keeps ntpq from taking a short list for
// one number.
Text stages(const Association& a, Seconds sync::FilterStage::*figure)
{
    const sync::FilterStage nothing{Seconds{0}, Seconds{0}, unknown_dispersion};
    std::string list;
    for (std::size_t i = 0; i < 8; ++i) {
        const auto& stage = i < a.filter.size() ? a.filter[i] : nothing;
        list += " " + milliseconds(stage.*figure, 2).value_or("0.00");
    }
    return list;
}

// ntpq shows 2^ppoll when that is less than 2^hpoll: before the first reply there is only ours.
Text peer_poll(const Association& a)
{
    const bool is_sane = a.last_received && a.peer_poll.log2 >= 0 && a.peer_poll.log2 <= 17;
    return decimal(std::int64_t{is_sane ? a.peer_poll.log2 : a.host_poll.log2});
}

Text reference(const Association& a)
{
    if (a.is_pool)
        return "POOL";
    // A clock's are letters, whatever its stratum is said to be.
    return reference_id(a.reference_id, a.is_refclock ? Stratum{0} : a.stratum);
}

Text dispersion(const Association& a)
{
    return milliseconds(a.view.has_estimate ? a.view.dispersion : unknown_dispersion, 6);
}

Text integer(std::int64_t value)
{
    return decimal(value);
}

// A clock's name must hold a parenthesis and no other name may: that is how ntpq tells them apart.
Text name(const Association& a)
{
    if (a.host_name.empty())
        return std::nullopt;
    std::string shown = a.host_name;
    if (!a.is_refclock)
        std::erase_if(shown, [](char c) { return c == '(' || c == ')'; });
    else if (shown.find('(') == shown.npos)
        shown += "(0)";
    return quoted(shown);
}

// In ntpd's order; the first ones must fit into the first datagram for simple readers.
constexpr PeerRow table[] = {
    {"srcadr", true, [](const Association& a) { return address(a.remote.address); }},
    {"srcport", true, [](const Association& a) { return integer(a.remote.port); }},
    {"dstadr", true, [](const Association& a) { return address(a.local.address); }},
    {"dstport", true, [](const Association& a) { return integer(a.local_port); }},
    {"leap", true, [](const Association& a) { return integer(static_cast<int>(a.leap)); }},
    {"hmode", true, [](const Association& a) { return integer(static_cast<int>(a.host_mode)); }},
    {"stratum", true, [](const Association& a) { return integer(a.stratum.value); }},
    {"ppoll", true, peer_poll},
    {"hpoll", true, [](const Association& a) { return integer(a.host_poll.log2); }},
    {"precision", true, [](const Association& a) { return integer(a.precision.log2); }},
    {"rootdelay", true, [](const Association& a) { return milliseconds(a.root_delay); }},
    {"rootdisp", true, [](const Association& a) { return milliseconds(a.root_dispersion); }},
    {"refid", true, reference},
    {"reftime", true, [](const Association& a) { return timestamp(a.reference_time); }},
    {"org", false, [](const Association&) { return Text{}; }}, // the nonce: nobody's business
    {"rec", true, [](const Association& a) { return timestamp(a.receive_time); }},
    {"xmt", true, [](const Association& a) { return timestamp(a.transmit_time); }},
    {"reach", true, [](const Association& a) { return hexadecimal(a.reach); }},
    {"unreach", true, [](const Association& a) { return integer(a.unreach); }},
    {"delay", true, [](const Association& a) { return milliseconds(a.view.delay, 6); }},
    {"offset", true, [](const Association& a) { return milliseconds(a.view.offset, 6); }},
    {"jitter", true, [](const Association& a) { return milliseconds(a.view.jitter, 6); }},
    {"dispersion", true, dispersion},
    {"keyid", true, [](const Association& a) { return integer(a.key.value); }},
    {"filtdelay", true, [](const Association& a) { return stages(a, &sync::FilterStage::delay); }},
    {"filtoffset", true,
        [](const Association& a) { return stages(a, &sync::FilterStage::offset); }},
    {"pmode", true,
        [](const Association& a) {
            return integer(a.last_received ? static_cast<int>(a.peer_mode) : 0);
        }},
    {"filtdisp", true,
        [](const Association& a) { return stages(a, &sync::FilterStage::dispersion); }},
    {"flash", true, [](const Association& a) { return hexadecimal(a.flash | a.view.flash); }},
    {"mode", true, [](const Association& a) { return a.clock ? integer(a.clock->mode) : Text{}; }},
    {"headway", true, [](const Association& a) { return integer(a.headway); }},
    {"bias", true,
        [](const Association& a) {
            return a.bias == Seconds{0} ? Text{} : milliseconds(a.bias, 6);
        }},
    {"srchost", true, name},
    {"ntscookies", true, [](const Association& a) { return integer(a.nts_cookies); }},
    // On request only.
    {"config", false, [](const Association& a) { return integer(a.is_configured); }},
    {"authenable", false, [](const Association& a) { return integer(a.wants_authentication); }},
    {"authentic", false, [](const Association& a) { return integer(a.is_authenticated); }},
    {"timer", false, [](const Association& a) { return whole_seconds(a.until_next_poll); }},
    {"timerec", false,
        [](const Association& a) {
            return a.last_received ? whole_seconds(a.since_received) : Text{};
        }},
    {"timereach", false,
        [](const Association& a) { return whole_seconds(a.since_reachable_change); }},
    {"sent", false, [](const Association& a) { return decimal(a.sent); }},
    {"received", false, [](const Association& a) { return decimal(a.received); }},
    {"badauth", false, [](const Association& a) { return decimal(a.bad_auth); }},
    {"bogusorg", false, [](const Association& a) { return decimal(a.bogus_origin); }},
    {"oldpkt", false, [](const Association& a) { return decimal(a.old_packet); }},
    {"seldisp", false, [](const Association& a) { return decimal(a.bad_distance); }},
    {"selbroken", false, [](const Association& a) { return decimal(a.selection_broken); }},
    {"candidate", false, [](const Association& a) { return integer(a.candidate); }},
    {"peer_var_list", false, [](const Association&) { return quoted(list_of_names()); }},
    {"tb_why", false, [](const Association& a) { return quoted(a.view.why); }},
    // As others call them.
    {"src", false,
        [](const Association& a) {
            return a.host_name.empty() ? address(a.remote.address) : name(a);
        }},
    {"dst", false, [](const Association& a) { return address(a.local.address); }},
    {"in", false, [](const Association& a) { return decimal(a.received); }},
    {"out", false, [](const Association& a) { return decimal(a.sent); }},
    {"ttl", false, [](const Association&) { return Text{}; }},
    {"xleave", false, [](const Association&) { return Text{}; }},
};

std::string list_of_names()
{
    return names_of(Table<Association>{table});
}

} // namespace

Variables peer_variables(const Association& association)
{
    return defaults<Association>(table, association);
}

std::optional<Variables> peer_variables(const Association& association, Names names)
{
    return in_table_order<Association>(table, association, names);
}

} // namespace timeball::report
