// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The life of the process. The order matters: what needs privileges comes before drop_to(), threads
// come after it (the kernel keeps capabilities for each thread), and nothing new comes after the
// sandbox is shut.

#include "timeballd/life.h"

#include "daemon/daemon.h"
#include "daemon/reporting.h"
#include "platform/fast_path.h"
#include "platform/kernel_clock.h"
#include "platform/logs.h"
#include "platform/none_clock.h"
#include "platform/pid_file.h"
#include "platform/platform.h"
#include "platform/privileges.h"
#include "platform/recording_file.h"
#include "platform/resource_use.h"
#include "platform/sandbox.h"
#include "platform/service_manager.h"
#include "platform/simulation.h"
#include "platform/software_clock.h"
#include "platform/starter.h"
#include "platform/who_else.h"
#include "record/recorder.h"
#include "timeballd/takeover.h"

#include "config.h"

#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <optional>
#include <stdexcept>

namespace timeball {

namespace {

using namespace platform;
using namespace std::chrono_literals;

struct CannotStart : std::runtime_error {
    using std::runtime_error::runtime_error;
};

std::unique_ptr<HostClock> make_clock(const config::StartConfig& start)
{
    switch (start.clock) {
    case config::ClockChoice::software:
        return std::make_unique<SoftwareClock>(Flaws{rounded(start.software_clock.offset),
            start.software_clock.frequency, rounded(start.software_clock.jitter)});
    case config::ClockChoice::none:
        return std::make_unique<NoneClock>();
    case config::ClockChoice::kernel:
        break;
    }
    return std::make_unique<KernelClock>();
}

std::unique_ptr<Log> make_log(const config::Config& config)
{
    auto logs = std::make_unique<Logs>(config.start.debug > 0 ? Severity::debug : Severity::info);
    if (!config.live.logfile.empty())
        logs->add(std::make_unique<FileLog>(config.live.logfile, "timeballd"));
    else if (config.start.stays_in_foreground)
        logs->add(std::make_unique<StderrLog>());
    else
        logs->add(std::make_unique<SyslogLog>("timeballd"));
    return logs;
}

// What a simulated machine bears: one process, one thread, and system calls that are not what they
// seem, so that nothing can say which of them to permit.
config::Loaded simulated(config::Loaded loaded)
{
    config::StartConfig& start = loaded.config.start;
    loaded.config.live.serve.workers = 0;
    start.sandbox = false;
    start.xdp.clear();
    loaded.config.live.hwtimestamp.clear();
    start.stays_in_foreground = true;
    return loaded;
}

std::string_view what_it_does(config::ClockChoice clock)
{
    switch (clock) {
    case config::ClockChoice::software:
        return "keeps a clock of its own in software";
    case config::ClockChoice::none:
        return "serves this machine's clock as it is";
    case config::ClockChoice::kernel:
        break;
    }
    return "steers this machine's clock";
}

void tell(Log& log, const std::vector<config::Diagnostic>& diagnostics)
{
    using enum config::Diagnostic::Severity;
    for (const config::Diagnostic& d : diagnostics)
        log.write(d.severity == note                                  ? Severity::info
                : d.severity == config::Diagnostic::Severity::warning ? Severity::warning
                                                                      : Severity::error,
            config::to_string(d));
}

Machine this_machine()
{
    utsname names{};
    if (uname(&names) != 0)
        return {"unknown", "Linux", getpid()};
    return {names.machine, fmt::format("{}/{}", names.sysname, names.release), getpid()};
}

bool steers_the_kernel(const config::Config& config)
{
    return config.start.clock == config::ClockChoice::kernel && config.live.ntp;
}

void be_able_to_steer()
{
    if (const auto refusal = refusal_to_steer())
        throw CannotStart{
            fmt::format("this machine's clock cannot be steered ({}); run as root, or "
                        "use --clock=software or --clock=none",
                refusal.message())};
}

void be_the_only_one(const config::Config& config)
{
    if (!steers_the_kernel(config))
        return;
    if (const auto other = who_steers())
        throw CannotStart{fmt::format("{} steers this machine's clock already; stop it, or use "
                                      "--clock=software or --clock=none",
            to_string(*other))};
    be_able_to_steer();
}

Predecessor meet_predecessor(const config::Config& config)
{
    if (config.start.quits_when_set)
        throw CannotStart{"--takeover and --quit exclude each other"};
    if (steers_the_kernel(config))
        be_able_to_steer();
    auto met = Predecessor::meet(config.start.port);
    if (!met)
        throw CannotStart{met.error()};
    return *std::move(met);
}

PidFile claim_pid_file(const std::string& path)
{
    auto claimed = PidFile::claim(path);
    if (!claimed)
        throw CannotStart{claimed.error()};
    return *std::move(claimed);
}

// Sockets are opened without the privilege to look into other processes, so this is asked before.
std::optional<OtherProcess> holder_of(std::uint16_t port)
{
    auto holder = who_holds({Address::any(Family::ipv4), port});
    return holder ? holder : who_holds({Address::any(Family::ipv6), port});
}

std::string why_not(const serve::OpenFault& fault, const std::optional<OtherProcess>& holder)
{
    std::string text = serve::to_string(fault);
    if (fault.why == std::errc::address_in_use) {
        text = fmt::format("{} is in use by {}; stop that, or use --port", to_string(fault.at),
            holder ? to_string(*holder) : "another process");
    } else if (fault.why == std::errc::permission_denied)
        text += "; run as root, or use --port with a number above 1023";
    return text;
}

// They have ports of their own, or raw sockets, and open them again and again.
std::vector<config::RefclockConfig> ptp_clocks(const config::Config& config)
{
    std::vector<config::RefclockConfig> clocks;
    for (const config::SourceConfig& s : config.live.sources)
        if (s.refclock && s.refclock->driver == "ptp")
            clocks.push_back(*s.refclock);
    return clocks;
}

bool speaks_ethernet(const config::Config& config)
{
    const auto ptp = ptp_clocks(config);
    return std::any_of(ptp.begin(), ptp.end(),
        [](const config::RefclockConfig& c) { return c.transport == "l2"; });
}

void give_up_privileges(const config::Config& config)
{
    const config::StartConfig& start = config.start;
    const auto dropped = drop_to({.user = start.user,
        .group = start.group,
        .root = start.jaildir,
        .sets_clock = steers_the_kernel(config),
        .binds_ports = start.port < 1024 || !ptp_clocks(config).empty(),
        .speaks_ethernet = speaks_ethernet(config)});
    if (!dropped)
        throw CannotStart{dropped.error()};
}

// Everything between the beginning and the end of one run.
class Life {
public:
    // With a predecessor, which goes on until we serve.
    Life(config::Loaded loaded, Threading threading, const Orders& orders, Starter& starter,
        Predecessor* predecessor, PidFile* pid_file, bool shares_pid_file)
        : start_{loaded.config.start},
          orders_{orders},
          starter_{starter},
          predecessor_{predecessor},
          pid_file_{pid_file},
          shares_pid_file_{shares_pid_file},
          world_{make_clock(start_), make_log(loaded.config), threading}
    {
        Platform& world = world_.world();
        world.machine = this_machine();
        world.use = resource_use;
        log().write(Severity::notice,
            fmt::format("{} begins: it {}", daemon::version_text(), what_it_does(start_.clock)));
        if (threading == Threading::one)
            log().write(Severity::notice,
                "this machine is a simulated one: there is one thread, and no sandbox");
        if (!orders_.recording.empty())
            record();
        find_sockets();
        if (predecessor_)
            take_time();
        if (recorder_)
            loaded = load();
        tell(log(), loaded.diagnostics);
        if (start_.high_priority)
            if (const auto missing = raise_priority(); !missing.empty())
                log().write(Severity::warning, missing);
        if (!start_.xdp.empty())
            take_the_fast_path(loaded.config);
        if (const auto& cards = loaded.config.live.hwtimestamp; !cards.empty())
            world_.network().stamp_by(
                std::make_unique<HardwareStamps>(world_.loop(), log(), cards));
        during(record::Call::construct, [&] {
            daemon_ = std::make_unique<daemon::Daemon>(
                recorder_ ? recorder_->platform() : world, loaded.config, &world);
        });
        if (!predecessor_)
            port_holder_ = holder_of(start_.port);
        if (may_be_followed(threading))
            door_ = predecessor_ && predecessor_->door ? std::move(predecessor_->door)
                                                       : Succession::open_door(start_.port, log());
        give_up_privileges(loaded.config);
        sandbox_needs_ = {.has_fast_path = fast_path_ != nullptr,
            .speaks_ethernet = speaks_ethernet(loaded.config)};
    }

