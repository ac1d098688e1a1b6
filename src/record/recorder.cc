// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The flight recorder.

#include "record/recorder.h"

#include <fmt/format.h>

#include <utility>

namespace timeball::record {

using namespace std::chrono_literals;

std::string_view to_string(Call call)
{
    switch (call) {
    case Call::construct:
        return "construct";
    case Call::start:
        return "start";
    case Call::reload:
        return "reload";
    case Call::shutdown:
        break;
    }
    return "shutdown";
}

Recorder::Recorder(
    const Platform& world, std::string_view by, Write write, std::uint64_t octets_a_day)
    : world_{world},
      write_{std::move(write)},
      octets_a_day_{octets_a_day},
      began_{world.loop.now()},
      disguise_{world.random},
      taped_{*this, world, disguise_}
{
    put(fmt::format("{} {}", magic, format_version));
    put(Line{"by"}.text(by).str());
    Line clock{"clock"};
    put(record::put(clock, traits_of(world.clock)).str());
    flush();
}

config::Loaded Recorder::configure(
    const std::vector<std::string>& words, const std::function<config::Loaded(Files&)>& load)
{
    Line what{"configure"};
    for (const std::string& word : words)
        what.text(word);
    config::Loaded loaded;
    turn(what.str(), [&] { loaded = load(taped_.files); });
    const config::LiveConfig& live = loaded.config.live;
    taped_.files.keep_secret(live.keysfile);
    for (const std::string& path : {live.nts_key, live.nts_cookie})
        taped_.files.withhold(path);
    return loaded;
}

void Recorder::during(Call call, const std::function<void()>& then)
{
    turn(std::string{to_string(call)}, then);
}

void Recorder::turn(const std::string& what, const std::function<void()>& then)
{
    // There are no turns within turns; should an edge ever make one, it belongs to the other.
    if (has_ended_ || is_in_turn_)
        return then();
    put("> " + what);
    flush();

    struct Turn {
        Recorder& recorder;
        explicit Turn(Recorder& r) : recorder{r} { recorder.is_in_turn_ = true; }
        ~Turn()
        {
            recorder.is_in_turn_ = false;
            recorder.flush();
        }
    } turn{*this};
    then();
}

std::string Recorder::call(const std::string& question, const std::function<std::string()>& world)
{
    std::string answer = world();
    put(answer.empty() ? question : fmt::format("{} = {}", question, answer));
    return answer;
}

void Recorder::put(std::string_view line)
{
    pending_ += line;
    pending_ += '\n';
}

void Recorder::flush()
{
    const std::string lines = std::exchange(pending_, {});
    if (has_ended_ || lines.empty())
        return;
    const auto days = static_cast<std::uint64_t>((world_.loop.now() - began_) / 24h) + 1;
    if (written_ + lines.size() > days * octets_a_day_)
        return end(fmt::format("it took more than {} octets a day", octets_a_day_));
    if (const auto fault = write_(lines))
        return end(fault.message());
    written_ += lines.size();
}

void Recorder::end(const std::string& why)
{
    has_ended_ = true;
    world_.log.write(Severity::warning, fmt::format("the recording has ended: {}", why));
}

} // namespace timeball::record
