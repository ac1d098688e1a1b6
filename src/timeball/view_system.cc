// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The clock of the server: how it is, in one sentence, and the figures behind that.

#include "timeball/update.h"
#include "timeball/view_parts.h"
#include "timeball/words.h"

#include <algorithm>
#include <fmt/format.h>

namespace timeball::console {

namespace {

using namespace std::chrono_literals;

// Figures that stand below each other.
struct Column {
    int label_width, value_width;
    bool is_text; // words begin at the left, numbers end at the right
    std::vector<Figure> figures;

    int width() const { return label_width + 1 + value_width; }
};

std::string in_ms(const std::optional<Seconds>& value, bool is_signed)
{
    constexpr int room = 9;
    if (!value)
        return "-";
    return (is_signed ? signed_milliseconds(*value, room, 6) : milliseconds(*value, room, 6))
        + " ms";
}

std::string in_ppm(const std::optional<Frequency>& value)
{
    return value ? ppm(*value) + " ppm" : "-";
}

std::string requests(const std::optional<Rates>& rates)
{
    return rates ? rate(rates->received) : "-";
}

Role role_of(const std::optional<Leap>& leap)
{
    if (!leap || *leap == Leap::none)
        return Role::text;
    return *leap == Leap::unsynchronized ? Role::bad : Role::caution;
}

std::vector<Column> columns_of(const Server& server, Seconds since_answered)
{
    const SystemFigures& s = server.answers->system;
    const ServedFigures& served = server.answers->served;
    const bool is_unsynchronized = s.stratum && s.stratum->value >= 16;
    const auto text = [](const std::string& value) { return value.empty() ? "-" : value; };
    const auto refused = [&](double Rates::*which) {
        return server.rates ? rate((*server.rates).*which) : std::string{"-"};
    };
    const auto own = [&](const char* name, const char* label, const char* unit) {
        const std::string value = server.answers->own ? server.answers->own->get(name) : "";
        return value.empty() ? std::nullopt : std::optional{Figure{label, value + unit}};
    };
    const auto role = [&](double Rates::*which) {
        return server.rates && (*server.rates).*which > 0 ? Role::caution : Role::text;
    };

    return {
        {9, 12, false,
            {{"Offset", in_ms(s.offset, true)}, {"Frequency", in_ppm(s.frequency)},
                {"Jitter", in_ms(s.system_jitter, false)}, {"Wander", in_ppm(s.wander)}}},
        {15, 12, false,
            {{"Root delay", in_ms(s.root_delay, false)},
                {"Root dispersion", in_ms(s.root_dispersion, false)},
                {"Stratum", s.stratum ? fmt::format("{}", s.stratum->value) : "-",
                    is_unsynchronized ? Role::bad : Role::text},
                {"Requests", requests(server.rates)}}},
        {9, 15, false,
            {{"Reference", text(s.reference_id)},
                {"Leap", s.leap ? std::string{in_words(*s.leap)} : "-", role_of(s.leap)},
                {"Poll", s.time_constant ? short_age(s.time_constant->interval()) + " s" : "-"},
                {"Up",
                    served.uptime ? long_age(*served.uptime + since_answered) : std::string{"-"}}}},
        {9, 28, true,
            {{"Server", text(s.version)}, {"System", text(s.system)},
                own("tb_workers", "Workers", "")
                    ? *own("tb_workers", "Workers", "")
                    : Figure{"Limited", refused(&Rates::limited), role(&Rates::limited)},
                own("tb_memory", "Memory", " kB")
                    ? *own("tb_memory", "Memory", " kB")
                    : Figure{"Kisses", refused(&Rates::kissed), role(&Rates::kissed)}}},
    };
}

constexpr int gap = 2;

// How many groups stand side by side.
int side_by_side(int columns)
{
    constexpr int widths[] = {22, 28, 25, 38};
    int used = 1, count = 0;
    for (const int width : widths) {
        if (used + width > columns)
            break;
        used += width + gap;
        ++count;
    }
    return std::max(count, 1);
}

std::string why_not_synchronized(const Answers& answers, bool is_numeric)
{
    const auto usable = std::count_if(answers.peers.begin(), answers.peers.end(),
        [](const Peer& peer) { return peer.status.is_reachable; });
    const auto sources = std::count_if(answers.peers.begin(), answers.peers.end(),
        [](const Peer& peer) { return !peer.figures.is_pool(); });
    const auto chosen = std::find_if(answers.peers.begin(), answers.peers.end(),
        [](const Peer& peer) { return peer.status.select >= sync::Select::system_peer; });
    if (chosen != answers.peers.end())
        return chosen->figures.name(is_numeric) + " is chosen, but the clock does not follow it";
    if (sources == 0)
        return "no source is known yet";
    if (usable == 0)
        return fmt::format("none of {} sources is reachable", sources);
    return fmt::format("{} of {} sources reachable, none chosen yet", usable, sources);
}

// Facts one after the other. One that has no room is left out: the first is what counts.
struct Sentence {
    Screen& screen;
    int line;
    const Glyphs& with;
    int column = 1;