    int run()
    {
        daemon_->ended = [this](int status) { stop(status); };
        daemon_->synchronized = [this] { is_set(); };
        daemon_->changing = [this] {
            if (recorder_ && !recorder_->has_ended())
                recorder_->end("the configuration was changed over the network");
        };
        daemon_->serves = [this] { settle_in(); };
        during(record::Call::start, [this] {
            if (const auto started = predecessor_ ? go_on() : daemon_->start(); !started)
                throw CannotStart{why_not(started.error(), port_holder_)};
        });
        listen_to_signals();
        watch_ourselves();
        if (start_.sandbox)
            if (const auto shut = shut_sandbox(sandbox_needs_); !shut)
                log().write(Severity::warning, shut.error());
        if (!predecessor_)
            be_ready_in_time(); // else when that has ended
        world_.loop().run();
        if (was_taken_over_) {
            log().write(Severity::notice, "the end: another one goes on");
            return status_;
        }
        manager_.stopping();
        during(record::Call::shutdown, [this] { daemon_->shutdown(); });
        log().write(Severity::notice, "the end");
        return status_;
    }

private:
    Log& log() { return world_.world().log; }

    void take_the_fast_path(const config::Config& config)
    {
        auto path = make_fast_path(start_.xdp, config.live.mru, world_.clock(), log());
        if (!path)
            return log().write(Severity::warning,
                fmt::format("xdp: {}; all requests are left to the workers", path.error()));
        fast_path_ = *std::move(path);
        world_.world().fast_path = fast_path_.get();
    }

