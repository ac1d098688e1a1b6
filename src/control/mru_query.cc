// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Asking for the list of clients.

#include "control/mru_query.h"

#include "control/variables.h"

#include <algorithm>
#include <unordered_set>

namespace timeball::control {

namespace {

using namespace std::chrono_literals;

// A server takes a nonce for 16 seconds; it is on its way for some of them.
constexpr auto nonce_life = 12s;
constexpr int most_restarts = 8, most_losses = 4;
constexpr unsigned most_rows = 96;
constexpr std::size_t most_places = 16;

std::string hexadecimal(ntp::Timestamp time)
{
    constexpr char digits[] = "0123456789abcdef";
    std::string text = "0x00000000.00000000";
    std::uint64_t bits = time.bits;
    for (std::size_t i = text.size(); i-- > 2; bits >>= 4) {
        if (text[i] == '.')
            --i;
        text[i] = digits[bits & 15];
    }
    return text;
}

template <class T>
T number_or(const VariableList& row, std::string_view name, T otherwise)
{
    const auto value = row.integer(name);
    return value && *value >= 0 ? static_cast<T>(*value) : otherwise;
}

// Nothing when it lacks what every entry has.
std::optional<MruEntry> entry_of(const VariableList& row)
{
    const auto first = to_timestamp(row.get("first")), last = to_timestamp(row.get("last"));
    MruEntry entry;
    entry.address = row.get("addr");
    if (!first || !last || entry.address.empty())
        return std::nullopt;
    entry.first = *first;
    entry.last = *last;
    entry.count = number_or<std::uint64_t>(row, "ct", 0);
    entry.mode_and_version = number_or<std::uint8_t>(row, "mv", 0);
    entry.restrictions = number_or<std::uint32_t>(row, "rs", 0);
    entry.score = row.number("sc");
    if (row.find("dr"))
        entry.dropped = number_or<std::uint64_t>(row, "dr", 0);
    return entry;
}

} // namespace

MruQuery::MruQuery(MruWish wish)
    : wish_{std::move(wish)},
      fragments_{std::clamp(wish_.fragments, 1u, static_cast<unsigned>(max_fragments))}
{
}

bool MruQuery::needs_nonce(Instant<Mono> now) const
{
    return nonce_.empty() || now - nonce_since_ >= nonce_life;
}

// Where we are in the list: the newest entry that came and, because that may have moved since, some
// before it, twice as far back each time. One of them stands still in all likelihood; what comes
// after it comes again.
std::string MruQuery::places(std::size_t room) const
{
    std::string text;
    std::size_t back = 1;
    for (std::size_t i = 0; i < most_places && begin_ + back <= entries_.size(); ++i, back *= 2) {
        const MruEntry& entry = entries_[entries_.size() - back];
        const auto number = std::to_string(i);
        const std::string place = ", addr." + number + "=" + entry.address + ", last." + number
            + "=" + hexadecimal(entry.last);
        if (text.size() + place.size() > room)
            break;
        text += place;
    }
    return text;
}

std::optional<Question> MruQuery::next(Instant<Mono> now)
{
    if (is_complete() || has_failed())
        return std::nullopt;
    is_asking_nonce_ = needs_nonce(now);
    if (is_asking_nonce_)
        return Question{.opcode = Opcode::request_nonce};

    std::string text = "nonce=" + nonce_
        + (rows_ == 0 ? ", frags=" + std::to_string(fragments_)
                      : ", limit=" + std::to_string(rows_));
    if (is_first_ && wish_.recent)
        text += ", recent=" + std::to_string(*wish_.recent);
    for (const auto& [name, value] : wish_.filters)
        text += ", " + name + "=" + value;
    text += places(text.size() < max_data ? max_data - text.size() : 0);
    return Question{.opcode = Opcode::read_mru, .data = std::move(text)};
}

void MruQuery::take(const Reply& reply, Instant<Mono> now)
{
    losses_ = 0;
    latest_.clear();
    const Rows rows = parse_rows(reply.data);
    if (const std::string* fresh = rows.plain.find("nonce")) {
        nonce_ = *fresh;
        nonce_since_ = now;
    } else if (is_asking_nonce_) {
        return fail({Failure::Kind::refused, Error::unspecified});
    }
    if (is_asking_nonce_)
        return;

    is_first_ = false;
    for (const VariableList& row : rows.rows) {
        if (auto entry = entry_of(row))
            latest_.push_back(std::move(*entry));
    }
    entries_.insert(entries_.end(), latest_.begin(), latest_.end());
    now_ = to_timestamp(rows.plain.get("now"));
    if (rows_ == 0)
        fragments_ = std::min(fragments_ + 1, static_cast<unsigned>(max_fragments));
    else
        rows_ = std::min(rows_ + 1, most_rows);
    // Nothing new and no end: it would be so for ever.
    if (latest_.empty() && !now_ && ++restarts_ > most_restarts)
        fail({Failure::Kind::too_many, Error::unspecified});
}

void MruQuery::refused(Error error)
{
    latest_.clear();
    if (error == Error::unknown_variable && begin_ < entries_.size()
        && ++restarts_ <= most_restarts) {
        begin_ = entries_.size(); // no place of ours stands any more: from the beginning
        return;
    }
    if (error == Error::bad_value && rows_ == 0) {
        rows_ = most_rows; // it counts rows, not fragments
        return;
    }
    if (error == Error::bad_value && rows_ > 2) {
        rows_ /= 2;
        return;
    }
    fail({Failure::Kind::refused, error});
}

void MruQuery::lost()
{
    latest_.clear();
    nonce_.clear(); // it may have been too old
    if (++losses_ > most_losses)
        return fail({Failure::Kind::timed_out, Error::unspecified});
    if (rows_ == 0)
        fragments_ = std::max(2u, fragments_ / 2);
    else
        rows_ = std::max(2u, rows_ / 2);
}

std::vector<MruEntry> MruQuery::entries() const
{
    std::vector<const MruEntry*> order;
    order.reserve(entries_.size());
    for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry)
        order.push_back(&*entry);
    // Of one address the newest, wherever it came from. Differences are signed: an era may end.
    std::stable_sort(order.begin(), order.end(), [](const MruEntry* a, const MruEntry* b) {
        return static_cast<std::int64_t>(a->last.bits - b->last.bits) > 0;
    });
    std::unordered_set<std::string_view> seen;
    std::vector<MruEntry> all;
    for (const MruEntry* entry : order) {
        // Servers keep one entry for each address, with the port that came last.
        const std::string_view text = entry->address;
        if (seen.insert(text.substr(0, text.rfind(':'))).second)
            all.push_back(*entry);
    }
    return all;
}

} // namespace timeball::control
