// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Reading the files, and putting together what they say.

#include "config/load.h"

#include "config/directives.h"
#include "config/look_over.h"
#include "config/remote.h"
#include "config/timeball_conf.h"
#include "edge/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace timeball::config {

namespace {

constexpr int deepest = 5; // includefile within includefile

std::string directory_of(const std::string& path)
{
    const auto slash = path.rfind('/');
    return slash == path.npos ? "" : path.substr(0, slash + 1);
}

class Reader {
public:
    Reader(Draft& draft, Files* files) : draft_{draft}, files_{files} { }

    void read_main(const std::string& path)
    {
        const auto text = files_->read(path);
        if (!text) {
            tell(Diagnostic::Severity::error, path,
                fmt::format("cannot be read: {}", text.error().message()));
            return;
        }
        seen_.insert(path);
        read_text(*text, path, 0);
        if (const std::string more = directory_of(path) + "ntp.d"; files_->is_directory(more))
            read_directory(more, nullptr, 1);
    }

    void read_text(std::string_view text, const std::string& file, int depth)
    {
        if (text.starts_with("\xef\xbb\xbf"))
            text.remove_prefix(3);
        for (int number = 1; !text.empty(); ++number) {
            const auto end = std::min(text.find('\n'), text.size());
            Line line{text.substr(0, end), file, number};
            text.remove_prefix(std::min(end + 1, text.size()));
            Line copy = line;
            const auto first = copy.word();
            if (first && first->text == "end" && !first->is_quoted)
                return;
            if (first && first->text == "includefile" && !first->is_quoted)
                include(copy, depth);
            else
                read_line(draft_, line);
        }
    }

private:
    void tell(Diagnostic::Severity severity, const std::string& file, std::string text)
    {
        draft_.diagnostics.push_back({severity, file, 0, 0, std::move(text)});
    }

    void include(Line& line, int depth)
    {
        const auto name = line.string();
        if (!name || name->text.empty())
            return draft_.warn(line, 0, "'includefile' wants the path of a file or a directory");
        const std::string path
            = name->text.front() == '/' ? name->text : directory_of(line.file()) + name->text;
        if (depth >= deepest)
            return draft_.warn(line, name->column,
                fmt::format("{} is included too deep, more than {} files within each other; it was "
                            "skipped",
                    quoted(path), deepest));
        if (files_ == nullptr)
            return draft_.warn(
                line, name->column, fmt::format("{} cannot be read here", quoted(path)));
        if (files_->is_directory(path))
            read_directory(path, &line, depth + 1);
        else
            read_file(path, &line, name->column, depth + 1);
    }

    void read_directory(const std::string& path, const Line* from, int depth)
    {
        const auto names = files_->list(path, ".conf");
        if (!names) {
            tell(Diagnostic::Severity::warning, path,
                fmt::format("cannot be read: {}; it was skipped", names.error().message()));
            return;
        }
        for (const std::string& name : *names)
            read_file(name, from, 0, depth);
    }

    void read_file(const std::string& path, const Line* from, int column, int depth)
    {
        if (!seen_.insert(path).second) {
            if (from != nullptr)
                draft_.warn(*from, column,
                    fmt::format("{} has been read already; it was skipped", quoted(path)));
            return;
        }
        const auto text = files_->read(path);
        if (text)
            return read_text(*text, path, depth);
        const std::string fault
            = fmt::format("cannot be read: {}; it was skipped", text.error().message());
        if (from != nullptr)
            draft_.warn(*from, column, fmt::format("{} {}", quoted(path), fault));
        else
            tell(Diagnostic::Severity::warning, path, fault);
    }