    void record()
    {
        if (predecessor_)
            return log().write(Severity::warning,
                "nothing is recorded: a recording begins with the daemon, and this one goes on");
        auto file = RecordingFile::begin(orders_.recording);
        if (!file)
            return log().write(Severity::warning,
                fmt::format(
                    "nothing is recorded: {}: {}", orders_.recording, file.error().message()));
        recording_ = std::make_unique<RecordingFile>(*std::move(file));
        recorder_.emplace(world_.world(), daemon::version_text(),
            [this](std::string_view lines) { return recording_->write(lines); });
        log().write(Severity::notice, fmt::format("this run is recorded in {}", orders_.recording));
    }

    // Which other processes have bound for us, if any.
    void find_sockets()
    {
        for (BoundSocket& socket : given_by_manager())
            world_.network().stock().put(std::move(socket));
        if (!predecessor_)
            return;
        predecessor_->give_sockets(world_.network().stock());
        if (predecessor_->way_to_manager)
            manager_.take_over(std::move(predecessor_->way_to_manager), predecessor_->watchdog);
    }

    void take_time()
    {
        auto time = predecessor_->take_time();
        if (!time)
            throw CannotStart{time.error()};
        handover_ = std::move(time->known).value_or(daemon::Handover{});
        if (handover_.clock == world_.clock().name() && !world_.clock().recall(time->clock))
            handover_.clock = "another one";
    }

    Result<void, serve::OpenFault> go_on()
    {
        return daemon_->go_on(handover_, [this] {
            clients_wait_since_ = world_.loop().now();
            return predecessor_->take_clients();
        });
    }

    // Every worker answers: nobody else needs to, and sockets that nobody wants are closed.
    void settle_in()
    {
        world_.network().stock().clear();
        const auto waited = world_.loop().now() - clients_wait_since_;
        settled_ = world_.loop().after(0ns, [this, waited] {
            if (predecessor_) {
                if (!predecessor_->finish(shares_pid_file_))
                    return give_way();
                log().write(Severity::notice,
                    fmt::format("has taken over; requests waited for {:.1f} ms at most",
                        Seconds{waited}.count() * 1e3));
                predecessor_ = nullptr;
                if (shares_pid_file_)
                    pid_file_->sign();
                be_ready();
            }
            if (door_)
                succession_ = std::make_unique<Succession>(
                    Succession::World{world_, *daemon_, manager_, pid_file_}, std::move(door_),
                    [this] {
                        was_taken_over_ = true;
                        world_.loop().stop();
                    });
        });
    }

    void give_way()
    {
        constexpr std::string_view why = "the other timeballd lost patience and goes on";
        log().write(Severity::error, why);
        starter_.failed(why);
        was_taken_over_ = true;
        stop(1);
    }

    // A recording tells one whole life, and a simulated machine has no doors.
    bool may_be_followed(Threading threading) const
    {
        return threading == Threading::any && !recorder_ && !start_.quits_when_set;
    }

