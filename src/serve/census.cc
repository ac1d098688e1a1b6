// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Merging pages.

#include "serve/census.h"

#include <algorithm>

namespace timeball::serve {

namespace {

using control::ClientMark;

constexpr int most_readings = 16; // at the same time
constexpr std::size_t most_kept = 256; // bookmarks of a worker
constexpr std::size_t most_given = 8; // of them with a request

} // namespace

struct Census::Reading {
    Reading(std::shared_ptr<std::atomic<int>> readings, std::size_t workers)
        : count{std::move(readings)}, requests(workers), pages(workers), is_done(workers)
    {
        ++*count;
    }
    ~Reading() { --*count; }
    Reading(const Reading&) = delete;
    Reading& operator=(const Reading&) = delete;

    Part merged() const;

    std::shared_ptr<std::atomic<int>> count;
    std::size_t rows = 0;
    std::vector<ClientMark> behind;
    bool only_these = false;
    std::vector<PageRequest> requests; // the next ones
    std::vector<Page> pages; // what has come so far
    std::vector<bool> is_done;
    std::size_t to_come = 0; // workers
    std::function<void(const Part&)> then;
};

// By last packet, then by worker: so those last heard of at the same instant have an order too.
Census::Part Census::Reading::merged() const
{
    Part part;
    std::size_t holder = pages.size(); // the worker who knows the point to go on from
    for (std::size_t w = 0; w < pages.size(); ++w)
        if (const auto at = pages[w].resumed; at && (!part.resumed || *at == 0)) {
            part.resumed = behind[*at];
            holder = *at == 0 ? w : holder;
        }

    if (!part.resumed && !behind.empty())
        part.resumed = behind.front(); // all of them were heard of again; it goes on in time

    std::vector<std::size_t> next(pages.size());
    if (holder < pages.size())
        for (std::size_t w = 0; w < holder; ++w) // these stood before that point
            while (next[w] < pages[w].rows.size()
                && pages[w].rows[next[w]].last <= behind.front().last)
                ++next[w];

    const auto has_more = [&](std::size_t w) { return next[w] < pages[w].rows.size(); };
    while (part.rows.size() < rows) {
        std::size_t oldest = pages.size();
        for (std::size_t w = 0; w < pages.size(); ++w) {
            if (!has_more(w)) {
                if (!pages[w].has_newest)
                    return part; // an older one may stand on the next page
                continue;
            }
            if (oldest == pages.size()
                || pages[w].rows[next[w]].last < pages[oldest].rows[next[oldest]].last)
                oldest = w;
        }
        if (oldest == pages.size())
            break;
        part.rows.push_back(pages[oldest].rows[next[oldest]++]);
    }
    part.has_newest = true;
    for (std::size_t w = 0; w < pages.size(); ++w)
        part.has_newest = part.has_newest && !has_more(w) && pages[w].has_newest;
    return part;
}

bool Census::read(const control::ClientQuestion& question, std::size_t rows,
    std::function<void(const Part&)> then)
{
    if (*readings_ >= most_readings)
        return false;
    const unsigned workers = workers_();
    bookmarks_.resize(workers);
    const auto reading = std::make_shared<Reading>(readings_, workers);
    reading->rows = rows;
    reading->behind = question.behind;
    reading->only_these = question.rows == 1 && !question.behind.empty();
    reading->to_come = workers;
    reading->then = std::move(then);
    for (unsigned w = 0; w < workers; ++w) {
        PageRequest& r = reading->requests[w];
        r.filter = question.filter;
        r.rows = rows;
        r.behind = question.behind;
        r.only_these = reading->only_these;
        if (question.behind.empty())
            r.recent = (question.recent + workers - 1) / workers; // they share clients evenly
        else
            r.bookmarks = bookmarks_before(w, question.behind.front().last);
        ask(reading, w);
    }
    return true;
}

void Census::ask(const std::shared_ptr<Reading>& reading, unsigned worker)
{
    ask_(worker, reading->requests[worker],
        [this, reading, worker](Page page) { take(reading, worker, std::move(page)); });
}

void Census::take(const std::shared_ptr<Reading>& reading, unsigned worker, Page page)
{
    keep(worker, page.bookmarks);
    Page& whole = reading->pages[worker];
    PageRequest& request = reading->requests[worker];
    whole.rows.insert(whole.rows.end(), page.rows.begin(), page.rows.end());
    whole.has_newest = page.has_newest;
    if (page.resumed && !whole.resumed && reading->behind == request.behind)
        whole.resumed = page.resumed;

    if (page.is_cut && page.stands_at && whole.rows.size() < reading->rows) {
        request.behind = {*page.stands_at};
        request.recent = page.recent_left;
        request.rows = reading->rows - whole.rows.size();
        request.bookmarks = bookmarks_before(worker, page.stands_at->last);
        return ask(reading, worker);
    }
    if (--reading->to_come == 0)
        reading->then(reading->merged());
}

std::vector<ClientMark> Census::bookmarks_before(unsigned worker, Instant<Mono> last) const
{
    std::vector<ClientMark> found;
    if (worker >= bookmarks_.size()) // it has gone meanwhile
        return found;
    for (const ClientMark& mark : bookmarks_[worker])
        if (mark.last <= last)
            found.push_back(mark);
    std::sort(found.begin(), found.end(),
        [](const ClientMark& a, const ClientMark& b) { return a.last > b.last; });
    found.resize(std::min(found.size(), most_given));
    return found;
}

void Census::keep(unsigned worker, const std::vector<ClientMark>& bookmarks)
{
    if (worker >= bookmarks_.size())
        return;
    auto& kept = bookmarks_[worker];
    for (const ClientMark& mark : bookmarks)
        if (std::find(kept.begin(), kept.end(), mark) == kept.end())
            kept.push_back(mark);
    while (kept.size() > most_kept)
        kept.pop_front();
}

} // namespace timeball::serve
