// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// From all figures of all rounds to a table, the goals and a picture.
//
// usage: summary DIRECTORY        reads DIRECTORY/runs.csv, writes summary.csv and serving.svg
// there

#include "bench/serving/figures.h"
#include "bench/serving/goals.h"
#include "bench/serving/picture.h"

#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>

using namespace timeball::bench::serving;

namespace {

constexpr std::array columns{"served_per_s", "cpu_us_per_reply", "resident_kb", "latency_p50_us",
    "latency_p99_us", "receive_stamp_mean_us", "receive_stamp_p99_us", "transmit_stamp_mean_us",
    "transmit_stamp_p99_us"};

std::string cell(std::optional<double> value)
{
    if (!value)
        return "-";
    return *value >= 1000            ? fmt::format("{:.0f}", *value)
        : *value > 0 && *value < 0.1 ? fmt::format("{:.5f}", *value)
                                     : fmt::format("{:.2f}", *value);
}

std::string table(const Figures& figures)
{
    std::string text
        = fmt::format("{:<17}{:<16}{:>10}{:>8}{:>8}{:>10}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}\n", "part",
            "server", "replies/s", "x chr", "cpu us", "kB", "p50 us", "p99 us", "rx mean", "rx p99",
            "tx mean", "tx p99");
    for (const std::string& part : figures.parts()) {
        for (const std::string& who : figures.contestants(part)) {
            const auto of = [&](const char* figure) {
                return cell(figures.median_of({part, who, figure}));
            };
            if (of(columns[0]) == "-")
                continue; // has figures of its own
            text += fmt::format(
                "{:<17}{:<16}{:>10}{:>8}{:>8}{:>10}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}\n", part, who,
                of(columns[0]), cell(figures.ratio({part, who, columns[0]}, "chrony-limits")),
                of(columns[1]), of(columns[2]), of(columns[3]), of(columns[4]), of(columns[5]),
                of(columns[6]), of(columns[7]), of(columns[8]));
        }
    }
    return text;
}

std::string summary_csv(const Figures& figures)
{
    std::string text = "part,server,replies_by_chrony";
    for (const char* name : columns)
        text += std::string{","} + name;
    text += '\n';
    for (const std::string& part : figures.parts()) {
        for (const std::string& who : figures.contestants(part)) {
            const auto by_chrony = figures.ratio({part, who, columns[0]}, "chrony-limits");
            text += fmt::format(
                "{},{},{}", part, who, by_chrony ? fmt::format("{:.3f}", *by_chrony) : "");
            for (const char* name : columns) {
                const auto value = figures.median_of({part, who, name});
                text += value ? fmt::format(",{:.3f}", *value) : ",";
            }
            text += '\n';
        }
    }
    return text;
}

std::string judged(const std::vector<Goal>& all)
{
    std::string text;
    for (const Goal& goal : all) {
        text += fmt::format("{:<62}{:>10} of {} {:<9} {}\n", goal.what, cell(goal.reached),
            goal.is_least ? "at least" : "at most ", cell(goal.bound),
            !goal.reached       ? "not measured"
                : goal.is_met() ? ""
                                : "NOT");
    }
    return text;
}

} // namespace

int main(int count, char** words)
{
    if (count != 2) {
        std::fputs("usage: summary DIRECTORY\n", stderr);
        return 2;
    }
    const std::string directory = words[1];
    std::ifstream in{directory + "/runs.csv"};
    std::ostringstream all;
    all << in.rdbuf();
    if (!in) {
        std::cerr << "summary: cannot read " << directory << "/runs.csv\n";
        return 1;
    }
    const Figures figures{all.str()};
    std::cout << table(figures) << '\n' << judged(goals(figures));
    std::ofstream{directory + "/summary.csv"} << summary_csv(figures);
    std::ofstream{directory + "/serving.svg"} << picture(figures);
}