    void during(record::Call call, const std::function<void()>& then)
    {
        recorder_ ? recorder_->during(call, then) : then();
    }

    config::Loaded load()
    {
        return recorder_ ? recorder_->configure(orders_.words, orders_.load)
                         : orders_.load(world_.world().files);
    }

    void be_ready_in_time()
    {
        if (start_.wait_for_sync.count() > 0)
            waiting_ = world_.loop().after(rounded(start_.wait_for_sync), [this] { be_ready(); });
        else
            be_ready();
    }

    void be_ready()
    {
        if (is_ready_)
            return;
        is_ready_ = true;
        waiting_.reset();
        starter_.ready();
        manager_.ready();
    }

    void is_set()
    {
        manager_.status("synchronized");
        if (start_.quits_when_set)
            return stop(0);
        if (waiting_)
            be_ready();
    }

    void stop(int status)
    {
        status_ = status;
        world_.loop().stop();
    }

    void reload()
    {
        manager_.reloading();
        config::Loaded loaded = load();
        tell(log(), loaded.diagnostics);
        if (config::check_status(loaded.diagnostics) != 0)
            log().write(Severity::error, "the configuration was not taken over; the old one stays");
        else
            during(record::Call::reload, [&] { daemon_->reload(std::move(loaded.config)); });
        manager_.ready();
    }

    void listen_to_signals()
    {
        std::signal(SIGPIPE, SIG_IGN);
        LibeventLoop& loop = world_.loop();
        signals_.push_back(loop.on_signal(SIGHUP, [this] { reload(); }));
        for (const int end : {SIGTERM, SIGINT})
            signals_.push_back(loop.on_signal(end, [this] { stop(0); }));
    }

    void watch_ourselves()
    {
        if (const auto interval = manager_.watchdog())
            watchdog_ = world_.loop().every(*interval, [this] { manager_.alive(); });
    }

    config::StartConfig start_;
    const Orders& orders_;
    Starter& starter_;
    Predecessor* predecessor_; // until we serve
    PidFile* pid_file_;
    bool shares_pid_file_; // with the predecessor
    ServiceManager manager_;
    daemon::Handover handover_;
    Instant<Mono> clients_wait_since_{}; // in a takeover
    FileDescriptor door_;
    bool was_taken_over_ = false;
    std::optional<OtherProcess> port_holder_;
    int status_ = 0;
    bool is_ready_ = false;
    RealPlatform world_;
    std::unique_ptr<FastPath> fast_path_; // null: none
    SandboxNeeds sandbox_needs_;
    std::unique_ptr<RecordingFile> recording_;
    std::optional<record::Recorder> recorder_;
    std::unique_ptr<daemon::Daemon> daemon_;
    std::unique_ptr<Succession> succession_;
    std::vector<EventLoop::Owned> signals_;
    EventLoop::Owned watchdog_, waiting_, settled_;
};

int live_once(config::Loaded loaded, Threading threading, const Orders& orders)
{
    const bool stays
        = loaded.config.start.stays_in_foreground || loaded.config.start.quits_when_set;
    Starter starter = stays ? Starter::in_foreground() : Starter::into_background();
    try {
        std::optional<Predecessor> predecessor;
        if (orders.takes_over)
            predecessor.emplace(meet_predecessor(loaded.config));
        else
            be_the_only_one(loaded.config);
        const std::string& path = loaded.config.start.pidfile;
        std::optional<PidFile> pid_file;
        if (predecessor && predecessor->pid_file)
            if (auto taken = PidFile::take_over(path, std::move(predecessor->pid_file)))
                pid_file.emplace(*std::move(taken));
        const bool is_shared = pid_file.has_value();
        if (!path.empty() && !is_shared)
            pid_file.emplace(claim_pid_file(path));
        return Life{std::move(loaded), threading, orders, starter,
            predecessor ? &*predecessor : nullptr, pid_file ? &*pid_file : nullptr, is_shared}
            .run();
    } catch (const std::exception& e) {
        starter.failed(e.what());
        return 1;
    }
}

} // namespace

int live(config::Loaded loaded, const Orders& orders)
{
    if (!is_simulated())
        return live_once(std::move(loaded), Threading::any, orders);
    Orders milder = orders;
    milder.load = [&orders](Files& files) { return simulated(orders.load(files)); };
    return live_once(simulated(std::move(loaded)), Threading::one, milder);
}

} // namespace timeball
