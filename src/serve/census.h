// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// The client lists of all workers as one, in order of the last packet. Each worker is asked for a
// page by its mailbox; what takes many pages (a filter that lets few pass) takes many turns, in
// which everything else goes on. Used by the control loop only.
//
// Nothing is kept for those who read: a reader says behind whom to go on. What is kept are
// bookmarks, so that a worker need not look for the place where a reader stands.

#include "serve/client_page.h"

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

namespace timeball::serve {

class Census {
public:
    // Asks a worker for a page, and tells it in a later turn or, when a mailbox is full, never.
    using Ask = std::function<void(unsigned worker, PageRequest, std::function<void(Page)> then)>;

    // How many workers there are, which may change from one reading to the next.
    using Workers = std::function<unsigned()>;

    Census(Workers workers, Ask ask) : workers_{std::move(workers)}, ask_{std::move(ask)} { }

    struct Part {
        std::vector<control::ClientRow> rows; // oldest first; at most as many as were asked for
        bool has_newest = false;
        std::optional<control::ClientMark> resumed; // behind whom it goes on
    };

    // At most `rows`. False when too many are reading already: nothing comes then.
    bool read(const control::ClientQuestion& question, std::size_t rows,
        std::function<void(const Part&)> then);

private:
    struct Reading;
    void ask(const std::shared_ptr<Reading>& reading, unsigned worker);
    void take(const std::shared_ptr<Reading>& reading, unsigned worker, Page page);
    std::vector<control::ClientMark> bookmarks_before(unsigned worker, Instant<Mono> last) const;
    void keep(unsigned worker, const std::vector<control::ClientMark>& bookmarks);

    std::vector<std::deque<control::ClientMark>> bookmarks_; // of each worker, newest put last
    Workers workers_;
    Ask ask_;
    // Under way. What a full mailbox drops may be destroyed by a worker.
    std::shared_ptr<std::atomic<int>> readings_ = std::make_shared<std::atomic<int>>(0);
};

} // namespace timeball::serve
