// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Reading a page of a client list.

#include "serve/client_page.h"

namespace timeball::serve {

namespace {

using control::ClientMark;
using control::ClientRow;

constexpr std::size_t bookmark_interval = 32; // clients

class Reader {
public:
    Reader(const ClientBook& book, const PageRequest& request, Instant<Mono> now)
        : book_{book}, request_{request}, now_{now}
    {
    }

    Page read()
    {
        if (request_.only_these)
            show_these();
        else if (const Client* first = start(); !page_.is_cut)
            walk(first);
        return std::move(page_);
    }

private:
    ClientMark mark(const Client& client) const
    {
        const ClientView view = book_.list.view(client);
        return {view.from, view.last};
    }

    // The client, if it has not been heard of since.
    const Client* unchanged(const ClientMark& as_it_was) const
    {
        const Client* client = book_.list.find(as_it_was.from.address);
        // The wire's fractions of a second are not ours.
        constexpr Nanoseconds tolerance = std::chrono::milliseconds{1};
        return client && abs(mark(*client).last - as_it_was.last) < tolerance ? client : nullptr;
    }

    ClientRow row(const Client& client) const
    {
        const ClientView view = book_.list.view(client);
        ClientRow r{.from = view.from,
            .first = std::min(view.first, view.last),
            .last = view.last,
            .packets = view.packets,
            .dropped = view.dropped,
            .mode = static_cast<std::uint8_t>(view.mode),
            .version = view.version,
            .flags = book_.access.rules()[book_.access.find(view.from)].flags,
            .score = book_.limiter.score(client)};
        if (!view.was_limited)
            r.flags &= ~std::uint32_t{config::restrict_limited};
        if (!view.was_kissed)
            r.flags &= ~std::uint32_t{config::restrict_kod};
        return r;
    }

    void show_these()
    {
        for (const ClientMark& wanted : request_.behind)
            if (const Client* client = book_.list.find(wanted.from.address))
                page_.rows.push_back(row(*client));
        page_.has_newest = true;
    }

    const Client* start()
    {
        if (request_.recent > 0)
            return go_back();
        for (std::size_t i = 0; i < request_.behind.size(); ++i)
            if (const Client* client = unchanged(request_.behind[i])) {
                page_.resumed = i;
                return book_.list.newer(*client);
            }
        for (const ClientMark& bookmark : request_.bookmarks)
            if (const Client* client = unchanged(bookmark))
                return client;
        return book_.list.oldest();
    }

    const Client* go_back()
    {
        const Client* client
            = request_.behind.empty() ? nullptr : unchanged(request_.behind.front());
        if (client == nullptr)
            client = book_.list.newest();
        std::size_t left = request_.recent;
        for (std::size_t steps = 1; left > 1 && client != nullptr; ++steps, --left) {
            const Client* older = book_.list.older(*client);
            if (older == nullptr)
                break;
            client = older;
            if (steps == most_visits) {
                page_.is_cut = true;
                page_.recent_left = left - 1;
                page_.stands_at = mark(*client);
                return nullptr;
            }
        }
        return client;
    }

    void walk(const Client* client)
    {
        const bool has_lower_bound = !request_.behind.empty() && request_.recent == 0;
        std::size_t visits = 0;
        const Client* last = nullptr;
        for (; client != nullptr; client = book_.list.newer(*client)) {
            if (page_.rows.size() == request_.rows)
                break;
            if (visits == most_visits) {
                page_.is_cut = true;
                break;
            }
            if (visits++ % bookmark_interval == 0)
                page_.bookmarks.push_back(mark(*client));
            last = client;
            ClientRow r = row(*client);
            const bool is_known = has_lower_bound && r.last < request_.behind.front().last
                && r.last + std::chrono::milliseconds{1} < request_.behind.front().last;
            if (!is_known && is_wanted(r, request_.filter, now_))
                page_.rows.push_back(r);
        }
        page_.has_newest = client == nullptr;
        if (last != nullptr) {
            page_.stands_at = mark(*last);
            page_.bookmarks.push_back(*page_.stands_at);
        }
    }

    const ClientBook& book_;
    const PageRequest& request_;
    Instant<Mono> now_;
    Page page_;
};

} // namespace

Page page_of(const ClientBook& book, const PageRequest& request, Instant<Mono> now)
{
    return Reader{book, request, now}.read();
}

} // namespace timeball::serve
