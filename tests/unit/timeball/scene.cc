// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors

#include "scene.h"

#include "timeball/update.h"

#include <cmath>
#include <fmt/format.h>

namespace timeball::console {

namespace {

using namespace std::chrono_literals;

constexpr std::string_view system_variables
    = "leap=0, stratum=2, precision=-24, rootdelay=0.466, rootdisp=1.732, refid=10.9.0.111, "
      "reftime=0xeeab15c5.df575555, tc=4, peer=17764, offset=-0.012345, frequency=-12.345678, "
      "sys_jitter=0.197300, clk_jitter=0.083000, clock=0xeeab15dc.5f575555, processor=x86_64, "
      "system=Linux/6.1.0-13-amd64, version=ntpd timeball-0.1.0, clk_wander=0.004000, mintc=0";

struct Told {
    std::uint16_t id, status;
    std::string_view variables;
};

constexpr Told associations[] = {
    {17764, 0x961a,
        "srcadr=10.9.0.111, srcport=123, dstadr=10.9.0.1, dstport=123, leap=0, hmode=3, stratum=1, "
        "ppoll=4, hpoll=4, precision=-20, rootdelay=0.000, rootdisp=0.992, refid=GPS, "
        "reftime=0xeeab15be.8e1f8e74, rec=0xeeab15c5.df575555, xmt=0xeeab15c5.8e1e12f4, "
        "reach=0xff, unreach=0, delay=0.465600, offset=-0.040900, jitter=0.197300, "
        "dispersion=0.431000, keyid=0, "
        "filtdelay= 0.47 0.51 0.48 0.73 0.47 0.91 0.55 0.49, "
        "filtoffset= -0.04 -0.02 -0.11 0.21 -0.03 0.35 0.02 -0.05, pmode=4, "
        "filtdisp= 0.00 0.24 0.48 0.72 0.96 1.20 1.44 1.68, flash=0x0, headway=0, "
        "srchost=ntp1.example.net, ntscookies=-1"},
    {17765, 0x9414,
        "srcadr=10.9.0.112, dstadr=10.9.0.1, leap=0, hmode=3, stratum=1, ppoll=4, hpoll=4, "
        "rootdelay=0.500, rootdisp=0.992, refid=PTP, rec=0xeeab15d4.00000000, reach=0x77, "
        "delay=1.082400, offset=+0.371900, jitter=0.572700, dispersion=0.712000, "
        "filtdelay= 1.08 1.10 2.20 1.12 1.30 1.25 1.09 1.60, "
        "filtoffset= 0.37 0.40 0.90 0.41 0.30 0.22 0.36 0.71, "
        "filtdisp= 0.00 0.24 0.48 0.72 0.96 1.20 1.44 1.68, flash=0x0, "
        "srchost=a-very-long-host-name.research.example.com, ntscookies=8"},
    {17766, 0x9314,
        "srcadr=10.9.0.113, dstadr=10.9.0.1, leap=0, hmode=3, stratum=2, ppoll=10, hpoll=10, "
        "rootdelay=15.200, rootdisp=20.992, refid=192.168.200.201, rec=0xeeab1400.00000000, "
        "reach=0x3, delay=4.240500, offset=-3.052400, jitter=2.782000, dispersion=938.201000, "
        "flash=0x0, srchost=10.9.0.113, ntscookies=-1"},
    {17767, 0x9114,
        "srcadr=10.9.0.114, dstadr=10.9.0.1, leap=0, hmode=3, stratum=1, ppoll=6, hpoll=6, "
        "rootdelay=0.000, rootdisp=0.992, refid=ATOM, rec=0xeeab15c0.00000000, reach=0xff, "
        "delay=3.123000, offset=247.677400, jitter=1.863800, dispersion=0.912000, flash=0x0, "
        "srchost=liar.example.org, ntscookies=-1"},
    {17768, 0x971a,
        "srcadr=127.127.22.0, dstadr=127.0.0.1, leap=0, hmode=3, stratum=0, ppoll=4, hpoll=4, "
        "rootdelay=0.000, rootdisp=0.000, refid=PPS, rec=0xeeab15d8.00000000, reach=0xff, "
        "delay=0.000000, offset=0.000812, jitter=0.000954, dispersion=0.238000, flash=0x0, "
        "srchost=PPS(0), ntscookies=-1"},
    {17769, 0x8011,
        "srcadr=0.0.0.0, dstadr=0.0.0.0, leap=3, hmode=3, stratum=16, ppoll=6, hpoll=6, "
        "rootdelay=0.000, rootdisp=0.000, refid=DNS, rec=0x00000000.00000000, reach=0x0, "
        "delay=0.000000, offset=0.000000, jitter=0.000060, dispersion=16000.0, flash=0x1400, "
        "srchost=nowhere.example.net, ntscookies=-1"},
    {17770, 0x9414,
        "srcadr=2001:db8:dead:beef:1234:5678:9abc:def0, dstadr=2001:db8::1, leap=0, hmode=3, "
        "stratum=2, ppoll=10, hpoll=10, rootdelay=31.200, rootdisp=12.500, refid=10.20.30.40, "
        "rec=0xeeab15b0.00000000, reach=0xfe, delay=18.093400, offset=-0.154800, "
        "jitter=0.230200, dispersion=4.120000, flash=0x0, ntscookies=-1"},
    {17771, 0x8811,
        "srcadr=0.0.0.0, dstadr=0.0.0.0, leap=3, hmode=3, stratum=16, ppoll=6, hpoll=6, "
        "rootdelay=0.000, rootdisp=0.000, refid=POOL, rec=0x00000000.00000000, reach=0x0, "
        "delay=0.000000, offset=0.000000, jitter=0.000000, dispersion=16000.0, flash=0x1400, "
        "srchost=2.debian.pool.ntp.org, ntscookies=-1"},
};

Model fresh(Size size)
{
    Model model;
    model.server().host = "ntp.example.org";
    model.server().watched_since = start;
    model.server().ask_at = start;
    model = update(model, {start, Resized{size}});
    return model;
}

// The next answers: counters and the server's clock went on.
Answers later(Answers answers, Nanoseconds by, double offset_us, double frequency_ppm)
{
    const double seconds = Seconds{by}.count();
    const Seconds before = *answers.system.offset;
    answers.system.clock->bits += static_cast<std::uint64_t>(std::ldexp(seconds, 32));
    answers.system.reference_time->bits += static_cast<std::uint64_t>(std::ldexp(seconds, 32));
    answers.system.offset = Seconds{offset_us * 1e-6};
    answers.system.frequency = Frequency::ppm(frequency_ppm);
    *answers.served.received += static_cast<std::uint64_t>(seconds * 1234);
    *answers.served.processed += static_cast<std::uint64_t>(seconds * 1233);
    *answers.served.uptime += Seconds{by};
    for (Peer& peer : answers.peers)
        if (peer.figures.received) {
            peer.figures.received->bits += static_cast<std::uint64_t>(std::ldexp(seconds, 32));
            *peer.figures.offset += Seconds{offset_us * 1e-6} - before;
        }
    return answers;
}

} // namespace

Variables told(std::string_view text)
{
    return control::parse_variables(text);
}

Answers scene()
{
    Answers answers;
    answers.system_variables = told(system_variables);
    answers.system = system_figures(answers.system_variables);
    answers.served = served_figures(told("ss_uptime=277200, ss_received=1000000, "
                                         "ss_processed=998000, ss_limited=150, ss_kodsent=3, "
                                         "ss_restricted=40, ss_badformat=2, ss_badauth=1, "
                                         "ss_declined=0"));
    for (const Told& association : associations) {
        Peer peer;
        peer.id = {association.id};
        peer.status = peer_status(association.status);
        peer.variables = told(association.variables);
        peer.figures = peer_figures(peer.variables);
        answers.peers.push_back(peer);
    }
    return answers;
}

Model watching(Size size)
{
    Model model = fresh(size);
    model = update(model, {start, Asked{{}}});
    model = update(model, {start + 10ms, Answered{scene()}});
    model = update(model, {start + 2s, Asked{{}}});
    Answers second = scene();
    second.system.clock->bits += std::uint64_t{2} << 32;
    *second.served.received += 2469;
    *second.served.processed += 2467;
    *second.served.uptime += 2s;
    model = update(model, {start + 2s + 10ms, Answered{second}});
    return model;
}

Model experienced(Size size)
{
    Model model = fresh(size);
    Answers answers = scene();
    for (int i = 0; i < 200; ++i) {
        const Instant<Mono> when = start + i * 6s;
        model = update(model, {when, Asked{{}}});
        // An offset that was corrected, a server that was silent for a while, and some noise.
        const double offset = 900 * std::exp(-i / 25.0) + 40 * std::sin(i * 1.7) - 12.345;
        const double frequency = -12.3 - 1.5 * std::exp(-i / 40.0);
        answers = later(answers, 6s, offset, frequency);
        if (i >= 110 && i < 120)
            model = update(model, {when + 5s, Unanswered{"timed out"}});
        else
            model = update(model, {when + 10ms, Answered{answers}});
    }
    return model;
}

namespace {

std::vector<Client> clients(ntp::Timestamp now)
{
    const auto client = [now](std::string address, int mode, int version, unsigned restrictions,
                            std::uint64_t count, double first, double last, std::uint64_t dropped) {
        const auto ago = [now](double seconds) {
            return ntp::Timestamp{now.bits - static_cast<std::uint64_t>(std::ldexp(seconds, 32))};
        };
        Client c;
        c.address = std::move(address);
        c.port = 40'000;
        c.mode = mode;
        c.version = version;
        c.restrictions = restrictions;
        c.count = count;
        c.dropped = dropped;
        c.first = ago(first);
        c.last = ago(last);
        return c;
    };
    std::vector<Client> all{client("198.51.100.23", 3, 4, 0x1f0, 913'520, 86'000, 0.02, 890'000),
        client("2001:db8:77::1:2:3", 3, 4, 0x5d0, 4'711, 900, 0.4, 4'000),
        client("203.0.113.7", 3, 3, 0x1d0, 920, 1'800, 1, 0),
        client("127.0.0.1", 6, 2, 0, 312, 600, 0, 0),
        client("10.9.0.111", 4, 4, 0x1d0, 64, 1'024, 9, 0)};
    for (int i = 0; i < 40; ++i)
        all.push_back(
            client(fmt::format("192.0.2.{}", i + 1), i % 9 == 0 ? 1 : 3, i % 4 == 0 ? 3 : 4, 0x1d0,
                static_cast<std::uint64_t>(200 - i), 64.0 * (200 - i), 1.5 * i, 0));
    return all;
}

} // namespace

Model busy(Size size)
{
    Model model = experienced(size);
    Answers answers = *model.server().answers;
    answers.clients = clients(*answers.system.clock);
    answers.system.tai = 37;
    answers.system.leap_second = "2016-12-31T23:59Z";
    answers.system.leap_expiry = "2027-06-28T00:00Z";
    answers.list = told("mru_depth=1000, mru_maxdepth=1000000, mru_mem=88");
    answers.own = told("tb_state=\"steering\", tb_workers=4, tb_memory=23456, tb_drift_age=1800, "
                       "tb_clock=\"kernel\", tb_verdicts=\"answered=998000 limited=2000\", "
                       "tb_events=\"0xeeab1990.00000000 ntp1.example.net: became the system peer | "
                       "0xeeab1900.00000000 started\"");
    answers.kernel = told("koffset=-0.012, kfreq=-12.346, kmaxerr=2.110, kesterr=0.021, "
                          "kstflags=\"pll nano\", kprecis=0.000, kfreqtol=500.000");
    answers.access = restrictions_of(
        told("addr.0=\"0.0.0.0\", mask.0=\"0.0.0.0\", hits.0=998000, "
             "flags.0=\"nomodify notrap nopeer limited kod noquery\", "
             "addr.1=\"127.0.0.1\", mask.1=\"255.255.255.255\", hits.1=2000, flags.1=\"\", "
             "addr.2=\"203.0.113.0\", mask.2=\"255.255.255.0\", hits.2=17, flags.2=\"ignore\", "
             "addr.3=\"::\", mask.3=\"::\", hits.3=0, flags.3=\"nomodify noquery\""));
    answers.peers.front().why
        = "system peer: of five that agree it has the smallest root distance, "
          "1.853 ms; the next one, 2001:db8:dead:beef::1, has 41.5 ms";
    for (Peer& peer : answers.peers)
        if (peer.figures.is_refclock())
            peer.clock = told("name=\"PPS\", timecode=\"edge 1732128862.000000812\", poll=1200, "
                              "noreply=3, badformat=0, baddata=1, fudgetime1=0.000, stratum=0, "
                              "refid=PPS, flags=0x0, device=\"/dev/pps0\"");
    answers.served.limited = 2000; // some are limited, some are kissed
    answers.served.kisses = 20;
    *answers.served.received += 6000;
    *answers.served.processed += 4150;
    model.server().interest = {true, true, true, true, {17764}};
    model.thresholds.jitter = {0.0005, 0.002};
    model.thresholds.missed = {2, 6};
    return update(model, {model.now + 5s, Answered{answers}});
}

Model among_others(Model model)
{
    Server lost = model.server();
    lost.host = "ntp2.example.org";
    lost.journal.clear();
    Server silent;
    silent.host = "192.0.2.250 port 11123";
    silent.watched_since = model.now - 30s;
    model.servers.push_back(std::move(lost));
    model.servers.push_back(std::move(silent));
    model = update(model, {model.now + 4s, Unanswered{"timed out, nothing received"}, 1});
    return update(model, {model.now, Unanswered{"Connection refused"}, 2});
}

Model pressed(Model model, std::u32string_view keys)
{
    for (const char32_t key : keys)
        model = update(model, {model.now, KeyPressed{key}});
    return model;
}

} // namespace timeball::console
