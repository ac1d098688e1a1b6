// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Control requests: from the packet to the reply.

#include "daemon/control_desk.h"

#include "report/listings.h"
#include "report/status_word.h"

#include <fmt/format.h>

#include <algorithm>

namespace timeball::daemon {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t most_waiting = 64; // requests for figures that are being fetched
constexpr auto patience = 1s; // with a worker that is asked for figures
constexpr auto between_denials = 10s; // in the log
// A list is read within seconds, and the clock is steered meanwhile: what was said of an instant
// before must be understood after, until the clock was really moved.
constexpr Nanoseconds worst_drift = 50ms;

constexpr std::size_t shortest_row = 110; // octets of a client in a reply
constexpr std::size_t most_rows = 256;

std::size_t rows_for(const control::ClientQuestion& question)
{
    const std::size_t fitting = question.fragments * control::max_data / shortest_row + 1;
    return std::min({fitting, most_rows, question.rows == 0 ? most_rows : question.rows});
}

std::string_view name_of(control::Opcode opcode)
{
    switch (opcode) {
    case control::Opcode::configure:
        return "to change the configuration";
    case control::Opcode::save_configuration:
        return "to save the configuration";
    case control::Opcode::read_ordered_list:
        return "to see interfaces or restrictions";
    default:
        return "for the list of clients";
    }
}

} // namespace

std::string to_string(const Actor& actor)
{
    return fmt::format("key {} from {}", actor.key.value, to_string(actor.from));
}

ControlDesk::ControlDesk(const Platform& platform, serve::Server& server, Hooks hooks)
    : platform_{platform},
      server_{server},
      hooks_{std::move(hooks)},
      nonces_{[this] {
          return SipKey{platform_.random.bits64(), platform_.random.bits64()};
      }},
      census_{[this] { return static_cast<unsigned>(server_.workers()); },
          [this](
              unsigned worker, serve::PageRequest request, std::function<void(serve::Page)> then) {
              server_.look<serve::Page>(
                  worker,
                  [request = std::move(request)](const serve::Worker& w) {
                      return serve::page_of(w.book(), request, w.now());
                  },
                  [alive = std::weak_ptr{alive_}, then = std::move(then)](serve::Page page) {
                      if (!alive.expired())
                          then(std::move(page));
                  });
          }}
{
}

void ControlDesk::configure(
    const config::LiveConfig& live, std::shared_ptr<const ntp::KeyTable> keys)
{
    control_key_ = live.control_key;
    keys_ = keys ? std::make_shared<ntp::Authenticator>(std::move(keys)) : nullptr;
}

void ControlDesk::take(const serve::ControlRequest& request)
{
    const auto kept = std::make_shared<const serve::ControlRequest>(request);
    if (control::wants_worker_figures(request.bytes))
        fetch_figures(kept);
    else
        answer(kept, false);
}

// Requests that come while the workers are being asked are answered with the same figures.
void ControlDesk::fetch_figures(const Request& request)
{
    if (waiting_.size() < most_waiting)
        waiting_.push_back(request);
    const auto now = platform_.loop.now();
    if (fetching_since_ && now - *fetching_since_ < patience)
        return;
    fetching_since_ = now;
    server_.look_at_all<serve::WorkerFigures>(serve::figures_of,
        [this, alive = std::weak_ptr{alive_}](std::vector<serve::WorkerFigures> figures) {
            if (alive.expired())
                return;
            figures_ = std::move(figures);
            fetching_since_.reset();
            for (const Request& waiting : std::exchange(waiting_, {}))
                answer(waiting, true);
        });
}

control::WireTime ControlDesk::wire_time()
{
    const Nanoseconds difference
        = platform_.clock.now().time_since_epoch() - platform_.loop.now().time_since_epoch();
    if (!has_wire_ || abs(difference - wire_.utc_minus_mono) > worst_drift)
        wire_.utc_minus_mono = difference;
    has_wire_ = true;
    return wire_;
}

void ControlDesk::answer(const Request& request, bool has_figures)
{
    const serve::Rule& rule = request->rule;
    // Several datagrams for one go to those only whom the operator admitted in so many words.
    const control::Who who{.address = request->from.address,
        .may_query = true,
        .may_ask_for_much = rule.origin == serve::Rule::Origin::configured,
        .key = {},
        .port = request->from.port,
        .may_modify = !rule.has(config::restrict_nomodify),
        .may_list_clients = !rule.has(config::restrict_nomrulist)};
    const control::Guard guard{.keys = keys_.get(),
        .control_key = control_key_,
        .nonces = &nonces_,
        .wire = wire_time(),
        .now = platform_.loop.now()};
    if (!has_figures)
        figures_.clear();
    const auto said = control::answer(request->bytes, hooks_.report(), who, guard);
    ++verdicts_[static_cast<std::size_t>(said.verdict)];
    if (said.verdict == control::Verdict::denied)
        tell_of_denial(*request);
    if (!said.datagrams.empty())
        server_.reply(*request, said.datagrams);
    if (said.verdict == control::Verdict::handed_on)
        run(request, said);
}

