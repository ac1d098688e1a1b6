// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Writing a configuration. What has its default is left out, so the file stays as short as what a
// person would write.

#include "config/save.h"

#include "config/access.h"
#include "config/options.h"

#include <fmt/format.h>

#include <algorithm>

namespace timeball::config {

namespace {

// A text as a token: in quotes when a blank or a sign would end it.
std::string token(std::string_view text)
{
    const bool is_plain
        = !text.empty() && text.find_first_of(" \t\"'#{}(),;|=") == std::string_view::npos;
    return is_plain ? std::string{text} : fmt::format("\"{}\"", text);
}

std::string number(double value)
{
    return fmt::format("{}", value); // the shortest that reads back as the same
}

// The shortest that reads back as the same.
std::string ppm(Frequency frequency)
{
    std::string text;
    for (int digits = 1; digits <= 17; ++digits) {
        text = fmt::format("{:.{}g}", frequency.ppm(), digits);
        if (Frequency::ppm(parse_number(text).value) == frequency)
            break;
    }
    return text;
}

class Lines {
public:
    void line(const std::string& text) { text_ += text + '\n'; }
    void path(std::string_view word, const std::string& value)
    {
        if (!value.empty())
            line(fmt::format("{} {}", word, token(value)));
    }
    std::string text() && { return std::move(text_); }

private:
    std::string text_;
};

// "tos minclock 4 maxclock 8": words that differ from their default, on one line.
class Words {
public:
    explicit Words(std::string directive) : text_{std::move(directive)} { }

    void flag(bool is_set, std::string_view word)
    {
        if (is_set)
            append(word);
    }
    template <class T>
    void value(std::string_view word, const T& is, const T& standard)
    {
        if (!(is == standard))
            append(fmt::format("{} {}", word, shown(is)));
    }
    void append(std::string_view words)
    {
        text_.append(" ").append(words);
        has_words_ = true;
    }
    bool has_words() const { return has_words_; }
    const std::string& text() const { return text_; }
    void to(Lines& lines) const
    {
        if (has_words_)
            lines.line(text_);
    }

private:
    static std::string shown(Seconds s) { return number(s.count()); }
    static std::string shown(Frequency f) { return ppm(f); }
    static std::string shown(Poll p) { return fmt::format("{}", p.log2); }
    static std::string shown(Stratum s) { return fmt::format("{}", s.value); }
    static std::string shown(KeyId k) { return fmt::format("{}", k.value); }
    static std::string shown(double d) { return number(d); }
    static std::string shown(int i) { return fmt::format("{}", i); }
    static std::string shown(std::uint64_t i) { return fmt::format("{}", i); }
    static std::string shown(std::uint16_t i) { return fmt::format("{}", i); }
    static std::string shown(std::uint8_t i) { return fmt::format("{}", i); }
    static std::string shown(const std::string& s) { return token(s); }