    Draft& draft_;
    Files* files_; // none: nothing can be included
    std::set<std::string, std::less<>> seen_;
};

void apply_start(const CommandLine& said, Config& config)
{
    StartConfig& start = config.start;
    if (said.pidfile)
        start.pidfile = *said.pidfile;
    if (!said.user.empty()) {
        start.user = said.user;
        start.group = said.group;
    }
    start.jaildir = said.jaildir.value_or(start.jaildir);
    start.clock = said.clock.value_or(start.clock);
    config.live.serve.workers = said.workers.value_or(config.live.serve.workers);
    start.port = said.port.value_or(start.port);
    start.sandbox = said.sandbox.value_or(start.sandbox);
    start.uses_ipv4 = !said.only_ipv6;
    start.uses_ipv6 = !said.only_ipv4;
    start.uses_virtual_interfaces = !said.ignores_virtual_interfaces;
    start.stays_in_foreground = said.stays_in_foreground || said.debug > 0;
    start.quits_when_set = said.quits_when_set;
    start.wait_for_sync = said.wait_for_sync.value_or(start.wait_for_sync);
    start.interface_interval = said.interface_interval.value_or(start.interface_interval);
    start.high_priority |= said.high_priority;
    start.debug = said.debug;
}

InterfaceRule listen_on(const std::string& subject)
{
    InterfaceRule rule;
    if (const auto prefix = parse_prefix(subject)) {
        rule.what = InterfaceRule::What::prefix;
        rule.prefix = *prefix;
    } else {
        rule.what = InterfaceRule::What::name;
        rule.name = subject;
    }
    return rule;
}

// -I: there, and on the loopbacks, and nowhere else, whatever the file says.
void apply_interfaces(const CommandLine& said, Draft& draft)
{
    if (said.interfaces.empty())
        return;
    auto& rules = draft.config.live.interfaces;
    if (!rules.empty())
        draft.diagnostics.push_back({Diagnostic::Severity::warning, "", 0, 0,
            "the command line says where to listen (-I): the interface lines of the file were "
            "skipped"});
    rules = {{.action = InterfaceRule::Action::ignore, .what = InterfaceRule::What::all},
        listen_on("127.0.0.0/8"), listen_on("::1")};
    for (const std::string& subject : said.interfaces)
        rules.push_back(listen_on(subject));
}

void apply_live(const CommandLine& said, Draft& draft)
{
    LiveConfig& live = draft.config.live;
    live.driftfile = said.driftfile.value_or(live.driftfile);
    live.keysfile = said.keysfile.value_or(live.keysfile);
    live.logfile = said.logfile.value_or(live.logfile);
    if (said.statsdir)
        live.statsdir = *said.statsdir + (said.statsdir->ends_with('/') ? "" : "/");
    for (const KeyId key : said.trusted_keys)
        draft.trusted.insert(static_cast<std::uint16_t>(key.value));
    live.policy.may_panic_once = said.may_panic_once;
    live.policy.steps_at_start = said.steps_at_start;
    if (said.slews)
        live.policy.step_forward = live.policy.step_backward = Seconds{600};
    apply_interfaces(said, draft);
}

// What was carried out late is told with the rest of its file.
void sort(std::vector<Diagnostic>& diagnostics)
{
    std::map<std::string, std::size_t> order;
    for (const Diagnostic& d : diagnostics)
        order.emplace(d.file, d.file.empty() ? diagnostics.size() : order.size());
    std::stable_sort(
        diagnostics.begin(), diagnostics.end(), [&](const Diagnostic& a, const Diagnostic& b) {
            return std::pair{order[a.file], a.line} < std::pair{order[b.file], b.line};
        });
}

// What was gathered line by line takes its place, and the whole is looked over.
void settle(Draft& draft, const Build& build)
{
    LiveConfig& live = draft.config.live;
    live.restrictions = draft.access.entries();
    live.restrict_names = draft.access.names();
    for (const std::uint16_t id : draft.trusted)
        live.trusted_keys.push_back({id});
    if (draft.config.start.clock == ClockChoice::none)
        live.policy.steers = false;
    look_over(draft);
    for (Diagnostic& d : missing(live, build))
        draft.diagnostics.push_back(std::move(d));
}

void finish(Draft& draft, const CommandLine& options, const Build& build)
{
    apply_start(options, draft.config);
    for (const std::string& host : options.servers)
        add_command_line_server(draft, host);
    finish_sources(draft);
    finish_switches(draft);
    apply_live(options, draft);
    settle(draft, build);
    sort(draft.diagnostics);
}

} // namespace

