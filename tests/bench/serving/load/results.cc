// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Each figure is named once: table and JSON have a selection, CSV has them all.

#include "bench/serving/load/results.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace timeball::load {

namespace {

std::string us(Nanoseconds t)
{
    return fmt::format("{:.1f}", static_cast<double>(t.count()) / 1e3);
}

double per_second(std::uint64_t count, const Outcome& outcome)
{
    return outcome.elapsed.count() > 0 ? static_cast<double>(count) / outcome.elapsed.count() : 0;
}

// Of a crowd whose clients are looked at one by one: how they were served.
struct Individuals {
    std::uint64_t short_of = 0; // clients that were not served each time
    double worst = 0; // share of the unserved, of the client that was served worst
};

Individuals individuals(const Account& account)
{
    Individuals found;
    for (const Account::One& one : account.clients) {
        found.short_of += one.served < one.asked ? 1 : 0;
        if (one.asked > 0)
            found.worst = std::max(found.worst, 1.0 - static_cast<double>(one.served) / one.asked);
    }
    return found;
}

struct Figure {
    std::string name, value;
    bool is_text = false;
};

void put_spread(std::vector<Figure>& figures, const std::string& name, const Histogram& h)
{
    figures.push_back({name + "_mean_us", us(h.mean())});
    figures.push_back({name + "_p50_us", us(h.percentile(0.5))});
    figures.push_back({name + "_p90_us", us(h.percentile(0.9))});
    figures.push_back({name + "_p99_us", us(h.percentile(0.99))});
    figures.push_back({name + "_max_us", us(h.most())});
}

std::vector<Figure> figures_of(const Crowd& crowd, const Account& account, const Outcome& outcome)
{
    std::vector<Figure> f;
    const auto put = [&](std::string name, std::uint64_t value) {
        f.push_back({std::move(name), fmt::to_string(value)});
    };
    f.push_back({"crowd", crowd.name, true});
    f.push_back({"seconds", fmt::format("{:.3f}", outcome.elapsed.count())});
    put("sent", account.sent);
    put("missed", account.missed);
    f.push_back({"served_per_s", fmt::format("{:.0f}", per_second(account.served(), outcome))});
    for (std::size_t i = 0; i < fate_count; ++i) {
        std::string name{fate_names[i]};
        std::ranges::replace(name, '-', '_');
        put(std::move(name), account.fates[i]);
    }
    put("duplicates", account.duplicates);
    f.push_back({"lost_share", fmt::format("{:.6f}", account.share_lost())});
    put_spread(f, "latency", account.latency);
    put_spread(f, "receive_stamp", account.receive_error);
    put_spread(f, "transmit_stamp", account.transmit_error);
    const Individuals found = individuals(account);
    put("clients_short", found.short_of);
    f.push_back({"worst_client_unserved", fmt::format("{:.6f}", found.worst)});
    return f;
}

std::vector<Figure> figures_of(const Outcome& outcome)
{
    std::vector<Figure> f;
    const auto put = [&](std::string name, std::uint64_t value) {
        f.push_back({std::move(name), fmt::to_string(value)});
    };
    put("spoofed_answers", outcome.unmatched.spoofed);
    put("late", outcome.unmatched.late);
    put("forged", outcome.unmatched.forged);
    put("stray", outcome.unmatched.stray);
    put("fragments", outcome.unmatched.fragments);
    put("refused", outcome.refused);
    put("overrun", outcome.overrun);
    return f;
}

std::string joined(const std::vector<Figure>& figures, std::string Figure::*part)
{
    std::string line;
    for (const Figure& f : figures)
        line += (line.empty() ? "" : ",") + f.*part;
    return line;
}

std::string members(const std::vector<Figure>& figures)
{
    std::string text;
    for (const Figure& f : figures) {
        const char* const quote = f.is_text ? "\"" : "";
        text += fmt::format(
            "{}\"{}\":{}{}{}", text.empty() ? "" : ",", f.name, quote, f.value, quote);
    }
    return text;
}

std::string manner(const Crowd& crowd)
{
    if (crowd.rate > 0)
        return fmt::format("{:.0f}/s from {}", crowd.rate, crowd.sources.count);
    return fmt::format("closed loop of {} from {}", crowd.window, crowd.sources.count);
}

std::string spread(const char* what, const Histogram& h)
{
    if (h.count() == 0)
        return {};
    return fmt::format("    {:<15}mean {:>9}  p50 {:>9}  p90 {:>9}  p99 {:>9}  max {:>9} us\n",
        what, us(h.mean()), us(h.percentile(0.5)), us(h.percentile(0.9)), us(h.percentile(0.99)),
        us(h.most()));
}

std::string section(const Crowd& crowd, const Account& account, const Outcome& outcome)
{
    std::string text = fmt::format("{}: {}\n    sent {}, served {} ({:.0f}/s)", crowd.name,
        manner(crowd), account.sent, account.served(), per_second(account.served(), outcome));
    for (std::size_t i = 0; i < fate_count; ++i) {
        if (account.fates[i] > 0 && Fate(i) != Fate::served)
            text += fmt::format(", {} {}", fate_names[i], account.fates[i]);
    }
    if (account.duplicates > 0)
        text += fmt::format(", duplicates {}", account.duplicates);
    if (account.missed > 0)
        text += fmt::format(", missed by the load {}", account.missed);
    text += '\n';
    if (!account.clients.empty()) {
        const Individuals found = individuals(account);
        text += fmt::format(
            "    clients not always served: {}; the worst went without in {:.3f} %\n",
            found.short_of, found.worst * 100);
    }
    text += spread("latency", account.latency);
    text += spread("receive stamp", account.receive_error);
    text += spread("transmit stamp", account.transmit_error);
    return text;
}

} // namespace

std::string table(const Options& options, const Outcome& outcome)
{
    std::string text
        = fmt::format("{}, {:.3f} s\n", to_string(options.target), outcome.elapsed.count());
    for (std::size_t i = 0; i < outcome.crowds.size(); ++i)
        text += section(outcome.crowds[i], outcome.accounts[i], outcome);
    std::string rest;
    for (const Figure& f : figures_of(outcome)) {
        if (f.value != "0")
            rest += fmt::format("{}{} {}", rest.empty() ? "" : ", ", f.name, f.value);
    }
    return rest.empty() ? text : text + rest + '\n';
}

std::string csv(const Outcome& outcome)
{
    std::string text;
    for (std::size_t i = 0; i < outcome.crowds.size(); ++i) {
        auto all = figures_of(outcome.crowds[i], outcome.accounts[i], outcome);
        for (Figure& f : figures_of(outcome))
            all.push_back(std::move(f));
        if (i == 0)
            text += joined(all, &Figure::name) + '\n';
        text += joined(all, &Figure::value) + '\n';
    }
    return text;
}

std::string json(const Outcome& outcome)
{
    std::string text = "{\"crowds\":[";
    for (std::size_t i = 0; i < outcome.crowds.size(); ++i) {
        text += fmt::format("{}{{{}}}", i == 0 ? "" : ",",
            members(figures_of(outcome.crowds[i], outcome.accounts[i], outcome)));
    }
    return text + "]," + members(figures_of(outcome)) + "}\n";
}

bool is_good(const Outcome& outcome)
{
    std::uint64_t answered = outcome.unmatched.spoofed;
    for (const Account& account : outcome.accounts) {
        if (account.wrong() > 0 || account.duplicates > 0)
            return false;
        answered += account.answered();
    }
    return answered > 0 && outcome.unmatched.forged == 0 && outcome.unmatched.stray == 0;
}

} // namespace timeball::load
