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

struct Figure {
    std::string label, value;
    Role role = Role::text;
};

// Figures that stand below each other.
struct Group {
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
    return (is_signed ? signed_milliseconds(*value, room) : milliseconds(*value, room)) + " ms";
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

std::vector<Group> groups(const Server& server, Seconds since_answered)
{
    const SystemFigures& s = server.answers->system;
    const ServedFigures& served = server.answers->served;
    const bool is_unsynchronized = s.stratum && s.stratum->value >= 16;
    const auto text = [](const std::string& value) { return value.empty() ? "-" : value; };
    const auto refused = [&](double Rates::*which) {
        return server.rates ? rate((*server.rates).*which) : std::string{"-"};
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
                {"Limited", refused(&Rates::limited), role(&Rates::limited)},
                {"Kisses", refused(&Rates::kissed), role(&Rates::kissed)}}},
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

// What the server follows, as far as it says.
std::string source_of(const Model& model)
{
    const SystemFigures& s = model.server.answers->system;
    if (const Peer* peer = peer_of(model.server, s.peer))
        return peer->figures.name(model.is_numeric);
    return s.reference_id.empty() ? "an unknown source" : s.reference_id;
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

} // namespace

int figure_lines(Size size)
{
    if (size.lines < 20)
        return 3;
    return side_by_side(size.columns) >= 3 || size.lines < 24 ? 4 : 9;
}

void draw_health(Screen& screen, const Model& model, int line)
{
    const Glyphs& with = glyphs_of(model.alphabet);
    const int columns = screen.size().columns;
    int column = 1;
    // A further fact that has no room is left out: the first one is what counts.
    const auto say = [&](const std::u32string& words, Role role) {
        if (column > 1 && column + static_cast<int>(words.size()) > columns)
            return;
        column = screen.put({column, line}, fit(words, columns - column, with), {role});
    };

    const Server& server = model.server;
    if (!server.trouble.empty()) {
        say(to_glyphs("No answer for " + long_age(silence(model))), Role::bad);
        say(to_glyphs(": " + server.trouble), Role::text);
        if (server.answers)
            say(to_glyphs("; what follows is old"), Role::text);
        return;
    }
    if (!server.answers)
        return say(to_glyphs("Asking " + server.host), Role::caution);

    const SystemFigures& s = server.answers->system;
    if (!s.is_synchronized()) {
        say(U"Not synchronized", Role::bad);
        say(to_glyphs(": " + why_not_synchronized(*server.answers, model.is_numeric)), Role::text);
        return;
    }
    say(to_glyphs("Synchronized to " + source_of(model)), Role::good);
    if (const auto bound = s.error_bound())
        say(U" within " + to_glyphs(with_unit(*bound)), Role::text);
    if (const auto since = s.since_update())
        say(to_glyphs(", updated "
                + long_age(*since + Seconds{shown_moment(model) - server.answered}) + " ago"),
            Role::text);
}

void draw_figures(Screen& screen, const Model& model, Lines where)
{
    const Glyphs& with = glyphs_of(model.alphabet);
    const int beside = side_by_side(screen.size().columns);
    const auto all = groups(model.server, shown_moment(model) - model.server.answered);
    const int height = std::min(where.count, 4);
    int column = 1, top = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const Group& group = all[i];
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
