// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Ordinary configurations load, and mean what they meant.

#include "conf.h"

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::config;

TEST_GROUP(ConfigSamples)
{
    Loaded loaded;
    LiveConfig live;
    StartConfig start;

    void load_sample(const std::string& name)
    {
        loaded = parsed(sample(name));
        live = loaded.config.live;
        start = loaded.config.start;
        CHECK(!live.sources.empty());
        LONGS_EQUAL(0, count(loaded.diagnostics, Diagnostic::Severity::error));
    }
    void expect_silence()
    {
        STRCMP_EQUAL("", all(loaded.diagnostics).c_str());
    }
};

TEST(ConfigSamples, APoolMemberServesAndIsNotAsked)
{
    load_sample("s1.conf");

    expect_silence();
    STRCMP_EQUAL("/var/lib/ntpsec/ntp.drift", live.driftfile.c_str());
    STRCMP_EQUAL("/usr/share/zoneinfo/leap-seconds.list", live.leapfile.c_str());
    LONGS_EQUAL(4, live.policy.minclock);
    LONGS_EQUAL(3, live.policy.minsane);
    LONGS_EQUAL(8, live.policy.maxclock);
    LONGS_EQUAL(5, live.sources.size());
    for (const SourceConfig& s : live.sources)
        CHECK(s.iburst && s.type == SourceType::server && s.port == 123 && s.minpoll.log2 == 6);
    LONGS_EQUAL(10, source(loaded, "ntp1.example.net").maxpoll.log2);
    LONGS_EQUAL(9, source(loaded, "ntp5.example.com").maxpoll.log2);
    STRCMP_EQUAL("0.0.0.0 mask 0.0.0.0 noquery nomodify limited kod nopeer notrap\n"
                 ":: mask :: noquery nomodify limited kod nopeer notrap\n"
                 "127.0.0.1 mask 255.255.255.255\n"
                 "::1 mask ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff\n",
        access_list(live).c_str());
}

TEST(ConfigSamples, ABusyPoolMemberKeepsAccountOfItsClients)
{
    load_sample("s2.conf");

    expect_silence();
    CHECK(live.mru == (MruConfig{262144ull * 1024, 0, 100000, Seconds{86400}, Seconds{3600}}));
    CHECK(live.limit.rule == LimitRule::ntpsec);
    DOUBLES_EQUAL(1.0, live.limit.average, 0);
    DOUBLES_EQUAL(20, live.limit.burst, 0);
    DOUBLES_EQUAL(0.5, live.limit.kod, 0);
    STRCMP_EQUAL("/var/log/ntpsec/", live.statsdir.c_str());
    LONGS_EQUAL(5, live.statistics.size());
    for (const FileGeneration& f : live.statistics)
        CHECK(f.is_enabled && f.link && f.file == f.kind);
    CHECK(live.statistics[1].kind == "peerstats"
        && live.statistics[1].type == FileGeneration::Type::day);
    CHECK(live.statistics[2].kind == "sysstats"
        && live.statistics[2].type == FileGeneration::Type::month);

    CHECK(source(loaded, "192.0.2.10").is_preferred);
    LONGS_EQUAL(4, source(loaded, "192.0.2.11").minpoll.log2);
    LONGS_EQUAL(6, source(loaded, "192.0.2.11").maxpoll.log2);
    CHECK(source(loaded, "2001:db8:1::10").iburst);
    CHECK(source(loaded, "2001:db8:1::11").iburst);
    CHECK(source(loaded, "time.example.net").family == Family::ipv4);
    CHECK(source(loaded, "time.example.net").is_noselect);

    STRCMP_EQUAL("0.0.0.0 mask 0.0.0.0 noquery nomodify nomrulist limited kod\n"
                 ":: mask :: noquery nomodify nomrulist limited kod\n"
                 "203.0.113.0 mask 255.255.255.0 nomodify\n"
                 "203.0.113.77 mask 255.255.255.255 ignore\n"
                 "2001:db8:ffff:: mask ffff:ffff:ffff:: noserve\n"
                 "127.0.0.1 mask 255.255.255.255\n"
                 "::1 mask ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff\n",
        access_list(live).c_str());
    STRCMP_EQUAL("/etc/ntpsec/ntp.keys", live.keysfile.c_str());
    CHECK(live.trusted_keys == (std::vector<KeyId>{{1}, {5}, {10}, {11}, {12}}));
    LONGS_EQUAL(5, live.control_key.value);
    STRCMP_EQUAL("=syncstatus +sysevents", live.logconfig.c_str());
    CHECK(live.variables == (std::vector<SetVariable>{{"operator", "noc at example net", true}}));
    LONGS_EQUAL(46, live.dscp);
}

