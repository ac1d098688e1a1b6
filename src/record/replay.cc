// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The same daemon again.

#include "record/replay.h"

#include "config/load.h"
#include "daemon/build.h"
#include "daemon/daemon.h"
#include "record/quiet.h"
#include "record/recorder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

namespace timeball::record {

namespace {

// A recording, line by line. A last line that was cut short is none.
class Lines {
public:
    explicit Lines(std::string_view text) : rest_{text} { }

    std::optional<std::string_view> peek() const
    {
        const auto end = rest_.find('\n');
        return end == rest_.npos ? std::nullopt : std::optional{rest_.substr(0, end)};
    }
    void pass()
    {
        rest_.remove_prefix(rest_.find('\n') + 1);
        ++passed_;
    }
    std::size_t number() const { return passed_ + 1; } // of the line that peek() shows
    bool has_rest() const { return !rest_.empty(); }

private:
    std::string_view rest_;
    std::size_t passed_ = 0;
};

bool is_turn(std::string_view line)
{
    return line.starts_with("> ");
}

constexpr std::string_view nothing = "nothing more in this turn";

// What rounding may do to figures that are of one size.
constexpr double alike = 1e-6;
constexpr double negligible = 1e-12; // seconds, or a ratio of frequencies
constexpr std::uint64_t moment = 1000; // nanoseconds

bool is_rounded_real(std::string_view a, std::string_view b)
{
    Words left{a}, right{b};
    const double x = left.real(), y = right.real();
    return left.is_sound() && right.is_sound()
        && std::fabs(x - y) <= negligible + alike * std::max(std::fabs(x), std::fabs(y));
}

bool is_rounded_count(std::string_view a, std::string_view b)
{
    Words left{a}, right{b};
    const auto x = left.number(), y = right.number();
    return left.is_sound() && right.is_sound()
        && static_cast<std::uint64_t>(std::max(x, y)) - static_cast<std::uint64_t>(std::min(x, y))
        <= moment;
}

// Two questions that rounding alone can have made different. Only reals, and times to wait for or
// to step by, come from figures.
bool is_rounding(std::string_view recorded, std::string_view now)
{
    Words left{recorded}, right{now};
    const auto what = left.plain();
    if (what != right.plain())
        return false;
    const bool counts_time = what == "at" || what == "step";
    while (!left.is_at_end() && !right.is_at_end()) {
        const auto a = left.plain(), b = right.plain();
        if (a != b && !is_rounded_real(a, b) && !(counts_time && is_rounded_count(a, b)))
            return false;
    }
    return left.is_at_end() && right.is_at_end();
}

class Player final : private Tape {
public:
    explicit Player(std::string_view recording) : lines_{recording} { }

    Replayed play()
    {
        if (!read_head())
            return std::move(result_);
        for (auto line = lines_.peek(); line && !is_over(); line = lines_.peek()) {
            if (!is_turn(*line)) {
                differ(*line, std::string{nothing});
                break;
            }
            lines_.pass();
            ++result_.turns;
            happen(*line);
        }
        result_.is_cut = result_.is_cut || lines_.has_rest();
        if (result_.difference || !result_.fault.empty())
            result_.is_cut = false;
        result_.span = first_mono_ ? last_mono - *first_mono_ : Nanoseconds{0};
        dismiss();
        return std::move(result_);
    }

private:
    bool is_over() const { return result_.is_cut || result_.difference || !result_.fault.empty(); }

    bool fail(std::string why)
    {
        result_.fault = std::move(why);
        return false;
    }

    void differ(std::string_view recorded, std::string now)
    {
        if (!is_over())
            result_.difference = Difference{lines_.number(), std::string{recorded}, std::move(now)};
    }

    std::string_view take()
    {
        const auto line = lines_.peek().value_or("");
        if (lines_.peek())
            lines_.pass();
        return line;
    }

    bool read_head()
    {
        Words head{take()};
        if (head.plain() != magic)
            return fail("this is not a recording of timeballd");
        if (const auto version = head.number(); version != format_version)
            return fail(fmt::format(
                "a recording in format {}, and this reads format {}", version, format_version));
        Words by{take()};
        const bool has_by = by.plain() == "by";
        result_.by = by.text();
        Words clock{take()};
        const bool has_clock = clock.plain() == "clock";
        auto traits = take_clock_traits(clock);
        if (!has_by || !has_clock || !by.is_sound() || !clock.is_sound())
            return fail("its head is damaged");
        taped_.emplace(static_cast<Tape&>(*this), std::move(traits), quiet_.threads);
        return true;
    }

    // --- what happens ---