void ControlDesk::run(const Request& request, const control::Answer& answer)
{
    const Actor actor{answer.slip.key, request->from};
    if (std::holds_alternative<control::ListClients>(answer.errand)) {
        list_clients(request, answer);
    } else if (std::holds_alternative<control::ListInterfaces>(answer.errand)) {
        list_interfaces(request, answer);
    } else if (std::holds_alternative<control::ListRules>(answer.errand)) {
        list_rules(request, answer);
    } else if (const auto* configure = std::get_if<control::Configure>(&answer.errand)) {
        const auto keys = keys_; // which may be others afterwards
        const std::string done = hooks_.change(configure->lines, actor);
        send(request, answer.slip, control::text_content(status(), done), keys.get());
    } else if (const auto* save = std::get_if<control::SaveConfiguration>(&answer.errand)) {
        const auto saved = hooks_.save(save->file, actor);
        if (saved)
            reply(request, answer.slip, *saved);
        else
            send(request, answer.slip, unexpected(saved.error()), keys_.get());
    }
}

void ControlDesk::list_clients(const Request& request, const control::Answer& answer)
{
    const auto& question = std::get<control::ListClients>(answer.errand).question;
    census_.read(question, rows_for(question),
        [this, request, question, slip = answer.slip](const serve::Census::Part& part) {
            const auto now = platform_.loop.now();
            control::ClientReply text{
                question, wire_, nonces_.make(request->from, now), part.resumed};
            bool has_all = true;
            for (const control::ClientRow& row : part.rows)
                has_all = has_all && text.add(row);
            reply(request, slip, text.finish(has_all && part.has_newest, now));
        });
}

void ControlDesk::list_interfaces(const Request& request, const control::Answer& answer)
{
    server_.look_at_all<std::vector<serve::Worker::DoorFigures>>(
        [](const serve::Worker& w) { return w.doors(); },
        [this, alive = std::weak_ptr{alive_}, request, slip = answer.slip](
            const std::vector<std::vector<serve::Worker::DoorFigures>>& doors) {
            if (alive.expired())
                return;
            auto rows = serve::interface_rows(
                doors, platform_.network.interfaces(), platform_.loop.now());
            for (const report::Association& a : hooks_.report().associations) {
                // Who is asked from no socket of its own is asked from the wildcard's.
                const auto from = [&](const Address& address) {
                    return std::find_if(rows.begin(), rows.end(),
                        [&](const report::InterfaceRow& r) { return r.at.address == address; });
                };
                auto row = from(a.local.address);
                if (row == rows.end())
                    row = from(Address::any(a.local.address.family));
                if (row != rows.end() && a.sent > 0)
                    ++row->peers;
            }
            reply(request, slip,
                report::to_mode6(std::span<const report::InterfaceRow>{rows},
                    control::max_fragments * control::max_data));
        });
}

void ControlDesk::list_rules(const Request& request, const control::Answer& answer)
{
    server_.look_at_all<serve::RuleHits>(serve::rule_hits,
        [this, alive = std::weak_ptr{alive_}, request, slip = answer.slip](
            const std::vector<serve::RuleHits>& hits) {
            if (alive.expired())
                return;
            const auto rows = serve::rule_rows(server_.access(), hits, server_.fast_rule_hits());
            reply(request, slip,
                report::to_mode6(std::span<const report::RuleRow>{rows},
                    control::max_fragments * control::max_data));
        });
}

std::uint16_t ControlDesk::status() const
{
    return report::system_status(hooks_.report().system);
}

void ControlDesk::reply(
    const Request& request, const control::ReplySlip& slip, const std::string& text)
{
    send(request, slip, control::text_content(status(), text), keys_.get());
}

void ControlDesk::send(const Request& request, const control::ReplySlip& slip,
    const control::Outcome& outcome, ntp::Authenticator* keys)
{
    server_.reply(*request, control::replies(slip, outcome, keys));
}

void ControlDesk::tell_of_denial(const serve::ControlRequest& request)
{
    const auto now = platform_.loop.now();
    if (told_of_denial_ && now - *told_of_denial_ < between_denials) {
        ++denials_;
        return;
    }
    told_of_denial_ = now;
    const auto message = control::decode(request.bytes);
    const std::string more = denials_ == 0
        ? std::string{}
        : fmt::format(" ({} more were refused since the last such line)", denials_);
    denials_ = 0;
    platform_.log.write(Severity::warning,
        fmt::format("control request {} from {}: refused, it does not have the right{}",
            name_of(message ? message->header.opcode : control::Opcode::unspecified),
            to_string(request.from), more));
}

std::vector<std::pair<std::string, std::uint64_t>> ControlDesk::counts() const
{
    std::vector<std::pair<std::string, std::uint64_t>> all;
    for (std::size_t i = 0; i < verdicts_.size(); ++i)
        all.emplace_back(to_string(control::Verdict(i)), verdicts_[i]);
    return all;
}

ntp::MacCounts ControlDesk::mac_counts() const
{
    return keys_ ? keys_->counts() : ntp::MacCounts{};
}

} // namespace timeball::daemon