TEST(ConfigSamples, AStratumOneHasItsClocks)
{
    load_sample("s3.conf");

    expect_silence();
    DOUBLES_EQUAL(0.010, live.policy.mindist.count(), 1e-12);
    DOUBLES_EQUAL(0, live.policy.panic.count(), 0);
    const SourceConfig& nmea = source(loaded, "127.127.20.0");
    CHECK(nmea.type == SourceType::refclock && nmea.refclock);
    STRCMP_EQUAL("nmea", nmea.refclock->driver.c_str());
    LONGS_EQUAL(1, nmea.refclock->mode);
    LONGS_EQUAL(115200, nmea.refclock->baud);
    STRCMP_EQUAL("/dev/ttyAMA0", nmea.refclock->path.c_str());
    STRCMP_EQUAL("/dev/pps0", nmea.refclock->ppspath.c_str());
    STRCMP_EQUAL("GPS", nmea.refclock->reference_id.c_str());
    CHECK(nmea.refclock->flag1 && !nmea.refclock->flag2);
    DOUBLES_EQUAL(0.150, nmea.refclock->time2.count(), 1e-12);
    LONGS_EQUAL(4, nmea.minpoll.log2);
    LONGS_EQUAL(4, nmea.maxpoll.log2); // as minpoll, when nothing is said
    const SourceConfig& pps = source(loaded, "127.127.22.0");
    CHECK(pps.is_preferred && pps.refclock->driver == "pps" && pps.refclock->unit == 0);
    CHECK(source(loaded, "ntp1.example.net").is_noselect);
    CHECK(source(loaded, "ntp2.example.net").is_preferred);
    CHECK(live.stats);
    STRCMP_EQUAL("/var/log/ntpsec/", live.statsdir.c_str());
    CHECK(live.statistics.size() == 1 && live.statistics[0].kind == "clockstats"
        && live.statistics[0].is_enabled && !live.statistics[0].link);
    STRCMP_EQUAL(
        "::1 mask ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff\n" // built in; nothing was said of it
        "0.0.0.0 mask 0.0.0.0 noquery nomodify limited kod\n"
        ":: mask :: noquery nomodify limited kod\n"
        "source noquery nomodify\n"
        "127.0.0.1 mask 255.255.255.255\n",
        access_list(live).c_str());
}

TEST(ConfigSamples, ClassicClockAddressesAreTheSameClocks)
{
    load_sample("s4.conf");

    expect_silence();
    DOUBLES_EQUAL(0.1, live.drift_threshold.ppm(), 1e-9);
    STRCMP_EQUAL("/var/db/ntp.drift", live.driftfile.c_str());
    STRCMP_EQUAL("/var/db/ntpd.leap-seconds.list", live.leapfile.c_str());
    LONGS_EQUAL(4, live.sources.size());
    const RefclockConfig shm0 = source(loaded, "127.127.28.0").refclock.value();
    STRCMP_EQUAL("shm", shm0.driver.c_str());
    DOUBLES_EQUAL(0.120, shm0.time1.count(), 1e-12);
    STRCMP_EQUAL("NMEA", shm0.reference_id.c_str());
    const SourceConfig& shm2 = source(loaded, "127.127.28.2");
    CHECK(shm2.is_preferred && shm2.refclock->unit == 2 && shm2.refclock->flag4);
    const RefclockConfig pps = source(loaded, "127.127.22.0").refclock.value();
    CHECK(pps.flag3 && !pps.flag2 && pps.stratum == Stratum{0});
    const SourceConfig& nmea = source(loaded, "127.127.20.1");
    LONGS_EQUAL(17, nmea.refclock->mode);
    DOUBLES_EQUAL(0.4, nmea.refclock->time2.count(), 1e-12);
    LONGS_EQUAL(6, nmea.minpoll.log2);
    LONGS_EQUAL(6, nmea.maxpoll.log2);
}

