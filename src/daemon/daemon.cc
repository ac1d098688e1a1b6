// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The turns of the daemon.

#include "daemon/daemon.h"

#include "config/diff.h"
#include "config/line.h"
#include "config/load.h"
#include "config/save.h"
#include "control/variables.h"
#include "daemon/build.h"
#include "daemon/learned_file.h"
#include "daemon/reporting.h"
#include "ntp/keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

namespace timeball::daemon {

using namespace std::chrono_literals;

namespace {

constexpr auto look_interval = 1s;
constexpr std::size_t most_events = 32; // that are shown
constexpr auto shortest_measurement = 10min; // of a frequency that goes to the drift file

std::string seconds_text(Nanoseconds span)
{
    return fmt::format("{:+.6f} s", Seconds{span}.count());
}

std::vector<std::string> lines_of(const std::string& text)
{
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        std::string line = text.substr(at, end - at);
        std::erase_if(
            line, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
        if (!line.empty())
            lines.push_back(std::move(line));
        at = end + 1;
    }
    return lines;
}

// Of this process, in octets, where there is a /proc.
std::optional<std::uint64_t> memory_in_use(Files& files)
{
    const auto text = files.read("/proc/self/status");
    constexpr std::string_view name = "VmRSS:";
    const auto at = text ? text->find(name) : std::string::npos;
    if (at == std::string::npos)
        return std::nullopt;
    return std::strtoull(text->c_str() + at + name.size(), nullptr, 10) * 1024;
}

} // namespace

Daemon::Daemon(const Platform& platform, config::Config config, const Platform* serving)
    : platform_{platform},
      serving_{serving ? *serving : platform},
      config_{std::move(config)},
      drift_{platform.files, config_.live.driftfile, config_.live.drift_threshold},
      leap_file_{platform.files, config_.live.leapfile, config_.live.leapfile_checks_hash},
      log_choice_{config_.live.logconfig},
      statistics_{platform.files, platform.machine.pid,
          [this](const std::string& what) { log(Severity::warning, what); }},
      steersman_{platform.clock, platform.loop,
          [this](const std::string& what) { log(Severity::error, what); }},
      leap_second_{platform.clock, platform.loop, steersman_,
          {.held = [this] { tell_time(held(served_.read())); },
              .moved = [this](Nanoseconds by) { engine_.leaped(by); },
              .done = [this](Nanoseconds by) { leap_is_over(by); }}},
      engine_{policy()},
      started_{platform.loop.now()},
      hour_began_at_{started_},
      sources_{make_sources()}
{
    load_keys(); // while we may still read them
}

Daemon::~Daemon() = default;

// What the files say, with what only the daemon knows: whether there is a clock to steer.
sync::Policy Daemon::policy() const
{
    sync::Policy p = config_.live.policy;
    p.steers = config_.live.ntp && platform_.clock.is_steered();
    p.max_frequency = std::min(p.max_frequency, platform_.clock.max_frequency());
    if (config_.start.quits_when_set)
        p.steps_at_start = true; // nobody stays to finish a slew
    return p;
}

// From the configuration, else from an earlier run.
std::optional<Frequency> Daemon::known_frequency()
{
    std::string fault;
    const auto kept = drift_.read(fault);
    if (!fault.empty())
        log(Severity::warning, fault);
    return config_.live.tinker_frequency ? config_.live.tinker_frequency : kept;
}

std::unique_ptr<source::Sources> Daemon::make_sources()
{
    const Platform& p = platform_;
    const auto tai_offset = [this]() -> std::optional<std::chrono::seconds> {
        const LeapTable* table = leap_file_.table();
        const auto known
            = table ? timeball::tai_offset(*table, platform_.clock.now()) : std::nullopt;
        return known ? std::optional{std::chrono::seconds{*known}} : std::nullopt;
    };
    return std::make_unique<source::Sources>(
        source::Edges{p.loop, p.clock, p.network, p.resolver, p.random, p.devices, tai_offset},
        steersman_.log(), sink(), config_.start);
}

Result<void, serve::OpenFault> Daemon::start()
{
    begin(prepare());
    if (const auto opened = serve({}); !opened)
        return opened;
    sources_->configure(config_.live);
    begin_looking();
    return {};
}

// With what the files say.
sync::Policy Daemon::prepare()
{
    valid_from_ = platform_.clock.now();
    sync::Policy p = policy();
    p.initial_frequency = known_frequency();
    engine_ = sync::Engine{p};
    recall_what_was_learned();
    read_leap_file();
    statistics_.configure(config_.live);
    if (platform_.use)
        used_ = platform_.use();
    return p;
}

void Daemon::begin(const sync::Policy& p)
{
    if (p.steers && p.initial_frequency)
        steersman_.steer(
            {.action = sync::Steering::Action::slew, .frequency = *p.initial_frequency});
    publish();
}

Result<void, serve::OpenFault> Daemon::serve(serve::Estate before)
{
    server_ = std::make_unique<serve::Server>(
        serving_, config_.start, served_, [this](const serve::ControlRequest& request) {
            if (desk_)
                desk_->take(request);
        });
    server_->all_open = [this] { serves(); };
    server_->take_over(std::move(before));
    server_->set_upstreams(upstreams_);
    if (const auto opened = server_->start(config_.live, keys_); !opened)
        return opened;
    open_desk();
    return {};
}

void Daemon::begin_looking()
{
    look_timer_ = platform_.loop.every(look_interval, [this] { look(); });
    hour_timer_ = platform_.loop.every(1h, [this] { end_hour(); });
}

Result<void, serve::OpenFault> Daemon::go_on(
    const Handover& handover, const std::function<serve::Estate()>& clients)
{
    if (!sources_) {
        sources_ = make_sources();
        sources_->set_keys(keys_);
    }
    const sync::Policy p = prepare();
    if (!resume(handover))
        begin(p);
    sources_->configure(config_.live);
    forget_who_is_gone();
    look();
    begin_looking();
    if (server_) { // the clients had not been left yet
        open_desk();
        return {};
    }
    serve::Estate before = clients();
    std::uint64_t known = 0;
    for (const auto& list : before.lists)
        known += list.counts.present;
    log(Severity::notice,
        fmt::format("goes on in the place of another one: {} clients, {} sources", known,
            engine_.sources().size()));
    return serve(std::move(before));
}

// Nothing is known of a clock that is another one now, nor by a memo that is none of ours.
bool Daemon::resume(const Handover& handover)
{
    if (handover.clock.empty())
        return false; // who stopped told nothing that we understand
    started_ = handover.started;
    hour_began_ = handover.hour_began;
    hour_began_at_ = handover.hour_began_at;
    events_ = handover.events;
    epoch_ = handover.epoch;
    if (handover.clock != platform_.clock.name() || !engine_.recall_all(handover.engine)) {
        log(Severity::warning, "what was known of the clock is of no use here: it is learned anew");
        return false;
    }
    steersman_.take_over(handover.account);
    valid_from_ = handover.valid_from;
    was_synchronized_ = handover.was_synchronized;
    followed_since_ = handover.followed_since;
    leap_second_.set_last(handover.last_leap);
    read_leap_file();
    if (!sources_->recall(handover.sources))
        log(Severity::warning, "what was known of the sources is of no use here: all begin anew");
    return true;
}

// The configuration may name fewer sources than the daemon before us had.
void Daemon::forget_who_is_gone()
{
    const auto present = sources_->ids();
    for (const sync::SourceId id : engine_.sources())
        if (std::find(present.begin(), present.end(), id) == present.end())
            engine_.remove(id);
}

std::string Daemon::reason_to_wait()
{
    if (leap_second_.is_under_way())
        return "a leap second is under way";
    return {};
}

Handover Daemon::hand_over()
{
    keep_frequency(true);
    look_timer_.reset();
    hour_timer_.reset();
    desk_.reset(); // it would tell of what we do not know any more
    Handover h;
    h.clock = platform_.clock.name();
    h.engine = engine_.written_down();
    h.sources = sources_->written_down();
    sources_.reset();
    leap_second_.forget();
    h.account = steersman_.hand_over();
    h.events = events_;
    h.followed_since = followed_since_;
    h.valid_from = valid_from_;
    h.epoch = epoch_;
    h.was_synchronized = was_synchronized_;
    h.last_leap = leap_second_.last();
    h.started = started_;
    h.hour_began = hour_began_;
    h.hour_began_at = hour_began_at_;
    return h;
}

serve::Estate Daemon::leave_clients()
{
    serve::Estate estate = server_->leave();
    server_.reset();
    return estate;
}

// A wrong line of the file is told; the other keys still serve.
void Daemon::load_keys()
{
    known_keys_.clear();
    keys_.reset();
    if (config_.live.keysfile.empty() || !config_.live.auth)
        return;
    const auto text = platform_.files.read(config_.live.keysfile);
    if (!text) {
        log(Severity::warning,
            fmt::format("{}: {}; no key is known", config_.live.keysfile, text.error().message()));
        return;
    }
    auto parsed = ntp::parse_keys(*text);
    for (const ntp::KeysFault& fault : parsed.faults)
        log(Severity::warning,
            fmt::format("{}:{}: {}", config_.live.keysfile, fault.line, fault.text));
    known_keys_ = std::move(parsed.keys);
    choose_keys();
}

// The file may be out of reach by now; other keys may come to be trusted all the same.
void Daemon::choose_keys()
{
    if (known_keys_.empty())
        return;
    std::vector<ntp::Key> keys;
    if (config_.live.auth)
        for (const ntp::Key& key : known_keys_)
            keys.push_back({key.id, key.type, key.secret.clone(), key.allowed});
    keys_ = std::make_shared<const ntp::KeyTable>(
        ntp::trusted(std::move(keys), config_.live.trusted_keys));
    sources_->set_keys(keys_);
}

void Daemon::read_leap_file()
{
    const auto now = platform_.clock.now();
    const auto said = leap_file_.read(now, platform_.loop.now());
    engine_.expect_leap(leap_file_.coming(now));
    if (!said)
        return;
    if (said->is_stale)
        events_.add(static_cast<std::uint8_t>(sync::EventKind::stale_leap_values));
    log(said->severity, said->text);
}

source::Sink Daemon::sink()
{
    source::Sink s;
    s.added
        = [this](sync::SourceId id, const sync::SourceTraits& traits) { engine_.add(id, traits); };
    s.changed = [this](sync::SourceId id, const sync::SourceTraits& traits) {
        engine_.change(id, traits);
    };
    s.removed = [this](sync::SourceId id) { engine_.remove(id); };
    s.reached = [this](sync::SourceId id, std::uint8_t reach) { engine_.reach(id, reach); };
    s.sample = [this](sync::SourceId id, const sync::Sample& sample) {
        // Else it belongs to a time line that has ended, or its readings could mean two instants.
        if (leap_second_.is_under_way() || notice_outside_step())
            return;
        act(engine_.take(id, sample, steersman_.reading()));
        keep_sample(id);
    };
    s.reply = [this](const report::RawReply& reply) { keep_reply(reply); };
    s.timecode = [this](const std::string& name, const std::string& timecode) {
        keep_timecode(name, timecode);
    };
    s.event = [this](const source::Event& event) {
        if (log_choice_.has(event))
            log(event.severity, event.text);
        keep_event(event);
    };
    return s;
}

void Daemon::look()
{
    const auto now = serving_.loop.now(); // only counted: no question for a recording
    if (looked_at_ && now - *looked_at_ > 2 * look_interval)
        ++looks_late_;
    looked_at_ = now;
    if (leap_second_.is_under_way())
        return;
    notice_outside_step();
    const auto reading = steersman_.reading();
    engine_.expect_leap(leap_file_.coming(reading.utc));
    act(engine_.look(reading));
    tell_server_whom_we_ask();
}

// Their replies must pass, whatever is said of strangers.
void Daemon::tell_server_whom_we_ask()
{
    std::vector<Address> now;
    for (const Endpoint& remote : sources_->remotes())
        now.push_back(remote.address);
    if (now == upstreams_)
        return;
    upstreams_ = now;
    if (server_)
        server_->set_upstreams(std::move(now));
}

bool Daemon::notice_outside_step()
{
    const auto jump = steersman_.outside_step();
    if (!jump)
        return false;
    log(Severity::warning,
        fmt::format("the clock was moved by {} by somebody else; what was known of the sources is "
                    "forgotten",
            seconds_text(*jump)));
    events_.add(static_cast<std::uint8_t>(sync::EventKind::clock_step));
    begin_time_line();
    engine_.forget_samples();
    sources_->begin_again();
    return true;
}

// Requests that are still under way may have been answered by the count before.
void Daemon::leap_is_over(Nanoseconds by)
{
    begin_time_line();
    sources_->clock_stepped();
    tell({sync::EventKind::leap_event, std::nullopt,
        by < 0s ? "a leap second was inserted" : "a second was left out"});
    look();
}

void Daemon::act(const sync::Outcome& outcome)
{
    system_ = outcome.system;
    views_ = outcome.sources;
    if (!system_.peer)
        followed_since_.reset();
    else if (!followed_since_)
        followed_since_ = platform_.loop.now();
    for (const sync::Event& event : outcome.events)
        tell(event);
    sources_->heed(outcome);

    switch (outcome.steering.action) {
    case sync::Steering::Action::none:
        break;
    case sync::Steering::Action::slew:
        steersman_.steer(outcome.steering);
        keep_correction(outcome.system);
        break;
    case sync::Steering::Action::step:
        step(outcome.steering);
        keep_correction(outcome.system);
        break;
    case sync::Steering::Action::panic:
        publish();
        return end(1);
    }
    publish();
}

// Clients get no answer while the clock is between two time lines.
void Daemon::step(const sync::Steering& steering)
{
    tell_time(held(served_.read()));
    steersman_.steer({.action = sync::Steering::Action::slew, .frequency = steering.frequency});
    const bool done = steersman_.step(steering.step);
    begin_time_line();
    if (!done)
        return;
    sources_->clock_stepped();
    system_ = engine_.look(steersman_.reading()).system;
}

void Daemon::begin_time_line()
{
    epoch_ += 2;
    valid_from_ = platform_.clock.now();
}

void Daemon::publish()
{
    const auto now = platform_.clock.now();
    auto time = served_time(system_, platform_.clock.precision(), now, valid_from_, epoch_,
        {system_.served_offset, system_.served_rate});
    leap_second_.expect(time.leap, now, error_bound(time, now));
    if (const auto begins = leap_second_.begins())
        time.void_after = std::min(time.void_after, *begins);
    time.smear = smear(time.leap, now, config_.live.leap_smear_interval);
    tell_time(time);
    platform_.clock.announce(clock_status(time, system_.clock_jitter, now, leap_file_.table()));
    if (!was_synchronized_ && time.leap != Leap::unsynchronized && !system_.is_orphan) {
        was_synchronized_ = true;
        synchronized();
    }
}

void Daemon::tell_time(const ntp::ServedTime& time)
{
    served_.write(time);
    if (serving_.fast_path != nullptr)
        serving_.fast_path->publish(time);
}

void Daemon::tell(const sync::Event& event)
{
    const auto code = static_cast<std::uint8_t>(event.kind);
    const bool is_of_a_peer = (code & 0x80) != 0;
    if (is_of_a_peer && event.source)
        sources_->note(*event.source, static_cast<source::PeerEvent>(code & 0x7f));
    else if (!is_of_a_peer)
        events_.add(code);
    const std::string name = event.source ? name_of(*event.source) + ": " : std::string{};
    if (log_choice_.has(event))
        log(severity_of(event.kind), name + event.text);
    keep_event(event);
}

void Daemon::end_hour()
{
    keep_frequency(false);
    read_leap_file();
    keep_hour();
    hour_began_ = counters();
    hour_began_at_ = platform_.loop.now();
}

void Daemon::recall_what_was_learned()
{
    const std::string path = learned_path(config_.live.driftfile);
    const auto text = path.empty() ? Result<std::string, std::error_code>{std::string{}}
                                   : platform_.files.read(path);
    if (!text || text->empty())
        return;
    if (auto learned = parse_learned(*text))
        engine_.recall(std::move(*learned));
    else
        log(Severity::notice,
            fmt::format("{}: not understood; what it says is learned anew", path));
}

// Only what was measured long enough is worth keeping.
void Daemon::keep_frequency(bool is_the_end)
{
    const bool is_measured
        = followed_since_ && platform_.loop.now() - *followed_since_ >= shortest_measurement;
    if (!is_measured || !platform_.clock.is_steered() || !config_.live.ntp)
        return;
    const auto before = drift_.written();
    const std::string said
        = is_the_end ? drift_.write_now(system_.frequency) : drift_.write_hourly(system_.frequency);
    if (drift_.written() != before)
        drift_written_at_ = serving_.loop.now();
    if (!said.empty())
        log(Severity::warning, said);
    else if (!drift_.path().empty()) // a directory that cannot be written was complained of
        static_cast<void>(platform_.files.replace(
            learned_path(drift_.path()), format_learned(engine_.learned())));
}

void Daemon::reload(config::Config config)
{
    if (!sources_)
        return; // another one keeps the time by now, and has read it
    config.start = config_.start;
    apply(std::move(config), true);
    platform_.log.reopen();
    log(Severity::notice, "the configuration was read again");
    look();
}

// What stays the same keeps its state. A reload looks into the files again as well: they may say
// something else under the same name.
void Daemon::apply(config::Config config, bool is_reload)
{
    const config::Changes changes = config::diff(config_.live, config.live);
    const bool drift_moved = config.live.driftfile != config_.live.driftfile;
    const bool leap_file_moved = config.live.leapfile != config_.live.leapfile
        || config.live.leapfile_checks_hash != config_.live.leapfile_checks_hash;
    const auto measured = system_.frequency;
    config_ = std::move(config);
    if (drift_moved)
        drift_ = DriftFile{platform_.files, config_.live.driftfile, config_.live.drift_threshold};
    if (leap_file_moved)
        leap_file_
            = LeapFile{platform_.files, config_.live.leapfile, config_.live.leapfile_checks_hash};
    if (is_reload || leap_file_moved)
        read_leap_file();
    sync::Policy p = policy();
    p.initial_frequency = measured;
    engine_.reconfigure(p);
    if (is_reload)
        load_keys();
    else if (changes.keys || changes.access)
        choose_keys();
    log_choice_ = LogChoice{config_.live.logconfig};
    statistics_.configure(config_.live);
    sources_->configure(config_.live);
    server_->reconfigure(config_.live, keys_);
    desk_->configure(config_.live, keys_);
}

void Daemon::shutdown()
{
    keep_frequency(true);
    look_timer_.reset();
    hour_timer_.reset();
    leap_second_.forget();
    desk_.reset();
    tell_time(held(served_.read())); // the fast path outlives the workers
    server_.reset();
    sources_.reset();
    steersman_.settle();
}

void Daemon::end(int status)
{
    look_timer_.reset();
    ended(status);
}

report::ServerCounters Daemon::counters() const
{
    return server_ ? serve::to_report(server_->counts()) : report::ServerCounters{};
}

const report::Report& Daemon::report()
{
    const auto reading = steersman_.reading();
    const auto total = counters();
    const auto now = platform_.loop.now();
    auto associations = sources_->associations();
    report::Timers timers{now - started_, looks_late_, 0};
    for (const report::Association& a : associations)
        timers.transmits += a.sent;
    report_ = make_report({platform_, config_.live, engine_, reading, system_, views_, events_,
        leap_file_.table(), served_.read().smear, std::move(associations), started_, total,
        difference(total, hour_began_), now - hour_began_at_, timers,
        {latest_events_.begin(), latest_events_.end()},
        drift_written_at_ ? std::optional{Seconds{now - *drift_written_at_}} : std::nullopt});
    if (server_ && desk_)
        complete(report_);
    return report_;
}

void Daemon::open_desk()
{
    desk_ = std::make_unique<ControlDesk>(platform_, *server_,
        ControlDesk::Hooks{[this]() -> const report::Report& { return report(); },
            [this](const std::string& lines, const Actor& actor) { return change(lines, actor); },
            [this](const std::string& file, const Actor& actor) { return save(file, actor); }});
    desk_->configure(config_.live, keys_);
}

// What the server and its workers know.
void Daemon::complete(report::Report& report) const
{
    report::System& s = report.system;
    s.workers = config_.live.serve.workers == 0 ? 0 : server_->workers();
    const serve::Counts counts = server_->counts();
    for (std::size_t i = 0; i < counts.verdicts.size(); ++i)
        s.verdicts.emplace_back(to_string(ntp::Verdict(i)), counts.verdicts[i]);
    s.control_verdicts = desk_->counts();

    const auto& figures = desk_->worker_figures();
    if (figures.empty())
        return;
    s.clients = serve::client_state(figures, config_.live);
    s.traffic = serve::traffic(figures);
    ntp::MacCounts macs = serve::mac_counts(figures);
    macs += sources_->mac_counts();
    macs += desk_->mac_counts();
    s.authentication = {.keys = keys_ ? keys_->keys().size() : 0,
        .lookups = macs.lookups,
        .not_found = macs.not_found,
        .digests_made = macs.digests_made,
        .cmacs_made = macs.cmacs_made,
        .digests_checked = macs.digests_checked,
        .digests_wrong = macs.digests_wrong,
        .cmacs_checked = macs.cmacs_checked,
        .cmacs_wrong = macs.cmacs_wrong};
    s.memory = memory_in_use(platform_.files);
}

void Daemon::log(Severity severity, const std::string& sentence)
{
    platform_.log.write(severity, sentence);
    if (severity < Severity::info)
        return;
    // By the world's clock: nothing is decided by it, so it is no question for a recording.
    latest_events_.push_front({serving_.clock.now(), sentence});
    if (latest_events_.size() > most_events)
        latest_events_.pop_back();
}

// A source may be named by its association too; a configuration knows none of these.
std::string Daemon::without_associations(const std::string& lines) const
{
    std::string named;
    for (std::size_t at = 0; at < lines.size();) {
        const std::size_t end = std::min(lines.find('\n', at), lines.size());
        config::Line line{std::string_view{lines}.substr(at, end - at), "", 0};
        const auto directive = line.word();
        const auto id = line.string();
        const auto number = id ? control::to_integer(id->text) : std::nullopt;
        const bool is_removal
            = directive && (directive->text == "unpeer" || directive->text == "unconfig");
        std::string text = lines.substr(at, end - at);
        if (is_removal && number)
            for (const report::Association& a : sources_->associations())
                if (a.id.value == *number)
                    text = directive->text + " "
                        + (a.host_name.empty() ? to_string(a.remote.address) : a.host_name);
        named += (named.empty() ? "" : "\n") + text;
        at = end + 1;
    }
    return named;
}

std::string Daemon::change(const std::string& lines, const Actor& actor)
{
    const auto amended = config::amend(config_, without_associations(lines), this_build());
    const auto complaint = std::find_if(
        amended.diagnostics.begin(), amended.diagnostics.end(), [](const config::Diagnostic& d) {
            return d.severity != config::Diagnostic::Severity::note;
        });
    for (const std::string& line : lines_of(lines))
        log(complaint == amended.diagnostics.end() ? Severity::notice : Severity::warning,
            fmt::format("{} {}: {}",
                complaint == amended.diagnostics.end() ? "the configuration was changed by"
                                                       : "a change was refused to",
                to_string(actor), line));
    if (complaint != amended.diagnostics.end())
        return fmt::format("column {} syntax error in line {}: {}\r\n",
            std::max(complaint->column - 1, 0), complaint->line, complaint->text);
    changing();
    apply(amended.config, false);
    look();
    return "Config Succeeded\r\n";
}

Result<std::string, control::Error> Daemon::save(const std::string& file, const Actor& actor)
{
    if (config_.live.saveconfigdir.empty())
        return unexpected(control::Error::bad_opcode);
    if (!config::is_plain_file_name(file))
        return unexpected(control::Error::bad_value);
    const std::string path = config_.live.saveconfigdir + file;
    const auto written = serving_.files.replace(path,
        fmt::format("# saved by {} for {}\n", version_text(), to_string(actor))
            + config::to_ntp_conf(config_.live));
    if (!written) {
        log(Severity::warning,
            fmt::format("{}: the configuration was not saved for {}: {}", path, to_string(actor),
                written.error().message()));
        return "Unable to save configuration to '" + file + "': " + written.error().message()
            + "\r\n";
    }
    log(Severity::notice,
        fmt::format("{}: the configuration was saved for {}", path, to_string(actor)));
    return "Configuration saved to '" + file + "'\r\n";
}

std::string Daemon::name_of(sync::SourceId id) const
{
    for (const report::Association& a : sources_->associations())
        if (a.source == id)
            return a.host_name.empty() ? to_string(a.remote.address) : a.host_name;
    return "a source that is gone";
}

} // namespace timeball::daemon
