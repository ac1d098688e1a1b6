// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors

#include "timeball/console.h"

#include "control/variables.h"
#include "timeball/update.h"
#include "timeball/view.h"

#include <cstdio>
#include <cstdlib>
#include <unistd.h>

namespace timeball::console {

namespace {

Model first_model(const Options& options, Instant<Mono> now)
{
    Model model;
    model.server.host = options.target.port == 123
        ? options.target.host
        : options.target.host + " port " + std::to_string(options.target.port);
    model.server.watched_since = now;
    model.server.ask_at = now;
    model.now = now;
    model.interval = options.interval;
    model.is_numeric = options.is_numeric;
    model.alphabet = options.is_ascii || !shows_unicode() ? Alphabet::ascii : Alphabet::unicode;
    return model;
}

} // namespace

Console::Console(platform::RealPlatform& platform, Terminal& terminal, const Options& options)
    : loop_{platform.loop()},
      terminal_{terminal},
      model_{first_model(options, loop_.now())},
      watcher_{loop_, platform.world().network, platform.world().resolver, options.target,
          [this](const Watcher::Outcome& outcome) {
              std::visit([this](const auto& what) { happened(what); }, outcome);
          }}
{
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
    while (const auto key = terminal_.read_key()) {
        was_any = true;
        happened(KeyPressed{*key});
    }
    if (!was_any && terminal_.is_gone())
        end(128 + SIGHUP);
}

void Console::resized()
{
    happened(Resized{terminal_.size()});
}

void Console::happened(decltype(Event::what) what)
{
    model_ = update(std::move(model_), {loop_.now(), std::move(what)});
    if (model_.is_quitting)
        return end(0);
    if (wants_answers(model_)) {
        model_ = update(std::move(model_), {loop_.now(), Asked{}});
        watcher_.ask();
    }
    show();
    timer_ = loop_.at(next_look(model_), [this] { happened(TimePassed{}); });
}

void Console::show()
{
    if (model_.redraws != redraws_) {
        redraws_ = model_.redraws;
        terminal_.forget();
    }
    terminal_.show(view(model_, model_.size));
}

int print_once(platform::RealPlatform& platform, const Options& options)
{
    platform::LibeventLoop& loop = platform.loop();
    Model model = first_model(options, loop.now());
    int status = 1;
    const auto arrived = [&](const auto& what) {
        model = update(std::move(model), {loop.now(), what});
    };
    Watcher watcher{loop, platform.world().network, platform.world().resolver, options.target,
        [&](const Watcher::Outcome& outcome) {
            std::visit(arrived, outcome);
            loop.stop();
        }};
    watcher.ask();
    loop.run();
    if (!model.server.answers) {
        std::fprintf(
            stderr, "timeball: %s: %s\n", model.server.host.c_str(), model.server.trouble.c_str());
        return status;
    }
    const char* columns = std::getenv("COLUMNS");
    const auto width = control::to_integer(columns ? columns : "");
    std::fputs(
        billboard(model, width && *width > 0 && *width < 1000 ? static_cast<int>(*width) : 80)
            .c_str(),
        stdout);
    return std::fflush(stdout) == 0 ? 0 : 1;
}

} // namespace timeball::console