TEST(ConfigSamples, AnIsolatedNetworkHasAnOrphan)
{
    load_sample("s5.conf");

    LONGS_EQUAL(6, live.policy.orphan.value);
    DOUBLES_EQUAL(30, live.policy.orphanwait.count(), 0);
    LONGS_EQUAL(12, live.policy.ceiling.value);
    LONGS_EQUAL(1, live.policy.floor.value);
    LONGS_EQUAL(1, live.policy.minsane);
    DOUBLES_EQUAL(1.0, live.policy.step_forward.count(), 0);
    DOUBLES_EQUAL(0, live.policy.step_backward.count(), 0);
    DOUBLES_EQUAL(300, live.policy.stepout.count(), 0);
    DOUBLES_EQUAL(0, live.policy.panic.count(), 0);
    const RefclockConfig local = source(loaded, "127.127.1.0").refclock.value();
    CHECK(local.driver == "local" && local.stratum == Stratum{10});
    STRCMP_EQUAL(
        "ntp.conf:5:8: warning: the local clock is not a source of time: a server that others rely "
        "on should not use it ('tos orphan' serves an isolated network better)\n",
        all(loaded.diagnostics).c_str());

    using R = InterfaceRule;
    LONGS_EQUAL(4, live.interfaces.size());
    CHECK(live.interfaces[0] == (R{R::Action::ignore, R::What::wildcard, "", {}}));
    CHECK(live.interfaces[1]
        == (R{R::Action::listen, R::What::prefix, "", *parse_prefix("10.0.0.0/24")}));
    CHECK(live.interfaces[2] == (R{R::Action::ignore, R::What::ipv6, "", {}}));
    CHECK(live.interfaces[3] == (R{R::Action::drop, R::What::name, "eth1", {}}));
    STRCMP_EQUAL("127.0.0.1 mask 255.255.255.255\n"
                 "::1 mask ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff\n"
                 "10.0.0.0 mask 255.0.0.0 nomodify\n"
                 "0.0.0.0 mask 0.0.0.0 ignore\n"
                 ":: mask :: ignore\n"
                 "source\n",
        access_list(live).c_str());
}

TEST(ConfigSamples, NtsIsAskedForAndOffered)
{
    load_sample("s6.conf");

    expect_silence();
    CHECK(live.nts_enabled);
    STRCMP_EQUAL("/etc/ntpsec/cert-chain.pem", live.nts_cert.c_str());
    STRCMP_EQUAL("/etc/ntpsec/key.pem", live.nts_key.c_str());
    STRCMP_EQUAL("/var/lib/ntpsec/nts-keys", live.nts_cookie.c_str());
    STRCMP_EQUAL("TLS1.3", live.nts_mintls.c_str());
    STRCMP_EQUAL("AES_SIV_CMAC_256", live.nts_aead.c_str());
    const SourceConfig& plain = source(loaded, "time.example.com");
    CHECK(plain.nts && plain.iburst && plain.nts_port == 4460 && plain.port == 123);
    const SourceConfig& ported = source(loaded, "nts.example.net");
    CHECK(ported.nts && ported.nts_port == 4460 && ported.maxpoll.log2 == 8);
    const SourceConfig& odd = source(loaded, "nts.example.org");
    CHECK(odd.nts && odd.nts_no_verify && odd.nts_ca == "/etc/ssl/certs");
    STRCMP_EQUAL("AES_SIV_CMAC_512", odd.nts_aead.c_str());
    CHECK(source(loaded, "2.pool.example.org").type == SourceType::pool);
    CHECK(access_list(live).find("0.0.0.0 mask 0.0.0.0 noquery nomodify notrust\n")
        != std::string::npos);
}