    bool say(std::string_view words, Role role)
    {
        const auto glyphs = to_glyphs(words);
        const int columns = screen.size().columns;
        if (column > 1 && column + static_cast<int>(glyphs.size()) > columns)
            return false;
        // What joins it to the fact before says nothing itself.
        const std::size_t joint = std::min(glyphs.find_first_not_of(U",; ("), glyphs.size());
        screen.put({column, line}, fit(glyphs, columns - column, with), {role});
        screen.put({column, line}, fit(glyphs.substr(0, joint), columns - column, with));
        column = std::min(columns, column + static_cast<int>(glyphs.size()));
        return true;
    }
};

void draw_busiest(Sentence& sentence, const Clients& clients)
{
    const Client* busiest = clients.busiest();
    if (!busiest)
        return;
    const double its = clients.rate(*busiest);
    const std::string words = hint(*busiest, its);
    const Role role = words.empty()  ? Role::text
        : words.starts_with("flood") ? Role::bad
                                     : Role::caution;
    if (sentence.say(fmt::format(", busiest {} {}", busiest->address, rate(its)), role)
        && !words.empty())
        sentence.say(fmt::format(" ({})", words), role);
}

// A moment on our own clock by that of the server: "18:54", "18:54 on 2026-11-20".
std::string clock_at(const Model& model, Instant<Mono> moment)
{
    const auto clock = server_clock(model);
    if (!clock)
        return long_age(model.now - moment) + " ago";
    const Instant<Utc> now = calendar_time(*clock);
    const Instant<Utc> then = now - (shown_moment(model) - moment);
    return date(then) == date(now) ? time_of_day(then) : time_of_day(then) + " on " + date(then);
}

// ", 5 of 7 sources agree"
std::string sources_in_words(const Answers& answers)
{
    int sources = 0, agreeing = 0;
    for (const Peer& peer : answers.peers) {
        sources += peer.figures.is_pool() ? 0 : 1;
        agreeing += peer.status.select >= sync::Select::outlier ? 1 : 0;
    }
    return fmt::format(", {} of {} sources agree", agreeing, sources);
}

// ", 192.0.2.1 lies"
std::string liars_in_words(const Answers& answers, bool is_numeric)
{
    std::string name;
    int liars = 0;
    for (const Peer& peer : answers.peers)
        if (peer.status.select == sync::Select::falseticker && ++liars == 1)
            name = peer.figures.name(is_numeric);
    return liars == 0 ? ""
        : liars == 1  ? fmt::format(", {} lies", name)
                      : fmt::format(", {} lie", liars);
}

} // namespace

int figure_lines(Size size)
{
    if (size.lines < 20)
        return 3;
    return side_by_side(size.columns) >= 3 || size.lines < 24 ? 4 : 9;
}

std::string source_of(const Server& server, bool is_numeric)
{
    const SystemFigures& s = server.answers->system;
    if (const Peer* peer = peer_of(server, s.peer))
        return peer->figures.name(is_numeric);
    return s.reference_id.empty() ? "an unknown source" : s.reference_id;
}

std::string in_one_word(const Server& server)
{
    if (!server.trouble.empty())
        return server.answers ? "lost" : "silent";
    if (!server.answers)
        return "asking";
    return server.answers->system.is_synchronized() ? "synchronized" : "NOT synchronized";
}

Role role_of(const Server& server)
{
    if (!server.trouble.empty())
        return Role::bad;
    if (!server.answers)
        return Role::caution;
    if (!server.answers->system.is_synchronized())
        return Role::bad;
    Level worst = Level::fine;
    for (const auto& [about, alarm] : server.alarms)
        worst = std::max(worst, alarm.level);
    return worst == Level::bad ? Role::bad : worst == Level::caution ? Role::caution : Role::good;
}

void draw_health(Screen& screen, const Model& model, int line)
{
    Sentence sentence{screen, line, glyphs_of(model.alphabet)};
    const Server& server = model.server();
    if (!server.trouble.empty()) {
        sentence.say(server.answers ? "Last seen " + long_age(silence(server, model.now)) + " ago"
                                    : "No answer for " + long_age(silence(server, model.now)),
            Role::bad);
        sentence.say(": " + server.trouble, Role::text);
        if (server.answers)
            sentence.say("; what follows is old", Role::text);
        return;
    }
    if (!server.answers) {
        sentence.say("Asking " + server.host, Role::caution);
        return;
    }

    const SystemFigures& s = server.answers->system;
    if (!s.is_synchronized()) {
        sentence.say("Not synchronized", Role::bad);
        sentence.say(": " + why_not_synchronized(*server.answers, model.is_numeric), Role::text);
        return;
    }
    sentence.say("Synchronized to " + source_of(server, model.is_numeric), Role::good);
    if (const auto bound = s.error_bound())
        sentence.say(" within " + with_unit(*bound), Role::text);
    sentence.say(liars_in_words(*server.answers, model.is_numeric), Role::bad);
    sentence.say(sources_in_words(*server.answers), Role::text);
    if (const auto since = s.since_update())
        sentence.say(", updated "
                + long_age(*since + Seconds{shown_moment(model) - server.answered}) + " ago",
            Role::text);
    if (server.steady_since && server.saw_change)
        sentence.say(", since " + clock_at(model, *server.steady_since), Role::text);
    else if (server.steady_since && shown_moment(model) >= *server.steady_since + 60s)
        sentence.say(
            ", for at least " + long_age(shown_moment(model) - *server.steady_since), Role::text);
}

void draw_traffic(Screen& screen, const Model& model, int line)
{
    Sentence sentence{screen, line, glyphs_of(model.alphabet)};
    const Server& server = model.server();
    if (!server.answers)
        return;
    for (const auto& [about, alarm] : server.alarms) {
        if (alarm.level == Level::fine || about == "silence" || about == "synchronization")
            continue;
        sentence.say(fmt::format("{} {}! ", about, alarm.value),
            alarm.level == Level::bad ? Role::bad : Role::caution);
    }
    if (!server.trouble.empty())
        return;
    if (!server.answers->served.received) {
        sentence.say("It does not tell whom it serves.", Role::label);
        return;
    }
    if (!server.rates) {
        sentence.say(fmt::format("{} requests since its start", *server.answers->served.received),
            Role::label);
        return;
    }
    // Who abuses us counts more than what we do about it.
    const Rates& rates = *server.rates;
    sentence.say(rate(rates.received) + " requests", Role::text);
    if (rates.received > 0 && rates.answered)
        sentence.say(", " + rate(*rates.answered) + " answered", Role::text);
    draw_busiest(sentence, server.clients);
    if (rates.limited > 0)
        sentence.say(", " + rate(rates.limited) + " limited", Role::caution);
    if (rates.kissed > 0)
        sentence.say(", " + rate(rates.kissed) + " kissed", Role::caution);
    if (rates.refused && *rates.refused > 0)
        sentence.say(", " + rate(*rates.refused) + " refused", Role::caution);
}

void draw_figures(Screen& screen, const Model& model, Lines where)
{
    const Glyphs& with = glyphs_of(model.alphabet);
    const int beside = side_by_side(screen.size().columns);
    const auto all = columns_of(model.server(), shown_moment(model) - model.server().answered);
    const int height = std::min(where.count, 4);
    int column = 1, top = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const Column& group = all[i];
        if (static_cast<int>(i) == beside) { // the others below, as far as there is room
            column = 1;
            top = height + 1;
        }
        int line = top;
        for (const Figure& figure : group.figures) {
            if (line >= where.count || line - top >= height)
                break;
            const int at = where.first + line++;
            screen.put({column, at}, figure.label, {Role::label});
            const auto value = fit(figure.value, group.value_width, with);
            const int indent
                = group.is_text ? 0 : group.value_width - static_cast<int>(value.size());
            screen.put({column + group.label_width + 1 + indent, at}, value, {figure.role});
        }
        column += group.width() + gap;
    }
}

} // namespace timeball::console
