// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The drift file.

#include "daemon/drift_file.h"

#include <charconv>
#include <cmath>

#include <fmt/format.h>

namespace timeball::daemon {

namespace {

constexpr Frequency most = Frequency::ppm(1000);

} // namespace

std::optional<Frequency> parse_drift(std::string_view text)
{
    const auto start = text.find_first_not_of(" \t\r\n");
    if (start == text.npos)
        return std::nullopt;
    text.remove_prefix(start + (text[start] == '+' ? 1 : 0));
    double ppm = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), ppm);
    const bool ends_well = end == text.data() + text.size()
        || std::string_view{" \t\r\n"}.find(*end) != std::string_view::npos;
    if (fault != std::errc{} || !ends_well || !std::isfinite(ppm) || std::fabs(ppm) > most.ppm())
        return std::nullopt;
    return Frequency::ppm(ppm);
}

std::string format_drift(Frequency frequency)
{
    return fmt::format("{:.6f}\n", frequency.ppm());
}

DriftFile::DriftFile(Files& files, std::string path, Frequency threshold)
    : files_{&files}, path_{std::move(path)}, threshold_{threshold}, patience_{threshold}
{
}

std::optional<Frequency> DriftFile::read(std::string& fault)
{
    if (path_.empty())
        return std::nullopt;
    const auto text = files_->read(path_);
    if (!text) {
        if (text.error() != std::errc::no_such_file_or_directory)
            fault = fmt::format("{}: {}", path_, text.error().message());
        return std::nullopt;
    }
    written_ = parse_drift(*text);
    if (!written_)
        fault = fmt::format(
            "{}: no frequency between -1000 and 1000 ppm in it; starting without", path_);
    return written_;
}

std::string DriftFile::write_hourly(Frequency frequency)
{
    if (path_.empty())
        return {};
    if (written_ && abs(frequency - *written_) < patience_) {
        patience_ = patience_ * 0.5;
        return {};
    }
    return write_now(frequency);
}

std::string DriftFile::write_now(Frequency frequency)
{
    if (path_.empty())
        return {};
    const auto done = files_->replace(path_, format_drift(frequency));
    if (done) {
        written_ = frequency;
        patience_ = threshold_;
        return std::exchange(is_failing_, false) ? fmt::format("{}: can be written again", path_)
                                                 : std::string{};
    }
    if (std::exchange(is_failing_, true))
        return {};
    return fmt::format("{}: {}; the frequency is kept in memory", path_, done.error().message());
}

} // namespace timeball::daemon
