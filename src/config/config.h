// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// What a configuration says, as one immutable value. Everything has its default here.
// StartConfig is sealed once the daemon runs; LiveConfig is what a reload may change.

#include "base/address.h"
#include "ntp/types.h"
#include "sync/policy.h"
#include "time/time.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace timeball::config {

enum class SourceType : std::uint8_t {
    server,
    pool,
    peer, // as server, with a warning
    refclock
};

struct RefclockConfig {
    std::string driver; // "pps", "shm", ...
    std::optional<int> number; // t of 127.127.t.u, where the driver has one
    int unit = 0;
    int mode = 0;
    int subtype = 0;
    Seconds time1{0};
    Seconds time2{0};
    std::optional<Stratum> stratum;
    std::string reference_id;
    bool flag1 = false, flag2 = false, flag3 = false, flag4 = false;
    std::string path, ppspath;
    int baud = 0; // 0: the driver's own
    std::optional<int> tai; // TAI minus UTC, seconds, of a device that shows TAI
    std::optional<int> extpps; // channel of a hardware clock that stamps a pulse per second
    // Of ptp.
    std::string interface;
    int domain = 0;
    std::string transport, delay; // empty: the driver's own
    std::vector<std::string> unicast; // addresses of masters
    bool operator==(const RefclockConfig&) const = default;
};

struct SourceConfig {
    SourceType type = SourceType::server;
    std::string host; // as written: name or numeric address, without brackets; a reference clock's
                      // "127.127.t.u", or "PHC(0)" where the driver has no number
    std::optional<Family> family; // -4, -6
    std::uint16_t port = 123;
    bool iburst = false;
    bool burst = false;
    bool is_preferred = false;
    bool is_noselect = false;
    bool is_true = false;
    bool is_preemptible = false;
    bool interleaved = false; // xleave
    bool nts = false;
    std::uint16_t nts_port = 4460; // of the key exchange
    std::string nts_ca; // file or directory; empty: the system's
    std::string nts_aead;
    bool nts_no_verify = false;
    Poll minpoll{6};
    Poll maxpoll{10};
    std::uint8_t version = 4;
    KeyId key;
    Seconds bias{0};
    std::optional<RefclockConfig> refclock;
    std::string file; // where it stands, for messages; does not count in comparisons
    int line = 0;

    bool operator==(const SourceConfig&) const;
};

// Two sources are one and the same upstream when this is equal: what it is and where.
std::string identity(const SourceConfig& source);

// Bits as mrulist's `rs` shows them.
enum RestrictFlags : std::uint32_t {
    restrict_ignore = 0x1,
    restrict_noserve = 0x2,
    restrict_notrust = 0x4,
    restrict_version = 0x8,
    restrict_nopeer = 0x10,
    restrict_limited = 0x20,
    restrict_noquery = 0x40,
    restrict_nomodify = 0x80,
    restrict_notrap = 0x100,
    restrict_kod = 0x400,
    restrict_mssntp = 0x800,
    restrict_flake = 0x1000,
    restrict_nomrulist = 0x2000,
    restrict_fuzz = 0x4000
};

struct RestrictEntry {
    Address address; // host bits already cleared
    Address mask; // any mask, as the `mask` word allows, not only a prefix
    bool ntpport = false; // match only source port 123
    std::uint32_t flags = 0; // RestrictFlags
    bool is_source_template = false; // `restrict source`: address and mask are unused
    int line = 0; // 0: built in; does not count in comparisons
    bool operator==(const RestrictEntry&) const;
};

// A rule for a name that must be resolved when loading; each of its addresses gets the entry. A
// mask of zeros, here, means that none was given: the address alone.
struct RestrictName {
    std::string host;
    std::optional<Family> family;
    RestrictEntry entry;
    bool operator==(const RestrictName&) const = default;
};

enum class LimitRule : std::uint8_t {
    ntpsec, // `limit`, also when neither is given
    classic // `discard`
};

struct LimitConfig {
    LimitRule rule = LimitRule::ntpsec;
    double average = 1.0; // ntpsec: packets per second
    double burst = 20; // ntpsec: packets
    double kod = 0.5; // ntpsec: excess up to which a kiss is sent
    Poll classic_average{3};
    Seconds classic_minimum{2};
    double monitor = 3000;
    int v4_prefix = 32, v6_prefix = 64; // addresses of one prefix share a bucket
    bool operator==(const LimitConfig&) const = default;
};

