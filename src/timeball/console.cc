// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors

#include "timeball/console.h"

#include "control/variables.h"
#include "timeball/chores.h"
#include "timeball/update.h"
#include "timeball/view.h"

#include <cstdio>
#include <cstdlib>
#include <unistd.h>
#include <utility>

namespace timeball::console {

namespace {

Model first_model(const Options& options, Instant<Mono> now)
{
    Model model;
    model.servers.clear();
    for (const Target& target : options.targets) {
        Server server;
        server.host = target.port == 123 ? target.host
                                         : target.host + " port " + std::to_string(target.port);
        server.watched_since = now;
        server.ask_at = now;
        model.servers.push_back(std::move(server));
    }
    model.now = now;
    model.interval = *options.interval;
    model.is_numeric = options.is_numeric;
    model.thresholds = options.thresholds;
    model.alphabet = options.is_ascii || !shows_unicode() ? Alphabet::ascii : Alphabet::unicode;
    if (model.servers.size() > 1)
        model.view = View::hosts;
    return model;
}

} // namespace

Console::Console(platform::RealPlatform& platform, Terminal& terminal, const Options& options)
    : loop_{platform.loop()}, terminal_{terminal}, model_{first_model(options, loop_.now())}
{
    for (std::size_t host = 0; host < options.targets.size(); ++host)
        watchers_.push_back(
            std::make_unique<Watcher>(loop_, platform.world().network, platform.world().resolver,
                options.targets[host], [this, host](const Watcher::Outcome& outcome) {
                    std::visit([this, host](const auto& what) { happened(what, host); }, outcome);
                }));
}

int Console::run()
{
    keys_ = loop_.on_readable(STDIN_FILENO, [this] { read_keys(); });
    signals_.push_back(loop_.on_signal(SIGWINCH, [this] { resized(); }));
    signals_.push_back(loop_.on_signal(SIGCONT, [this] {
        terminal_.come_back();
        resized();
    }));
    signals_.push_back(loop_.on_signal(SIGINT, [this] { end(0); }));
    for (const int signal : {SIGTERM, SIGHUP, SIGQUIT})
        signals_.push_back(loop_.on_signal(signal, [this, signal] { end(128 + signal); }));
    std::signal(SIGCHLD, SIG_IGN); // nobody waits for the commands that are run
    listen_for_suspension();
    resized();
    loop_.run();
    return status_;
}

void Console::listen_for_suspension()
{
    suspension_ = loop_.on_signal(SIGTSTP, [this] { suspend(); });
}

// As if we had never listened to it, but with the terminal given back before.
void Console::suspend()
{
    terminal_.leave();
    suspension_.reset();
    std::raise(SIGTSTP);
    // Here again: SIGCONT came.
    listen_for_suspension();
    terminal_.come_back();
    resized();
}

void Console::end(int status)
{
    status_ = status;
    loop_.stop();
}

void Console::read_keys()
{
    bool was_any = false;
    while (const auto input = terminal_.read()) {
        was_any = true;
        std::visit([this](const auto& what) { happened(what); }, *input);
    }
    if (!was_any && terminal_.is_gone())
        end(128 + SIGHUP);
}

void Console::resized()
{
    happened(Resized{terminal_.size()});
}

void Console::happened(decltype(Event::what) what, std::size_t host)
{
    model_ = update(std::move(model_), {loop_.now(), std::move(what), host});
    if (model_.is_quitting)
        return end(0);
    do_errands();
    ask_those_due();
    show();
    timer_ = loop_.at(next_look(model_), [this] { happened(TimePassed{}); });
}

void Console::ask_those_due()
{
    for (std::size_t host = 0; host < watchers_.size(); ++host)
        if (wants_answers(model_.servers[host], model_.now)) {
            const Interest interest = interest_in(model_, host);
            model_ = update(std::move(model_), {loop_.now(), Asked{interest}, host});
            watchers_[host]->ask(interest, model_.credentials);
        }
}

void Console::do_errands()
{
    // Doing one may leave word of it, and so the next ones.
    const std::vector<Errand> errands = std::exchange(model_.errands, {});
    for (const Errand& errand : errands)
        std::visit([this](const auto& what) { do_errand(what); }, errand);
}

void Console::do_errand(const SaveFile& file)
{
    const auto saved = save(file);
    model_ = update(std::move(model_),
        {loop_.now(), Reported{saved.has_value(), saved ? *saved : saved.error()}});
}

void Console::do_errand(const RunCommand& command)
{
    console::run(command);
}

void Console::do_errand(const Change& change)
{
    if (model_.credentials)
        watchers_[change.host]->change(change.line, *model_.credentials);
}

void Console::show()
{
    if (model_.redraws != redraws_) {
        redraws_ = model_.redraws;
        terminal_.forget();
    }
    terminal_.show(view(model_, model_.size));
    if (model_.bells != bells_) {
        bells_ = model_.bells;
        terminal_.ring();
    }
}

int print_once(platform::RealPlatform& platform, const Options& options)
{
    platform::LibeventLoop& loop = platform.loop();
    Model model = first_model(options, loop.now());
    const char* text = std::getenv("COLUMNS");
    const auto told = control::to_integer(text ? text : "");
    const int columns = told && *told > 0 && *told < 1000 ? static_cast<int>(*told) : 80;

    int status = 0;
    for (std::size_t host = 0; host < options.targets.size(); ++host) {
        Watcher watcher{loop, platform.world().network, platform.world().resolver,
            options.targets[host], [&](const Watcher::Outcome& outcome) {
                std::visit(
                    [&](const auto& what) {
                        model = update(std::move(model), {loop.now(), what, host});
                    },
                    outcome);
                loop.stop();
            }};
        watcher.ask({});
        loop.run();
        model.current = host;
        const Server& server = model.server();
        if (!server.answers) {
            std::fprintf(stderr, "timeball: %s: %s\n", server.host.c_str(), server.trouble.c_str());
            status = 1;
            continue;
        }
        if (options.targets.size() > 1)
            std::printf("%s%s\n", host > 0 ? "\n" : "", server.host.c_str());
        std::fputs(billboard(model, columns).c_str(), stdout);
    }
    return std::fflush(stdout) == 0 ? status : 1;
}

} // namespace timeball::console