TEST(ConfigSamples, AWorkstationMayBeOdd)
{
    load_sample("s7.conf");

    STRCMP_EQUAL("/var/lib/ntp dir/drift", live.driftfile.c_str());
    STRCMP_EQUAL("/var/log/ntp.log", live.logfile.c_str());
    CHECK(live.trusted_keys == (std::vector<KeyId>{{65534}}));
    LONGS_EQUAL(1, live.sources.size()); // the peer was unpeered
    const SourceConfig& s = source(loaded, "ntp.example.net");
    LONGS_EQUAL(65534, s.key.value);
    LONGS_EQUAL(3, s.version);
    DOUBLES_EQUAL(-0.0004, s.bias.count(), 1e-12);
    CHECK(live.monitor); // `limited` needs it, though disable goes before enable
    STRCMP_EQUAL("127.0.0.1 mask 255.255.255.255\n"
                 "::1 mask ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff\n"
                 "0.0.0.0 mask 0.0.0.0 noquery nomodify limited kod nopeer\n"
                 ":: mask :: noquery nomodify limited kod nopeer\n"
                 "0.0.0.0 mask 0.0.0.0 ntpport limited\n"
                 ":: mask :: ntpport limited\n",
        access_list(live).c_str());
    STRCMP_EQUAL(
        "ntp.conf:3:13: warning: 'ntp.d' cannot be read here\n"
        "ntp.conf:8:1: warning: 'peer': '192.0.2.9' is used as a server; symmetric associations "
        "are not made\n"
        "ntp.conf:12:12: note: there is no entry for '192.0.2.0/24': nothing was taken away\n"
        "ntp.conf:15:1: warning: 'phone' is accepted and has no effect: There are no modem "
        "clocks.\n"
        "ntp.conf:16:1: warning: 'rlimit' is accepted and has no effect: Limits of the process are "
        "the service manager's business.\n"
        "timeballd: note: 'monitor' stays on: 'limited' needs the list of recent clients\n"
        "timeballd: note: 1 server is few: with four, one may fail and another lie\n",
        all(loaded.diagnostics).c_str());
}

TEST(ConfigSamples, ObsoleteWordsWarnAndTheRestHolds)
{
    load_sample("s8.conf");

    STRCMP_EQUAL("/etc/ntp/drift", live.driftfile.c_str());
    CHECK(live.limit.rule == LimitRule::classic);
    LONGS_EQUAL(3, live.limit.classic_average.log2);
    DOUBLES_EQUAL(1, live.limit.classic_minimum.count(), 0);
    DOUBLES_EQUAL(3000, live.limit.monitor, 0);
    LONGS_EQUAL(2, live.sources.size());
    const SourceConfig& s = source(loaded, "ntp.example.net");
    CHECK(s.iburst && s.interleaved && s.is_preemptible);
    CHECK_FALSE(live.auth);
    CHECK(live.leapfile_checks_hash);
    STRCMP_EQUAL(
        "127.0.0.1 mask 255.255.255.255\n"
        "::1 mask ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff\n"
        "0.0.0.0 mask 0.0.0.0 noquery nomodify limited kod nopeer notrap serverresponse fuzz\n"
        ":: mask :: noquery nomodify limited kod nopeer notrap serverresponse fuzz\n",
        access_list(live).c_str());
    STRCMP_EQUAL(sample("s8.expected").c_str(), all(loaded.diagnostics).c_str());
}

TEST(ConfigSamples, ExtensionsAreUnderstood)
{
    load_sample("s9.conf");

    const SourceConfig& phc = source(loaded, "PHC(0)");
    CHECK(phc.refclock && phc.refclock->driver == "phc" && phc.refclock->path == "/dev/ptp0");
    CHECK(phc.refclock->tai == 37 && phc.refclock->reference_id == "PTP");
    LONGS_EQUAL(2, phc.minpoll.log2);
    LONGS_EQUAL(2, phc.maxpoll.log2);
    const SourceConfig& sock = source(loaded, "SOCK(0)");
    CHECK(sock.is_noselect && sock.refclock->path == "/run/chrony.ttyAMA0.sock");
    DOUBLES_EQUAL(2, live.limit.average, 0);
    DOUBLES_EQUAL(16, live.limit.burst, 0);
    DOUBLES_EQUAL(0.25, live.limit.kod, 0);
    LONGS_EQUAL(64, live.limit.v6_prefix);
    const SourceConfig& s = source(loaded, "ntp1.example.net");
    CHECK(s.interleaved && s.minpoll.log2 == 5 && s.port == 11123);
    expect_silence();
}