    void happen(std::string_view line)
    {
        const std::size_t number = lines_.number() - 1;
        Words words{line.substr(2)};
        switch (carry_out(words)) {
        case Met::yes:
            if (!words.is_sound())
                fail(fmt::format("line {} is damaged: {}", number, line));
            break;
        case Met::nobody:
            if (!is_over())
                result_.difference
                    = Difference{number, std::string{line}, "the daemon does not wait for that"};
            break;
        case Met::unknown:
            fail(fmt::format("line {} makes no sense here: {}", number, line));
            break;
        }
    }

    enum class Met : std::uint8_t { yes, nobody, unknown };

    Met carry_out(Words& words)
    {
        const std::string_view what = words.plain();
        if (what == "timer" || what == "resolved")
            return ring(words);
        if (what == "datagram" || what == "sent" || what == "refused") {
            const auto socket = words.natural();
            return taped_->network.happen(what, socket, words) ? Met::yes : Met::nobody;
        }
        if (what == "said" || what == "opened" || what == "closed") {
            const auto device = words.natural();
            return taped_->devices.happen(what, device, words) ? Met::yes : Met::nobody;
        }
        if (what == "configure")
            configure(words);
        else if (what == to_string(Call::construct)) {
            dismiss();
            daemon_ = std::make_unique<daemon::Daemon>(taped_->platform, config_, &quiet_.platform);
        } else if (!daemon_)
            return Met::unknown;
        else if (what == to_string(Call::start))
            static_cast<void>(daemon_->start());
        else if (what == to_string(Call::reload))
            daemon_->reload(config_);
        else if (what == to_string(Call::shutdown))
            daemon_->shutdown();
        else
            return Met::unknown;
        return Met::yes;
    }

    Met ring(Words& words)
    {
        const auto id = words.natural();
        if (!taped_->waiting.has(id))
            return Met::nobody;
        taped_->waiting.call(id, std::string{words.rest()});
        return Met::yes;
    }

    // Its end was in no turn.
    void dismiss()
    {
        is_between_turns_ = true;
        daemon_.reset();
        is_between_turns_ = false;
    }

    void configure(Words& words)
    {
        std::vector<std::string> arguments;
        while (!words.is_at_end())
            arguments.push_back(words.text());
        std::vector<const char*> pointers;
        for (const std::string& argument : arguments)
            pointers.push_back(argument.c_str());
        const auto parsed = config::parse_arguments(std::span<const char* const>{pointers});
        config_ = config::load(parsed.options, taped_->files, daemon::this_build()).config;
    }

    // --- what the daemon asks ---

    bool is_running() const override { return true; }
    void turn(const std::string&, const std::function<void()>& then) override { then(); }

    std::string call(const std::string& question, const std::function<std::string()>&) override
    {
        if (is_over() || is_between_turns_)
            return {};
        const auto line = lines_.peek();
        if (!line) {
            result_.is_cut = true;
            return {};
        }
        const auto equals = is_turn(*line) ? 0 : std::min(line->find(" = "), line->size());
        if (const auto recorded = line->substr(0, equals); recorded != question) {
            if (!is_rounding(recorded, question)) {
                differ(*line, question);
                return {};
            }
            if (result_.rounded++ == 0)
                result_.first_rounded = Difference{lines_.number(), std::string{*line}, question};
        }
        std::string answer{line->substr(std::min(equals + 3, line->size()))};
        lines_.pass();
        note_time(question, answer);
        return answer;
    }

    void note_time(std::string_view question, std::string_view answer)
    {
        if (question == "mono" && !first_mono_)
            first_mono_ = Words{answer}.after(last_mono);
    }

    Lines lines_;
    bool is_between_turns_ = false;
    Replayed result_;
    QuietWorld quiet_;
    std::optional<TapedWorld> taped_;
    std::optional<Instant<Mono>> first_mono_;
    config::Config config_;
    std::unique_ptr<daemon::Daemon> daemon_;
};

} // namespace

Replayed replay(std::string_view recording)
{
    return Player{recording}.play();
}

std::string to_string(const Replayed& result)
{
    if (!result.fault.empty())
        return fmt::format("It cannot be replayed: {}.\n", result.fault);
    std::string text = fmt::format("{} turns in {:.3f} s, recorded by {}.\n", result.turns,
        Seconds{result.span}.count(), result.by);
    if (result.difference)
        return text
            + fmt::format(
                "Line {} is the first that differs.\n    recorded: {}\n    now:      {}\n",
                result.difference->line, result.difference->recorded, result.difference->now);
    if (result.is_cut)
        text += "The recording ends within a turn.\n";
    if (!result.first_rounded)
        return text + "All decisions are the same.\n";
    return text
        + fmt::format("All decisions are the same but for rounding, in {} lines from line {} on.\n"
                      "    recorded: {}\n    now:      {}\n",
            result.rounded, result.first_rounded->line, result.first_rounded->recorded,
            result.first_rounded->now);
}

} // namespace timeball::record