    std::string text_;
    bool has_words_ = false;
};

void add_common(Words& w, const SourceConfig& s)
{
    w.flag(s.is_preferred, "prefer");
    w.flag(s.is_noselect, "noselect");
    w.flag(s.is_true, "true");
    w.value("bias", s.bias, Seconds{0});
}

std::string clock_line(const SourceConfig& s)
{
    const RefclockConfig standard;
    const RefclockConfig& c = *s.refclock;
    Words w{fmt::format("refclock {} unit {}", c.driver, c.unit)};
    w.value("mode", c.mode, standard.mode);
    w.value("subtype", c.subtype, standard.subtype);
    w.value("path", c.path, standard.path);
    w.value("ppspath", c.ppspath, standard.ppspath);
    w.value("baud", c.baud, standard.baud);
    w.value("time1", c.time1, standard.time1);
    w.value("time2", c.time2, standard.time2);
    if (c.stratum)
        w.append(fmt::format("stratum {}", c.stratum->value));
    w.value("refid", c.reference_id, standard.reference_id);
    w.value("flag1", int{c.flag1}, 0);
    w.value("flag2", int{c.flag2}, 0);
    w.value("flag3", int{c.flag3}, 0);
    w.value("flag4", int{c.flag4}, 0);
    if (c.tai)
        w.append(fmt::format("tai {}", *c.tai));
    if (c.extpps)
        w.append(fmt::format("extpps {}", *c.extpps));
    w.value("interface", c.interface, standard.interface);
    w.value("domain", c.domain, standard.domain);
    w.value("transport", c.transport, standard.transport);
    w.value("delay", c.delay, standard.delay);
    for (const std::string& master : c.unicast)
        w.append("unicast " + master);
    w.append(fmt::format("minpoll {} maxpoll {}", s.minpoll.log2, s.maxpoll.log2));
    add_common(w, s);
    return w.text();
}

std::string_view directive_of(SourceType type)
{
    switch (type) {
    case SourceType::pool:
        return "pool";
    case SourceType::peer:
        return "peer";
    default:
        return "server";
    }
}

std::string host_of(const SourceConfig& s)
{
    if (!s.nts || s.nts_port == SourceConfig{}.nts_port)
        return s.host;
    const bool has_colons = s.host.find(':') != std::string::npos;
    return has_colons ? fmt::format("[{}]:{}", s.host, s.nts_port)
                      : fmt::format("{}:{}", s.host, s.nts_port);
}

void add_sources(Lines& lines, const LiveConfig& live)
{
    for (const SourceConfig& source : live.sources)
        lines.line(to_line(source));
}

// What is not a prefix needs its mask; a line stands for one entry, so the flags of one address are
// told once.
std::string entry_line(const std::string& subject, const RestrictEntry& e, bool needs_mask)
{
    std::string text = "restrict " + subject;
    if (needs_mask)
        text += " mask " + to_string(e.mask);
    if (e.ntpport)
        text += " ntpport";
    const std::string flags = flag_words(e.flags);
    return flags.empty() ? text : text + " " + flags;
}

void add_restrictions(Lines& lines, const LiveConfig& live)
{
    // The built-in ones are there anyway, unless somebody took them away.
    const LiveConfig bare = [] {
        LiveConfig l;
        l.restrictions = AccessDraft{}.entries();
        return l;
    }();
    for (const RestrictEntry& e : live.restrictions) {
        if (e.line == 0
            && std::find(bare.restrictions.begin(), bare.restrictions.end(), e)
                != bare.restrictions.end())
            continue;
        if (e.is_source_template)
            lines.line(entry_line("source", e, false));
        else if (e.mask.is_any())
            lines.line(entry_line(
                e.address.family == Family::ipv4 ? "-4 default" : "-6 default", e, false));
        else
            lines.line(entry_line(to_string(e.address), e,
                e.mask != mask_of(e.address.family, e.address.family == Family::ipv4 ? 32 : 128)));
    }
    for (const RestrictName& n : live.restrict_names) {
        const std::string family = !n.family ? "" : *n.family == Family::ipv4 ? "-4 " : "-6 ";
        lines.line(entry_line(family + token(n.host), n.entry, !n.entry.mask.is_any()));
    }
    for (const RestrictEntry& e : bare.restrictions) {
        const auto is_same = [&](const RestrictEntry& other) {
            return other.address == e.address && other.mask == e.mask && !other.ntpport
                && !other.is_source_template;
        };
        const bool is_there
            = std::any_of(live.restrictions.begin(), live.restrictions.end(), is_same);
        const bool yields = e.address.is_loopback()
            && std::any_of(live.restrictions.begin(), live.restrictions.end(),
                [&](const RestrictEntry& other) {
                    return other.line != 0 && !other.is_source_template && !other.ntpport
                        && !other.mask.is_any() && other.address.family == e.address.family
                        && masked(e.address, other.mask) == other.address;
                });
        if (!is_there && !yields)
            lines.line("delrestrict " + to_string(e.address));
    }
}

void add_limits(Lines& lines, const LiveConfig& live)
{
    const LimitConfig standard;
    const LimitConfig& l = live.limit;
    // The last directive of the two is the rule that holds.
    Words limit{"limit"}, discard{"discard"};
    limit.value("average", l.average, standard.average);
    limit.value("burst", l.burst, standard.burst);
    limit.value("kod", l.kod, standard.kod);
    limit.value("v6prefix", l.v6_prefix, standard.v6_prefix);
    discard.value("average", l.classic_average, standard.classic_average);
    discard.value("minimum", l.classic_minimum, standard.classic_minimum);
    discard.value("monitor", l.monitor, standard.monitor);
    const bool is_classic = l.rule == LimitRule::classic;
    (is_classic ? limit : discard).to(lines);
    const Words& rule = is_classic ? discard : limit;
    if (rule.has_words() || is_classic || discard.has_words())
        lines.line(rule.text());

    const MruConfig mru_standard;
    Words mru{"mru"};
    mru.value("maxmem", live.mru.max_memory / 1024, mru_standard.max_memory / 1024);
    mru.value("maxdepth", live.mru.max_depth, mru_standard.max_depth);
    mru.value("mindepth", live.mru.min_depth, mru_standard.min_depth);
    mru.value("maxage", live.mru.max_age, mru_standard.max_age);
    mru.value("minage", live.mru.min_age, mru_standard.min_age);
    mru.to(lines);
}

void add_policy(Lines& lines, const LiveConfig& live)
{
    const sync::Policy standard;
    const sync::Policy& p = live.policy;
    Words tos{"tos"};
    tos.value("minclock", p.minclock, standard.minclock);
    tos.value("maxclock", p.maxclock, standard.maxclock);
    tos.value("minsane", p.minsane, standard.minsane);
    tos.value("floor", p.floor, standard.floor);
    tos.value("ceiling", p.ceiling, standard.ceiling);
    tos.value("mindist", p.mindist, standard.mindist);
    tos.value("maxdist", p.maxdist, standard.maxdist);
    tos.value("orphan", p.orphan, standard.orphan);
    tos.value("orphanwait", p.orphanwait, standard.orphanwait);
    tos.value("holdover", p.holdover, standard.holdover);
    tos.to(lines);

    Words tinker{"tinker"};
    tinker.value("stepfwd", p.step_forward, standard.step_forward);
    tinker.value("stepback", p.step_backward, standard.step_backward);
    tinker.value("stepout", p.stepout, standard.stepout);
    tinker.value("panic", p.panic, standard.panic);
    tinker.value("dispersion", p.dispersion, standard.dispersion);
    tinker.value("allan", p.allan, standard.allan);
    if (live.tinker_frequency)
        tinker.append("freq " + ppm(*live.tinker_frequency));
    tinker.to(lines);

    const LiveConfig switches;
    for (const auto& [name, is_on, standard_on] :
        {std::tuple{"ntp", live.ntp, switches.ntp}, std::tuple{"stats", live.stats, switches.stats},
            std::tuple{"monitor", live.monitor, switches.monitor},
            std::tuple{"auth", live.auth, switches.auth}})
        if (is_on != standard_on)
            lines.line(fmt::format("{} {}", is_on ? "enable" : "disable", name));
}

void add_files(Lines& lines, const LiveConfig& live)
{
    const LiveConfig standard;
    lines.path("driftfile", live.driftfile);
    if (live.drift_threshold != standard.drift_threshold)
        lines.line(fmt::format("nonvolatile {}", number(live.drift_threshold.ratio())));
    if (!live.leapfile.empty())
        lines.line(fmt::format(
            "leapfile {}{}", token(live.leapfile), live.leapfile_checks_hash ? "" : " ignorehash"));
    if (live.leap_smear_interval != standard.leap_smear_interval)
        lines.line(fmt::format("leapsmearinterval {}", number(live.leap_smear_interval.count())));
    lines.path("logfile", live.logfile);
    if (!live.logconfig.empty())
        lines.line("logconfig " + live.logconfig);
    lines.path("statsdir", live.statsdir);
    static constexpr const char* types[] = {"none", "pid", "day", "week", "month", "year", "age"};
    for (const FileGeneration& f : live.statistics)
        lines.line(fmt::format("filegen {} file {} type {} {} {}", f.kind, token(f.file),
            types[static_cast<std::size_t>(f.type)], f.link ? "link" : "nolink",
            f.is_enabled ? "enable" : "disable"));
    lines.path("saveconfigdir", live.saveconfigdir);
}

void add_keys(Lines& lines, const LiveConfig& live)
{
    lines.path("keys", live.keysfile);
    // Runs of keys as a range.
    std::string trusted;
    for (std::size_t i = 0; i < live.trusted_keys.size();) {
        std::size_t end = i + 1;
        while (end < live.trusted_keys.size()
            && live.trusted_keys[end].value == live.trusted_keys[end - 1].value + 1)
            ++end;
        const auto first = live.trusted_keys[i].value, last = live.trusted_keys[end - 1].value;
        trusted += end - i > 2 ? fmt::format(" ({} ... {})", first, last)
            : end - i == 2     ? fmt::format(" {} {}", first, last)
                               : fmt::format(" {}", first);
        i = end;
    }
    if (!trusted.empty())
        lines.line("trustedkey" + trusted);
    if (live.control_key != KeyId{})
        lines.line(fmt::format("controlkey {}", live.control_key.value));

    Words nts{"nts"};
    nts.flag(live.nts_enabled, "enable");
    for (const auto& [word, value] : {std::pair{"cert", &live.nts_cert},
             std::pair{"key", &live.nts_key}, std::pair{"cookie", &live.nts_cookie},
             std::pair{"ca", &live.nts_ca}, std::pair{"aead", &live.nts_aead},
             std::pair{"mintls", &live.nts_mintls}, std::pair{"maxtls", &live.nts_maxtls}})
        nts.value(word, *value, std::string{});
    nts.to(lines);
}

void add_network(Lines& lines, const LiveConfig& live)
{
    static constexpr const char* actions[] = {"listen", "ignore", "drop"};
    static constexpr const char* subjects[] = {"all", "ipv4", "ipv6", "wildcard"};
    for (const InterfaceRule& rule : live.interfaces) {
        std::string subject;
        if (rule.what == InterfaceRule::What::name)
            subject = token(rule.name);
        else if (rule.what == InterfaceRule::What::prefix)
            subject = to_string(rule.prefix);
        else
            subject = subjects[static_cast<std::size_t>(rule.what)];
        lines.line(fmt::format(
            "interface {} {}", actions[static_cast<std::size_t>(rule.action)], subject));
    }
    for (const std::string& name : live.hwtimestamp)
        lines.line(fmt::format("hwtimestamp {}", token(name)));
    if (live.dscp != LiveConfig{}.dscp)
        lines.line(fmt::format("dscp {}", live.dscp));
    for (const SetVariable& v : live.variables)
        lines.line(
            fmt::format("setvar {} = \"{}\"{}", v.name, v.value, v.is_default ? " default" : ""));
}

} // namespace

std::string to_line(const SourceConfig& s)
{
    if (s.refclock)
        return clock_line(s);
    const SourceConfig standard;
    const std::string family = !s.family ? "" : *s.family == Family::ipv4 ? "-4 " : "-6 ";
    Words w{fmt::format("{} {}{}", directive_of(s.type), family, host_of(s))};
    w.value("port", s.port, standard.port);
    w.flag(s.iburst, "iburst");
    w.flag(s.burst, "burst");
    w.flag(s.is_preemptible, "preempt");
    w.flag(s.interleaved, "xleave");
    w.flag(s.nts, "nts");
    w.flag(s.nts_no_verify, "noval");
    w.value("ca", s.nts_ca, standard.nts_ca);
    w.value("aead", s.nts_aead, standard.nts_aead);
    w.value("minpoll", s.minpoll, standard.minpoll);
    w.value("maxpoll", s.maxpoll, standard.maxpoll);
    w.value("version", s.version, standard.version);
    w.value("key", s.key, standard.key);
    add_common(w, s);
    return w.text();
}

std::string to_ntp_conf(const LiveConfig& live)
{
    Lines lines;
    add_files(lines, live);
    add_keys(lines, live);
    add_policy(lines, live);
    add_sources(lines, live);
    add_restrictions(lines, live);
    add_limits(lines, live);
    add_network(lines, live);
    return std::move(lines).text();
}

bool is_plain_file_name(std::string_view name)
{
    constexpr std::size_t longest = 100;
    return !name.empty() && name.size() <= longest && name.front() != '.'
        && std::all_of(name.begin(), name.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
                   || c == '.' || c == '-' || c == '_';
           });
}

} // namespace timeball::config