Loaded load(const CommandLine& options, Files& files, const Build& build)
{
    Draft draft;
    Reader reader{draft, &files};
    std::string ntp_conf = options.ntp_conf;
    for (const std::string_view path : default_ntp_confs)
        if (ntp_conf.empty() && files.read(std::string{path}))
            ntp_conf = path;
    if (!ntp_conf.empty())
        reader.read_main(ntp_conf);
    else if (options.servers.empty())
        draft.diagnostics.push_back({Diagnostic::Severity::error, std::string{default_ntp_confs[0]},
            0, 0, "cannot be read; name another file with -c, or servers behind the options"});

    const std::string path = options.timeball_conf.empty() ? std::string{default_timeball_conf}
                                                           : options.timeball_conf;
    if (const auto text = files.read(path))
        read_timeball_conf(draft, *text, path);
    else if (text.error() != std::errc::no_such_file_or_directory)
        draft.diagnostics.push_back({Diagnostic::Severity::error, path, 0, 0,
            fmt::format("cannot be read: {}", text.error().message())});
    else if (!options.timeball_conf.empty())
        draft.diagnostics.push_back({Diagnostic::Severity::note, path, 0, 0,
            "does not exist; every setting has its default"});
    finish(draft, options, build);
    return {std::move(draft.config), std::move(draft.diagnostics)};
}

Loaded load_text(std::string_view ntp_conf, std::string_view timeball_conf,
    const CommandLine& options, const Build& build)
{
    Draft draft;
    Reader{draft, nullptr}.read_text(ntp_conf, "ntp.conf", 0);
    read_timeball_conf(draft, std::string{timeball_conf}, "timeball.conf");
    finish(draft, options, build);
    return {std::move(draft.config), std::move(draft.diagnostics)};
}

namespace {

constexpr std::string_view change_name = "change";

// As if all of it had been read just now.
Draft draft_of(const Config& present)
{
    Draft draft;
    draft.is_change = true;
    draft.config = present;
    LiveConfig& live = draft.config.live;
    draft.access = AccessDraft{live.restrictions, live.restrict_names};
    for (const SourceConfig& source : live.sources)
        draft.source_identities.insert(identity(source));
    for (const KeyId key : std::exchange(live.trusted_keys, {}))
        draft.trusted.insert(static_cast<std::uint16_t>(key.value));
    return draft;
}

void carry_out(Draft& draft)
{
    finish_sources(draft);
    draft.unpeers.clear();
    draft.fudges.clear();
    draft.devices.clear();
    finish_switches(draft);
}

} // namespace

Loaded amend(const Config& present, std::string_view lines, const Build& build)
{
    Draft draft = draft_of(present);
    for (int number = 1; !lines.empty(); ++number) {
        const auto end = std::min(lines.find('\n'), lines.size());
        Line line{lines.substr(0, end), std::string{change_name}, number};
        lines.remove_prefix(std::min(end + 1, lines.size()));
        if (!refuse_remotely(draft, line))
            read_line(draft, line);
        carry_out(draft); // line by line: unpeer and server in one request mean what they say
    }
    settle(draft, build);

    // What was known before is no answer to these lines.
    std::erase_if(draft.diagnostics, [](const Diagnostic& d) { return d.file != change_name; });
    sort(draft.diagnostics);
    const bool is_good = std::all_of(draft.diagnostics.begin(), draft.diagnostics.end(),
        [](const Diagnostic& d) { return d.severity == Diagnostic::Severity::note; });
    return {is_good ? std::move(draft.config) : present, std::move(draft.diagnostics)};
}

} // namespace timeball::config