struct MruConfig {
    std::uint64_t max_memory = 64ull << 20; // octets
    std::uint64_t max_depth = 0; // entries; 0: by memory
    std::uint64_t min_depth = 600;
    Seconds max_age{3600};
    Seconds min_age{64};
    bool operator==(const MruConfig&) const = default;
};

// The threads that answer, and how much they answer.
struct ServeConfig {
    int workers = -1; // threads; 0: the control loop; -1: one a core, at most 8
    bool pins_workers = false; // each to a core of its own
    Nanoseconds busy_poll{0}; // how long the kernel looks for datagrams itself before it waits
    double max_rate = 0; // answers a second, of all workers; 0: as many as they can
    bool operator==(const ServeConfig&) const = default;
};

struct InterfaceRule {
    enum class Action : std::uint8_t { listen, ignore, drop };
    enum class What : std::uint8_t { all, ipv4, ipv6, wildcard, name, prefix };
    Action action = Action::listen;
    What what = What::all;
    std::string name;
    Prefix prefix;
    bool operator==(const InterfaceRule&) const = default;
};

struct SetVariable {
    std::string name, value;
    bool is_default = false;
    bool operator==(const SetVariable&) const = default;
};

struct FileGeneration {
    enum class Type : std::uint8_t { none, pid, day, week, month, year, age };
    std::string kind; // loopstats, peerstats, ...
    std::string file; // defaults to kind
    Type type = Type::day;
    bool link = true;
    bool is_enabled = false;
    bool operator==(const FileGeneration&) const = default;
};

enum class ClockChoice : std::uint8_t { kernel, software, none };

// How wrong a software clock starts, for demonstrations.
struct SoftwareClockConfig {
    Seconds offset{0}; // added to the system's time at start
    Frequency frequency; // error of its oscillator
    Seconds jitter{0}; // of each reading
    bool operator==(const SoftwareClockConfig&) const = default;
};

struct StartConfig {
    std::string pidfile;
    std::string user, group; // -u
    std::string jaildir; // -i; empty: none
    ClockChoice clock = ClockChoice::kernel;
    SoftwareClockConfig software_clock;
    std::uint16_t port = 123;
    std::uint16_t extra_port = 0; // a second one; 0: none
    std::vector<std::string> xdp; // interfaces on which the kernel answers plain requests
    bool sandbox = true;
    bool uses_ipv4 = true;
    bool uses_ipv6 = true;
    bool uses_virtual_interfaces = true; // -L: not those with a colon in their name
    bool stays_in_foreground = false; // -n
    bool quits_when_set = false; // -q: sets the clock once and ends
    Seconds wait_for_sync{0}; // -w: the parent waits so long for the first synchronization
    Seconds interface_interval{300}; // -U: between looks at the interfaces; 0: never
    bool high_priority = false; // -N, -P
    int debug = 0; // -d, -D
    bool operator==(const StartConfig&) const = default;
};

struct LiveConfig {
    std::vector<SourceConfig> sources;
    std::vector<RestrictEntry> restrictions; // built-in ones first, then in order of the file; each
                                             // address, mask and ntpport once, flags merged
    std::vector<RestrictName> restrict_names;
    LimitConfig limit;
    MruConfig mru;
    ServeConfig serve;
    std::vector<InterfaceRule> interfaces;
    sync::Policy policy; // tos, tinker, -g, -G and -x
    std::string driftfile;
    Frequency drift_threshold = Frequency::ppm(0.1); // `nonvolatile`
    std::optional<Frequency> tinker_frequency;
    std::string leapfile;
    bool leapfile_checks_hash = true;
    Seconds leap_smear_interval{0};
    std::string statsdir; // ends in a slash, or is empty
    std::vector<FileGeneration> statistics;
    bool stats = true;
    std::string logfile;
    std::string logconfig; // its words, separated by blanks: "=syncstatus +sysevents"
    std::string saveconfigdir; // ends in a slash, or is empty: nothing is saved
    std::string keysfile;
    std::vector<KeyId> trusted_keys; // ascending
    KeyId control_key;
    bool ntp = true; // `disable ntp`: never touch the clock
    bool monitor = true;
    bool auth = true;
    int dscp = 46;
    std::vector<std::string> hwtimestamp; // interfaces whose card stamps packets; "*": all that can
    std::vector<SetVariable> variables;
    std::string nts_cert, nts_key, nts_cookie, nts_ca, nts_aead;
    std::string nts_mintls, nts_maxtls;
    std::uint16_t nts_port = 4460;
    bool nts_enabled = false;
};

struct Config {
    StartConfig start;
    LiveConfig live;
};

} // namespace timeball::config
