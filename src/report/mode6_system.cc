// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The system's variables: what it is synchronized to, how well, and what it has counted.

#include "report/mode6_table.h"

#include "ntp/types.h"

namespace timeball::report {

namespace {

using namespace mode6;
using SystemRow = Row<Report>;

const SystemRow* row_of(std::string_view name);
std::string list_of_names(const Report& report);

// --- what is shown unasked, and ntpq's `sysinfo` -----------------------------

Text source_address(const Report& r)
{
    return r.system.peer == AssociationId{} ? "0.0.0.0:0" : to_string(r.system.peer_address);
}

Text source_mode(const Report& r)
{
    return decimal(std::int64_t{
        r.system.peer == AssociationId{} ? 0 : static_cast<std::int64_t>(ntp::Mode::client)});
}

Text root_distance(const Report& r)
{
    return milliseconds(r.system.sync.root_delay / 2 + r.system.root_dispersion);
}

// `leap` comes first, for those who look for "leap=x,".
constexpr SystemRow state[] = {
    {"leap", true,
        [](const Report& r) { return decimal(static_cast<std::int64_t>(r.system.sync.leap)); }},
    {"stratum", true,
        [](const Report& r) { return decimal(std::int64_t{r.system.sync.stratum.value}); }},
    {"precision", true,
        [](const Report& r) { return decimal(std::int64_t{r.system.precision.log2}); }},
    {"rootdelay", true, [](const Report& r) { return milliseconds(r.system.sync.root_delay); }},
    {"rootdisp", true, [](const Report& r) { return milliseconds(r.system.root_dispersion); }},
    {"rootdist", false, root_distance},
    {"refid", true,
        [](const Report& r) {
            return reference_id(r.system.sync.reference_id, r.system.sync.stratum);
        }},
    {"reftime", true, [](const Report& r) { return timestamp(r.system.sync.reference_time); }},
    {"tc", true,
        [](const Report& r) { return decimal(std::int64_t{r.system.sync.time_constant.log2}); }},
    {"peer", true, [](const Report& r) { return decimal(std::int64_t{r.system.peer.value}); }},
    {"peeradr", false, source_address}, {"peermode", false, source_mode},
    {"offset", true, [](const Report& r) { return milliseconds(r.system.sync.offset, 6); }},
    {"frequency", true, [](const Report& r) { return ppm(r.system.sync.frequency, 6); }},
    {"sys_jitter", true,
        [](const Report& r) { return milliseconds(r.system.sync.system_jitter, 6); }},
    {"clk_jitter", true,
        [](const Report& r) { return milliseconds(r.system.sync.clock_jitter, 6); }},
    {"clock", true, [](const Report& r) { return timestamp(r.system.now); }},
    {"processor", true, [](const Report& r) { return quoted(r.system.processor); }},
    {"system", true, [](const Report& r) { return quoted(r.system.operating_system); }},
    {"version", true, [](const Report& r) { return quoted(r.system.version); }},
    {"daemon_version", false, [](const Report& r) { return quoted(r.system.version); }},
    {"clk_wander", true, [](const Report& r) { return ppm(r.system.sync.wander, 6); }},
    {"sys_var_list", false, [](const Report& r) { return quoted(list_of_names(r)); }},
    {"tai", true,
        [](const Report& r) {
            return r.system.tai_offset ? decimal(std::int64_t{*r.system.tai_offset}) : Text{};
        }},
    {"leapsec", true,
        [](const Report& r) {
            return r.system.leap_second ? minute(*r.system.leap_second) : Text{};
        }},
    {"expire", true,
        [](const Report& r) {
            return r.system.leap_expiry ? minute(*r.system.leap_expiry) : Text{};
        }},
    {"leapsmearinterval", true,
        [](const Report& r) {
            return r.system.smear ? whole_seconds(r.system.smear->interval) : Text{};
        }},
    {"leapsmearoffset", true,
        [](const Report& r) {
            return r.system.smear ? milliseconds(r.system.smear->offset, 6) : Text{};
        }},
    {"mintc", true,
        [](const Report& r) { return decimal(std::int64_t{r.system.minimum_time_constant.log2}); }},
    {"authdelay", false, [](const Report&) { return Text{}; }}, // not measured
};

// --- `sysstats`: each figure since the last record, and with _r since the start

template <std::uint64_t ServerCounters::*counter>
constexpr SystemRow lately(std::string_view name)
{
    return {name, false, [](const Report& r) { return decimal(r.system.counters_hour.*counter); }};
}

template <std::uint64_t ServerCounters::*counter>
constexpr SystemRow ever(std::string_view name)
{
    return {name, false, [](const Report& r) { return decimal(r.system.counters.*counter); }};
}

using Counters = ServerCounters;
constexpr SystemRow server_counters[] = {
    {"ss_uptime", false, [](const Report& r) { return whole_seconds(r.system.uptime); }},
    ever<&Counters::control_requests>("ss_numctlreq"),
    {"ss_reset", false,
        [](const Report& r) { return whole_seconds(r.system.since_counters_hour); }},
    {"ss_reset_r", false, [](const Report& r) { return whole_seconds(r.system.uptime); }},
    lately<&Counters::received>("ss_received"),
    ever<&Counters::received>("ss_received_r"),
    lately<&Counters::this_version>("ss_thisver"),
    ever<&Counters::this_version>("ss_thisver_r"),
    lately<&Counters::old_version>("ss_oldver"),
    ever<&Counters::old_version>("ss_oldver_r"),
    lately<&Counters::version1>("ss_ver1"),
    ever<&Counters::version1>("ss_ver1_r"),
    lately<&Counters::version1_client>("ss_ver1client"),
    ever<&Counters::version1_client>("ss_ver1client_r"),
    lately<&Counters::version1_zero>("ss_ver1zero"),
    ever<&Counters::version1_zero>("ss_ver1zero_r"),
    lately<&Counters::version1_symmetric>("ss_ver1symm"),
    ever<&Counters::version1_symmetric>("ss_ver1symm_r"),
    lately<&Counters::bad_format>("ss_badformat"),
    ever<&Counters::bad_format>("ss_badformat_r"),
    lately<&Counters::bad_auth>("ss_badauth"),
    ever<&Counters::bad_auth>("ss_badauth_r"),
    lately<&Counters::declined>("ss_declined"),
    ever<&Counters::declined>("ss_declined_r"),
    lately<&Counters::restricted>("ss_restricted"),
    ever<&Counters::restricted>("ss_restricted_r"),
    lately<&Counters::limited>("ss_limited"),
    ever<&Counters::limited>("ss_limited_r"),
    lately<&Counters::kisses_sent>("ss_kodsent"),
    ever<&Counters::kisses_sent>("ss_kodsent_r"),
    lately<&Counters::processed>("ss_processed"),
    ever<&Counters::processed>("ss_processed_r"),
};

// --- groups that are there or not as a whole ---------------------------------

template <class Group, std::optional<Group> System::*group, auto figure>
Text of(const Report& r)
{
    const auto& g = r.system.*group;
    if (!g)
        return std::nullopt;
    using Figure = std::remove_cvref_t<decltype((*g).*figure)>;
    if constexpr (std::is_same_v<Figure, Seconds>)
        return whole_seconds((*g).*figure);
    else
        return decimal((*g).*figure);
}

template <auto figure>
constexpr SystemRow client(std::string_view name)
{
    return {name, false, of<ClientListState, &System::clients, figure>};
}

Text kilobytes(const std::optional<ClientListState>& clients, std::uint64_t ClientListState::*size)
{
    return clients ? decimal(((*clients).*size + 1023) / 1024) : Text{};
}

using Clients = ClientListState;
constexpr SystemRow client_list[] = {
    {"mru_enabled", false,
        [](const Report& r) {
            return r.system.clients ? hexadecimal(r.system.clients->is_enabled ? 3 : 0) : Text{};
        }},
    client<&Clients::hash_slots>("mru_hashslots"),
    client<&Clients::depth>("mru_depth"),
    client<&Clients::deepest>("mru_deepest"),
    client<&Clients::max_depth>("mru_maxdepth"),
    client<&Clients::min_depth>("mru_mindepth"),
    client<&Clients::max_age>("mru_maxage"),
    client<&Clients::min_age>("mru_minage"),
    {"mru_mem", false,
        [](const Report& r) { return kilobytes(r.system.clients, &Clients::memory); }},
    {"mru_maxmem", false,
        [](const Report& r) { return kilobytes(r.system.clients, &Clients::max_memory); }},
    client<&Clients::exists>("mru_exists"),
    client<&Clients::added>("mru_new"),
    client<&Clients::recycled_old>("mru_recycleold"),
    client<&Clients::recycled_full>("mru_recyclefull"),
    client<&Clients::refused>("mru_none"),
    client<&Clients::oldest_age>("mru_oldest_age"),
};

// --- `iostats` and `timerstats` ----------------------------------------------

// What there is none of here.
constexpr SystemRow none(std::string_view name)
{
    return {name, false, [](const Report&) { return decimal(std::uint64_t{0}); }};
}

template <std::uint64_t Traffic::*counter>
constexpr SystemRow wakeups(std::string_view name)
{
    return {name, false, [](const Report& r) {
                return r.system.traffic ? decimal((*r.system.traffic).*counter) : Text{};
            }};
}

// Packets are answered as they are read: none waits in a buffer of ours.
constexpr SystemRow input_and_output[] = {
    {"iostats_reset", false, [](const Report& r) { return whole_seconds(r.system.uptime); }},
    none("total_rbuf"),
    none("free_rbuf"),
    none("used_rbuf"),
    none("rbuf_lowater"),
    ever<&Counters::dropped>("io_dropped"),
    ever<&Counters::ignored>("io_ignored"),
    ever<&Counters::received>("io_received"),
    ever<&Counters::sent>("io_sent"),
    ever<&Counters::send_failed>("io_sendfailed"),
    none("io_ref_reads"),
    {"timerstats_reset", false, of<Timers, &System::timers, &Timers::since_reset>},
    {"timer_overruns", false, of<Timers, &System::timers, &Timers::overruns>},
    {"timer_xmts", false, of<Timers, &System::timers, &Timers::transmits>},
};

constexpr SystemRow readiness[] = {
    wakeups<&Traffic::wakeups>("io_wakeups"),
    wakeups<&Traffic::good_wakeups>("io_goodwakeups"),
    wakeups<&Traffic::good_wakeups>("io_pkt_reads"),
};

// --- `authinfo` ------------------------------------------------------------

template <auto... figures>
constexpr SystemRow keys(std::string_view name)
{
    return {name, false, [](const Report& r) {
                const auto& a = r.system.authentication;
                return a ? decimal((((*a).*figures) + ...)) : Text{};
            }};
}

using Keys = Authentication;
constexpr SystemRow authentication[] = {
    {"authreset", false, [](const Report& r) { return whole_seconds(r.system.uptime); }},
    keys<&Keys::keys>("authkeys"),
    none("authfreek"),
    keys<&Keys::lookups>("authklookups"),
    keys<&Keys::not_found>("authknotfound"),
    keys<&Keys::digests_made, &Keys::cmacs_made>("authencrypts"),
    keys<&Keys::digests_made>("authdigestencrypts"),
    keys<&Keys::cmacs_made>("authcmacencrypts"),
    keys<&Keys::digests_checked, &Keys::cmacs_checked>("authdecrypts"),
    keys<&Keys::digests_checked>("authdigestdecrypts"),
    keys<&Keys::digests_wrong>("authdigestfails"),
    keys<&Keys::cmacs_checked>("authcmacdecrypts"),
    keys<&Keys::cmacs_wrong>("authcmacfails"),
    none("authkuncached"), // all keys are ready for use
    none("authkexpired"),
};

// --- `ntsinfo`: nothing is asked or served with NTS ------------------------------

constexpr SystemRow no_time(std::string_view name)
{
    return {name, false, [](const Report&) { return Text{"0.000"}; }};
}

constexpr SystemRow security[] = {
    none("nts_client_send"),
    none("nts_client_send_r"),
    none("nts_client_recv_good"),
    none("nts_client_recv_good_r"),
    none("nts_client_recv_bad"),
    none("nts_client_recv_bad_r"),
    none("nts_server_recv_good"),
    none("nts_server_recv_good_r"),
    none("nts_server_recv_bad"),
    none("nts_server_recv_bad_r"),
    none("nts_server_send"),
    none("nts_server_send_r"),
    none("nts_cookie_make"),
    none("nts_cookie_make_r"),
    none("nts_cookie_not_server"),
    none("nts_cookie_not_server_r"),
    none("nts_cookie_decode"),
    none("nts_cookie_decode_total"),
    none("nts_cookie_decode_total_r"),
    none("nts_cookie_decode_current"),
    none("nts_cookie_decode_current_r"),
    none("nts_cookie_decode_old"),
    none("nts_cookie_decode_old_r"),
    none("nts_cookie_decode_old2"),
    none("nts_cookie_decode_old2_r"),
    none("nts_cookie_decode_older"),
    none("nts_cookie_decode_older_r"),
    none("nts_cookie_decode_too_old"),
    none("nts_cookie_decode_too_old_r"),
    none("nts_cookie_decode_error"),
    none("nts_cookie_decode_error_r"),
    none("nts_ke_probes_good"),
    none("nts_ke_probes_good_r"),
    none("nts_ke_probes_bad"),
    none("nts_ke_probes_bad_r"),
    none("nts_ke_serves_good"),
    none("nts_ke_serves_good_r"),
    no_time("nts_ke_serves_good_wall"),
    no_time("nts_ke_serves_good_wall_r"),
    no_time("nts_ke_serves_good_cpu"),
    no_time("nts_ke_serves_good_cpu_r"),
    none("nts_ke_serves_nossl"),
    none("nts_ke_serves_nossl_r"),
    no_time("nts_ke_serves_nossl_wall"),
    no_time("nts_ke_serves_nossl_wall_r"),
    no_time("nts_ke_serves_nossl_cpu"),
    no_time("nts_ke_serves_nossl_cpu_r"),
    none("nts_ke_serves_bad"),
    none("nts_ke_serves_bad_r"),
    no_time("nts_ke_serves_bad_wall"),
    no_time("nts_ke_serves_bad_wall_r"),
    no_time("nts_ke_serves_bad_cpu"),
    no_time("nts_ke_serves_bad_cpu_r"),
};

// --- beyond ntpd: what timeball's own programs ask for --------------------------

// "name=count" of what has been counted, in one variable.
Text counts_text(const std::vector<std::pair<std::string, std::uint64_t>>& counts)
{
    std::string text;
    for (const auto& [name, count] : counts)
        if (count != 0)
            text += (text.empty() ? "" : " ") + name + "=" + *decimal(count);
    return quoted(text);
}

Text seconds(const std::optional<Seconds>& value)
{
    return value ? whole_seconds(*value) : Text{};
}

Text latest_events(const Report& r)
{
    std::string text;
    for (const auto& event : r.system.latest_events)
        text += (text.empty() ? "" : " | ") + *timestamp(event.when) + " "
            + event.text.substr(0, 200);
    return quoted(text);
}

constexpr SystemRow own[] = {
    {"tb_workers", false, [](const Report& r) { return decimal(r.system.workers); }},
    {"tb_clock", false, [](const Report& r) { return quoted(r.system.clock_name); }},
    {"tb_verdicts", false, [](const Report& r) { return counts_text(r.system.verdicts); }},
    {"tb_control", false, [](const Report& r) { return counts_text(r.system.control_verdicts); }},
    {"tb_error_bound", false,
        [](const Report& r) {
            return r.system.sync.leap == Leap::unsynchronized ? Text{} : root_distance(r);
        }},
    {"tb_state", false, [](const Report& r) { return quoted(r.system.state); }},
    {"tb_last_update", false, [](const Report& r) { return seconds(r.system.since_update); }},
    {"tb_drift_age", false, [](const Report& r) { return seconds(r.system.drift_file_age); }},
    {"tb_events", false, latest_events},
};

constexpr SystemRow process[] = {
    {"tb_memory", false,
        [](const Report& r) {
            return r.system.memory ? decimal((*r.system.memory + 1023) / 1024) : Text{};
        }},
};

// Kernel figures, in milliseconds and ppm.
template <auto figure>
Text of_kernel(const Report& r)
{
    const auto& kernel = r.system.kernel;
    if (!kernel)
        return std::nullopt;
    const auto& value = (*kernel).*figure;
    using Figure = std::remove_cvref_t<decltype(value)>;
    if constexpr (std::is_same_v<Figure, Seconds>)
        return milliseconds(value, 6);
    else if constexpr (std::is_same_v<Figure, Frequency>)
        return ppm(value);
    else if constexpr (std::is_same_v<Figure, std::string>)
        return quoted(value);
    else if constexpr (std::is_same_v<Figure, int>)
        return decimal(std::int64_t{value});
    else
        return decimal(value);
}

constexpr SystemRow kernel[] = {
    {"koffset", false, of_kernel<&KernelClock::offset>},
    {"kfreq", false, of_kernel<&KernelClock::frequency>},
    {"kmaxerr", false, of_kernel<&KernelClock::maximum_error>},
    {"kesterr", false, of_kernel<&KernelClock::estimated_error>},
    {"kstflags", false, of_kernel<&KernelClock::flags>},
    {"ktimeconst", false, of_kernel<&KernelClock::time_constant>},
    {"kprecis", false, of_kernel<&KernelClock::precision>},
    {"kfreqtol", false, of_kernel<&KernelClock::tolerance>},
    {"kppsfreq", false, of_kernel<&KernelClock::pps_frequency>},
    {"kppsstab", false, of_kernel<&KernelClock::pps_stability>},
    {"kppsjitter", false, of_kernel<&KernelClock::pps_jitter>},
    {"kppscalibdur", false, of_kernel<&KernelClock::calibration_interval>},
    {"kppscalibs", false, of_kernel<&KernelClock::calibrations>},
    {"kppsjitexc", false, of_kernel<&KernelClock::jitter_exceeded>},
    {"kppsstbexc", false, of_kernel<&KernelClock::stability_exceeded>},
    {"kppscaliberrs", false, of_kernel<&KernelClock::calibration_errors>},
};

constexpr Table<Report> tables[] = {state, server_counters, client_list, input_and_output,
    readiness, authentication, security, kernel, own, process};

const SystemRow* row_of(std::string_view name)
{
    for (const auto& table : tables) {
        if (const auto* row = find(table, name))
            return row;
    }
    return nullptr;
}

// --- what the operator has set -----------------------------------------------

const std::string* set_value(const Report& r, std::string_view name)
{
    const auto* value = value_of(r.system.variables, name);
    return value ? value : value_of(r.system.other_variables, name);
}

std::string list_of_names(const Report& r)
{
    std::string names;
    for (const auto& table : tables)
        names.append(names.empty() ? "" : ",").append(names_of(table));
    for (const auto* pairs : {&r.system.variables, &r.system.other_variables}) {
        for (const auto& pair : *pairs)
            names.append(",").append(pair.first);
    }
    return names;
}

} // namespace

Variables system_variables(const Report& report)
{
    auto all = defaults<Report>(state, report);
    for (const auto& [name, value] : report.system.variables)
        all.push_back({name, set_text(value)});
    return all;
}

bool is_worker_figure(std::string_view name)
{
    const auto is_in = [&](Table<Report> table) { return find(table, name) != nullptr; };
    return is_in(client_list) || is_in(authentication) || is_in(readiness) || is_in(process);
}

std::optional<Variables> system_variables(const Report& report, Names names)
{
    Variables all;
    for (const std::string_view name : names) {
        const auto* row = row_of(name);
        const auto* set = row ? nullptr : set_value(report, name);
        if (!row && !set)
            return std::nullopt;
        if (has(all, name))
            continue;
        if (row)
            add(all, *row, report);
        else
            all.push_back({std::string{name}, set_text(*set)});
    }
    return all;
}

} // namespace timeball::report
