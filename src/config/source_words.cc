// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The words that may follow a server, a pool or a reference clock: their rows of the option table.

#include "config/source_words.h"

#include "config/directives.h"

#include <array>

namespace timeball::config {

namespace {

using SourceWord = Word<SourceDraft>;

Poll poll(const Value& value)
{
    return {static_cast<std::int8_t>(value.number)};
}

template <bool SourceConfig::*member>
void on(SourceDraft& said, const Value&)
{
    said.source.*member = true;
}

template <bool RefclockConfig::*member>
void set_flag(SourceDraft& said, const Value& value)
{
    said.clock.*member = value.is_true();
}

template <std::string RefclockConfig::*member>
void set_text(SourceDraft& said, const Value& value)
{
    said.clock.*member = value.text;
}

void set_minpoll(SourceDraft& said, const Value& value)
{
    said.source.minpoll = poll(value);
}

void set_maxpoll(SourceDraft& said, const Value& value)
{
    said.source.maxpoll = poll(value);
    said.has_maxpoll = true;
}

constexpr auto server_rows = std::to_array<SourceWord>({
    {{"server", "iburst", Type::flag, 0, 0, "", "",
         "While the server is unreachable, poll it with six packets two seconds apart."},
        on<&SourceConfig::iburst>},
    {{"server", "burst", Type::flag, 0, 0, "", "",
         "Poll with up to eight packets instead of one, for servers of one's own only."},
        on<&SourceConfig::burst>},
    {{"server", "minpoll", Type::integer, 3, 17, "6", "log2 s", "Shortest interval between polls."},
        set_minpoll},
    {{"server", "maxpoll", Type::integer, 3, 17, "10", "log2 s", "Longest interval between polls."},
        set_maxpoll},
    {{"server", "prefer", Type::flag, 0, 0, "", "",
         "As long as its time is believed, take it from this server alone."},
        on<&SourceConfig::is_preferred>},
    {{"server", "noselect", Type::flag, 0, 0, "", "", "Poll and show it, and never follow it."},
        on<&SourceConfig::is_noselect>},
    {{"server", "true", Type::flag, 0, 0, "", "", "Believe it, whatever the other servers say."},
        on<&SourceConfig::is_true>},
    {{"server", "preempt", Type::flag, 0, 0, "", "",
         "Let it go when there are more servers than needed and it is the worst."},
        on<&SourceConfig::is_preemptible>},
    {{"server", "port", Type::integer, 1, 65535, "123", "", "UDP port of the server."},
        [](SourceDraft& said, const Value& value) {
            said.source.port = static_cast<std::uint16_t>(value.number);
        }},
    {{"server", "version", Type::integer, 1, 4, "4", "", "Protocol version of requests."},
        [](SourceDraft& said, const Value& value) {
            said.source.version = static_cast<std::uint8_t>(value.number);
        }},
    {{"server", "bias", Type::number, -1000, 1000, "0", "s",
         "Added to the measured offset, for a path known to be longer in one direction."},
        [](SourceDraft& said, const Value& value) { said.source.bias = Seconds{value.number}; }},
    {{"server", "key", Type::id, 1, 65534, "", "key",
         "Symmetric key that requests carry and replies must carry."},
        [](SourceDraft& said, const Value& value) {
            said.source.key = {static_cast<std::uint32_t>(value.number)};
        }},
    {{"server", "xleave", Type::flag, 0, 0, "", "",
         "Ask for interleaved mode (RFC 9769): more exact where the server supports it."},
        on<&SourceConfig::interleaved>},
    {{"server", "nts", Type::flag, 0, 0, "", "",
         "Authenticate with Network Time Security (RFC 8915); the name may carry the port of the "
         "key exchange."},
        on<&SourceConfig::nts>},
    {{"server", "noval", Type::flag, 0, 0, "", "",
         "Do not verify the certificate: for tests, for anyone could stand between."},
        on<&SourceConfig::nts_no_verify>},
    {{"server", "ca", Type::text, 0, 0, "the system's", "path",
         "File or directory of the certificates that are trusted."},
        [](SourceDraft& said, const Value& value) { said.source.nts_ca = value.text; }},
    {{"server", "aead", Type::text, 0, 0, "AES_SIV_CMAC_256", "name",
         "Algorithm that is asked for."},
        [](SourceDraft& said, const Value& value) { said.source.nts_aead = value.text; }},
    {{"server", "xmtnonce", Type::flag, 0, 0, "", "", "Always so.", Support::silent}},
    {{"server", "dynamic", Type::flag, 0, 0, "", "", "Always so.", Support::silent}},
    {{"server", "cert", Type::text, 0, 0, "", "path",
        "Client certificates are not asked for in NTS.", Support::none}},
    {{"server", "ttl", Type::integer, 0, 255, "", "",
        "It is for multicast, which is not supported.", Support::none}},
    {{"server", "mode", Type::integer, 0, 2147483647, "", "", "It is for reference clocks.",
        Support::none}},
    {{"server", "autokey", Type::flag, 0, 0, "", "",
        "Autokey is broken and not supported; use nts or key.", Support::none}},
    {{"server", "ident", Type::text, 0, 0, "", "",
        "Autokey is broken and not supported; use nts or key.", Support::none}},
    {{"server", "minrate", Type::number, 0, 1e9, "", "", "It has no meaning any more.",
        Support::none}},
});

constexpr auto clock_rows = std::to_array<SourceWord>({
    {{"refclock", "unit", Type::integer, 0, 255, "0", "", "Which of several devices."},
        [](SourceDraft& said, const Value& value) {
            said.clock.unit = value.integer();
            said.has_unit = true;
        }},
    {{"refclock", "path", Type::text, 0, 0, "the driver's", "path", "The device, or the socket."},
        set_text<&RefclockConfig::path>},
    {{"refclock", "ppspath", Type::text, 0, 0, "the driver's", "path",
         "The device of its pulse per second."},
        set_text<&RefclockConfig::ppspath>},
    {{"refclock", "baud", Type::integer, 0, 4000000, "the driver's", "bit/s",
         "Speed of the serial line."},
        [](SourceDraft& said, const Value& value) { said.clock.baud = value.integer(); }},
    {{"refclock", "refid", Type::text, 0, 0, "the driver's", "text",
         "Reference identifier that clients see, up to four characters."},
        set_text<&RefclockConfig::reference_id>},
    {{"refclock", "stratum", Type::integer, 0, 15, "0", "",
         "Stratum of the clock; the server's own is one more. The local clock has 5."},
        [](SourceDraft& said, const Value& value) {
            said.clock.stratum = Stratum{static_cast<std::uint8_t>(value.number)};
        }},
    {{"refclock", "time1", Type::offset, -1e12, 1e12, "0", "s",
         "A constant added to its time; what exactly depends on the driver. A g behind the number "
         "adds 1024 weeks, a G 8192."},
        [](SourceDraft& said, const Value& value) { said.clock.time1 = Seconds{value.number}; }},
    {{"refclock", "time2", Type::offset, -1e12, 1e12, "0", "s", "A second constant of the driver."},
        [](SourceDraft& said, const Value& value) { said.clock.time2 = Seconds{value.number}; }},
    {{"refclock", "flag1", Type::integer, 0, 1, "0", "", "A switch of the driver."},
        set_flag<&RefclockConfig::flag1>},
    {{"refclock", "flag2", Type::integer, 0, 1, "0", "", "A switch of the driver."},
        set_flag<&RefclockConfig::flag2>},
    {{"refclock", "flag3", Type::integer, 0, 1, "0", "", "A switch of the driver."},
        set_flag<&RefclockConfig::flag3>},
    {{"refclock", "flag4", Type::integer, 0, 1, "0", "", "A switch of the driver."},
        set_flag<&RefclockConfig::flag4>},
    {{"refclock", "mode", Type::integer, 0, 2147483647, "0", "", "A mode of the driver."},
        [](SourceDraft& said, const Value& value) { said.clock.mode = value.integer(); }},
    {{"refclock", "subtype", Type::integer, 0, 2147483647, "0", "", "A variant of the driver."},
        [](SourceDraft& said, const Value& value) { said.clock.subtype = value.integer(); }},
    {{"refclock", "tai", Type::integer, -1000, 1000, "from the leap seconds file", "s",
         "TAI minus UTC, for a device that shows TAI."},
        [](SourceDraft& said, const Value& value) { said.clock.tai = value.integer(); }},
    {{"refclock", "extpps", Type::integer, 0, 255, "", "",
         "The channel by which a hardware clock stamps the pulses."},
        [](SourceDraft& said, const Value& value) { said.clock.extpps = value.integer(); }},
    {{"refclock", "interface", Type::text, 0, 0, "", "name",
         "Network interface that ptp listens on."},
        set_text<&RefclockConfig::interface>},
    {{"refclock", "domain", Type::integer, 0, 255, "0", "", "PTP domain; others are not heard."},
        [](SourceDraft& said, const Value& value) { said.clock.domain = value.integer(); }},
    {{"refclock", "transport", Type::text, 0, 0, "udp4", "name",
         "How PTP is carried: udp4, udp6, or l2 for Ethernet."},
        set_text<&RefclockConfig::transport>},
    {{"refclock", "delay", Type::text, 0, 0, "auto", "name",
         "Whom ptp asks for the delay: e2e for the master, p2p for the neighbor, auto for the "
         "master until a neighbor asks us."},
        set_text<&RefclockConfig::delay>},
    {{"refclock", "unicast", Type::text, 0, 0, "who speaks to all", "address",
         "A PTP master that is asked to speak to us. May be given several times."},
        [](SourceDraft& said, const Value& value) { said.clock.unicast.push_back(value.text); }},
    {{"refclock", "minpoll", Type::integer, 0, 17, "6", "log2 s", "Shortest interval of readings."},
        set_minpoll},
    {{"refclock", "maxpoll", Type::integer, 0, 17, "minpoll", "log2 s",
         "Longest interval of readings."},
        set_maxpoll},
    {{"refclock", "prefer", Type::flag, 0, 0, "", "",
         "As long as its time is believed, take it from this clock alone."},
        on<&SourceConfig::is_preferred>},
    {{"refclock", "noselect", Type::flag, 0, 0, "", "", "Read and show it, and never follow it."},
        on<&SourceConfig::is_noselect>},
    {{"refclock", "true", Type::flag, 0, 0, "", "", "Believe it, whatever other sources say."},
        on<&SourceConfig::is_true>},
    {{"refclock", "bias", Type::number, -1000, 1000, "0", "s", "Added to the measured offset."},
        [](SourceDraft& said, const Value& value) { said.source.bias = Seconds{value.number}; }},
    {{"refclock", "iburst", Type::flag, 0, 0, "", "", "It is for servers.", Support::silent}},
    {{"refclock", "burst", Type::flag, 0, 0, "", "", "It is for servers.", Support::silent}},
    {{"refclock", "preempt", Type::flag, 0, 0, "", "", "It is for servers.", Support::silent}},
    {{"refclock", "version", Type::integer, 1, 4, "", "", "It is for servers.", Support::silent}},
    {{"refclock", "key", Type::integer, 1, 65535, "", "", "It is for servers.", Support::none}},
    {{"refclock", "minjitter", Type::number, 0, 1e9, "", "s", "It is not needed.", Support::none}},
});

constexpr auto device_rows = std::to_array<SourceWord>({
    {{"device", "timedata", Type::text, 0, 0, "the driver's", "path", "The device."},
        set_text<&RefclockConfig::path>},
    {{"device", "ppsdata", Type::text, 0, 0, "the driver's", "path",
         "The device of its pulse per second."},
        set_text<&RefclockConfig::ppspath>},
});

} // namespace

std::span<const SourceWord> server_words()
{
    return server_rows;
}

std::span<const SourceWord> clock_words()
{
    return clock_rows;
}

std::span<const SourceWord> device_words()
{
    return device_rows;
}

void list_source_options(std::vector<Option>& table)
{
    append(table, server_rows);
    append(table, clock_rows);
    append(table, device_rows);
}

} // namespace timeball::config