TEST_GROUP(ConfigDistributions)
{
    Loaded loaded;
    std::string access;

    void load_sample(const std::string& name)
    {
        loaded = parsed(sample(name));
        access = access_list(loaded.config.live);
        CHECK(!loaded.config.live.sources.empty());
    }
    // Time for everyone at a bounded rate, questions from this machine only.
    void expect_pool_advice()
    {
        CHECK(
            access.find("0.0.0.0 mask 0.0.0.0 noquery nomodify limited kod") != std::string::npos);
        CHECK(access.find(":: mask :: noquery nomodify limited kod") != std::string::npos);
        CHECK(access.find("127.0.0.1 mask 255.255.255.255\n") != std::string::npos);
        CHECK(
            access.find("::1 mask ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff\n") != std::string::npos);
    }
};

TEST(ConfigDistributions, DebianWithItsDirectory)
{
    MemoryFiles files;
    files.content["/etc/ntpsec/ntp.conf"] = sample("debian/ntp.conf");
    files.content["/etc/ntpsec/ntp.d/ntpviz.conf"] = sample("debian/ntp.d/ntpviz.conf");

    loaded = load({}, files, complete_build);

    STRCMP_EQUAL("", all(loaded.diagnostics).c_str());
    const LiveConfig& live = loaded.config.live;
    LONGS_EQUAL(4, live.sources.size());
    for (const SourceConfig& s : live.sources)
        CHECK(s.type == SourceType::pool && s.iburst);
    LONGS_EQUAL(11, live.policy.maxclock);
    LONGS_EQUAL(4, live.policy.minclock);
    LONGS_EQUAL(3, live.policy.minsane);
    LONGS_EQUAL(4, live.statistics.size());
    STRCMP_EQUAL("/var/log/ntpsec/", live.statsdir.c_str());
    access = access_list(live);
    expect_pool_advice();
}

TEST(ConfigDistributions, Ubuntu)
{
    load_sample("ubuntu.conf");
    STRCMP_EQUAL("", all(loaded.diagnostics).c_str());
    expect_pool_advice();
    CHECK(access.find("source noquery nomodify notrap\n") != std::string::npos);
    CHECK_FALSE(source(loaded, "ntp.ubuntu.com").iburst);
}

TEST(ConfigDistributions, RedHat)
{
    load_sample("rhel.conf");
    STRCMP_EQUAL("ntp.conf:12:13: warning: '/etc/ntp/crypto/pw' cannot be read here\n",
        all(loaded.diagnostics).c_str());
    CHECK(
        access.find("0.0.0.0 mask 0.0.0.0 noquery nomodify nopeer notrap\n") != std::string::npos);
    STRCMP_EQUAL("/etc/ntp/keys", loaded.config.live.keysfile.c_str());
    CHECK_FALSE(loaded.config.live.monitor); // nothing is limited there
}

TEST(ConfigDistributions, FreeBsd)
{
    load_sample("freebsd.conf");
    STRCMP_EQUAL("", all(loaded.diagnostics).c_str());
    expect_pool_advice();
    LONGS_EQUAL(6, loaded.config.live.policy.maxclock);
    STRCMP_EQUAL("/var/db/ntpd.leap-seconds.list", loaded.config.live.leapfile.c_str());
}

TEST(ConfigDistributions, OpnSense)
{
    load_sample("opnsense.conf");
    STRCMP_EQUAL("", all(loaded.diagnostics).c_str());
    expect_pool_advice();
    const LiveConfig& live = loaded.config.live;
    DOUBLES_EQUAL(0, live.policy.panic.count(), 0);
    LONGS_EQUAL(12, live.policy.orphan.value);
    CHECK(source(loaded, "127.127.20.0").refclock->flag1);
    LONGS_EQUAL(3, live.interfaces.size());
    STRCMP_EQUAL("em0", live.interfaces[2].name.c_str());
    STRCMP_EQUAL("=syncall +clockall", live.logconfig.c_str());
}

TEST(ConfigDistributions, TheAdviceOfThePool)
{
    load_sample("ntppool.conf");
    STRCMP_EQUAL("", all(loaded.diagnostics).c_str());
    expect_pool_advice();
    LONGS_EQUAL(5, loaded.config.live.sources.size());
}
