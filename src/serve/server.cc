// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Starting workers, and telling them what has changed.

#include "serve/server.h"

#include <algorithm>
#include <utility>

namespace timeball::serve {

using namespace std::chrono_literals;

namespace {

constexpr unsigned most_workers = 8;
constexpr auto retry_interval = 5s; // for sockets: an IPv6 address is tentative at first
constexpr auto mailbox_interval = 100ms; // for mailboxes that are full
constexpr auto linger = 100ms; // of a worker that goes

SipKey random_key(Random& random)
{
    return {random.bits64(), random.bits64()};
}

unsigned worker_count(int configured, const Threads& threads)
{
    if (configured >= 0)
        return static_cast<unsigned>(configured);
    return std::clamp(threads.cores(), 1u, most_workers);
}

bool is_in_use(const OpenFault& fault)
{
    return fault.why == std::errc::address_in_use || fault.why == std::errc::permission_denied;
}

// Faults that time may heal.
bool may_pass(const OpenFault& fault)
{
    return is_in_use(fault) || fault.why == std::errc::address_not_available;
}

config::MruConfig share(config::MruConfig mru, std::size_t workers)
{
    mru.max_memory /= workers;
    mru.min_depth /= workers;
    if (mru.max_depth != 0)
        mru.max_depth = std::max<std::uint64_t>(mru.max_depth / workers, 1);
    return mru;
}

} // namespace

Server::Server(const Platform& platform, const config::StartConfig& start,
    const Snapshot<ntp::ServedTime>& served, ControlHandler control)
    : platform_{platform},
      start_{start},
      served_{served},
      control_{std::move(control)},
      named_rules_{platform.resolver, platform.loop, platform.log, [this] { publish(); }},
      fast_lane_{platform.fast_path, platform.log, start.xdp}
{
}

Server::~Server() = default;

Result<void, OpenFault> Server::start(
    const config::LiveConfig& live, std::shared_ptr<const ntp::KeyTable> keys)
{
    live_ = live;
    keys_ = std::move(keys);
    look_at_interfaces();
    if (!split_key_)
        split_key_ = random_key(platform_.random);
    const unsigned threads = thread_count();
    for (unsigned i = 0; i < std::max(threads, 1u); ++i)
        slots_.push_back(std::make_unique<Slot>());
    if (inherited_lists_.size() != slots_.size())
        inherited_lists_.clear();
    refresh_setting();

    // Sockets that share a port do not notice a stranger on it; one that is alone does.
    std::vector<OpenFault> faults;
    if (threads == 0) {
        Slot& slot = *slots_[0];
        slot.worker = make_worker(slot, platform_.loop, identity(0, false), setting_);
        faults = slot.worker->bind(bindings_);
    } else {
        faults = probe();
    }
    if (const auto fault = fatal_fault(faults)) {
        slots_.clear();
        return unexpected(*fault);
    }
    for (unsigned i = 0; i < threads; ++i)
        launch(i);
    bind_all();

    named_rules_.set(live_.restrict_names);
    watch_ = platform_.network.watch(platform_.loop, [this] { publish(); });
    if (start_.interface_interval > Seconds{0})
        look_ = platform_.loop.every(rounded(start_.interface_interval), [this] { publish(); });
    return {};
}

std::optional<OpenFault> Server::fatal_fault(const std::vector<OpenFault>& faults) const
{
    const auto in_use = std::find_if(faults.begin(), faults.end(), is_in_use);
    if (in_use != faults.end())
        return *in_use;
    if (!faults.empty() && faults.size() == bindings_.size())
        return faults.front();
    return std::nullopt;
}

// Sockets that were given to us know how many share a port, and nobody can join them later: those
// of another user keep ours out.
unsigned Server::thread_count()
{
    std::size_t given = 0;
    for (const Binding& binding : bindings_)
        given = std::max(given, platform_.network.inherited(binding.at));
    const unsigned wanted = worker_count(live_.serve.workers, platform_.threads);
    has_given_sockets_ = given > 0;
    if (given == 0 || (given == 1 && wanted == 0))
        return wanted;
    if (live_.serve.workers >= 0 && given != wanted)
        platform_.log.write(Severity::notice,
            "there are " + std::to_string(given)
                + " workers, as many as there are sockets that were given to us");
    return static_cast<unsigned>(given);
}

unsigned Server::possible_workers() const
{
    const unsigned wanted = worker_count(live_.serve.workers, platform_.threads);
    const auto present = static_cast<unsigned>(slots_.size());
    if (has_given_sockets_ && (wanted == 0 || wanted > present))
        return slots_[0]->thread ? present : 0;
    return wanted;
}

std::vector<OpenFault> Server::probe() const
{
    struct Nobody final : SocketUser {
        void received(const Datagram&) override { }
        void transmitted(std::uint32_t, Instant<Utc>, StampKind) override { }
        void refused(const Endpoint&, std::error_code) override { }
    } nobody;
    std::vector<OpenFault> faults;
    for (const Binding& binding : bindings_) {
        if (platform_.network.inherited(binding.at) > 0)
            continue;
        const auto socket = platform_.network.open(platform_.loop, {.bind = binding.at}, nobody);
        if (!socket)
            faults.push_back({binding.at, socket.error()});
    }
    return faults;
}

Worker::Identity Server::identity(unsigned index, bool shares_port)
{
    return {.index = index,
        .shares_port = shares_port,
        .clients = random_key(platform_.random),
        .chance = random_key(platform_.random)};
}

std::unique_ptr<Worker> Server::make_worker(Slot& slot, EventLoop& loop,
    const Worker::Identity& identity, std::shared_ptr<const Setting> setting)
{
    auto worker = std::make_unique<Worker>(Worker::World{loop, platform_.clock, platform_.network,
                                               served_, slot.tallies, platform_.memory},
        identity, std::move(setting), [this, inbox = slot.inbox](const ControlRequest& request) {
            return hand_on(inbox, request);
        });
    if (identity.index < inherited_lists_.size()) // moved, so that its memory is the worker's alone
        worker->take_over(std::exchange(inherited_lists_[identity.index], {}));
    return worker;
}

// A worker is made where it will live.
void Server::launch(unsigned index)
{
    Slot& slot = *slots_[index];
    slot.thread = platform_.threads.start(
        "serve/" + std::to_string(index),
        [this, &slot, identity = identity(index, true), setting = setting_](EventLoop& loop) {
            pin(slot, identity.index, *setting);
            slot.worker = make_worker(slot, loop, identity, setting);
        },
        [&slot] {
            slot.left = slot.worker->leave();
            slot.worker.reset();
        });
}

// In the thread of the worker.
void Server::pin(Slot& slot, unsigned index, const Setting& setting) const
{
    const auto wanted = setting.serve.pins_workers ? std::optional{index} : std::nullopt;
    if (wanted == slot.pinned)
        return;
    platform_.threads.pin(wanted);
    slot.pinned = wanted;
}

// The last ones go first, so that the others keep their numbers. One that goes answers a moment
// longer: what the kernel has laid before it shall not be lost.
void Server::adjust_workers()
{
    const unsigned wanted = possible_workers();
    const bool has_threads = slots_[0]->thread != nullptr;
    if ((wanted > 0) != has_threads) {
        platform_.log.write(Severity::warning,
            has_threads ? "'workers' becomes 0 at the next start; until then threads go on serving"
                        : "'workers' is 0 until the next start: the main thread goes on serving");
        return;
    }
    while (has_threads && slots_.size() > wanted) {
        Slot* const slot = slots_.back().get();
        auto end = platform_.loop.after(linger, [this, slot] { retire(slot); });
        leaving_.emplace_back(std::move(slots_.back()), std::move(end));
        slots_.pop_back();
    }
    while (has_threads && slots_.size() < wanted)
        slots_.push_back(std::make_unique<Slot>());
}

void Server::retire(const Slot* slot)
{
    const auto found = std::find_if(
        leaving_.begin(), leaving_.end(), [&](const auto& l) { return l.first.get() == slot; });
    found->first->thread.reset(); // its last turn, and its sockets, end here
    retired_ += found->first->tallies.read();
    leaving_.erase(found);
}

void Server::take_over(Estate estate)
{
    inherited_lists_ = std::move(estate.lists);
    split_key_ = estate.split_key;
    retired_ = estate.counts;
}

Estate Server::leave()
{
    watch_.reset();
    look_.reset();
    retry_.reset();
    resume_.reset();
    fast_retry_.reset();
    while (!leaving_.empty())
        retire(leaving_.back().first.get());
    Estate estate;
    for (const auto& slot : slots_) {
        if (slot->thread)
            slot->thread.reset(); // which waits for its end
        else
            slot->left = slot->worker->leave();
        estate.lists.push_back(std::move(*slot->left));
    }
    estate.split_key = split_key_;
    estate.counts = counts();
    slots_.clear();
    alive_.reset(); // no message concerns us any more
    return estate;
}

bool Server::post_home(std::function<void()> then)
{
    return platform_.loop.post([alive = std::weak_ptr{alive_}, then = std::move(then)] {
        if (!alive.expired())
            then();
    });
}

// In the thread of the worker. One letter brings all that is in the inbox when it is read.
bool Server::hand_on(const std::shared_ptr<ControlInbox>& inbox, const ControlRequest& request)
{
    if (!inbox->put(request))
        return false;
    if (inbox->must_ring() && !post_home([this, inbox] { inbox->take_all(control_); }))
        inbox->could_not_ring(); // it waits for the next one
    return true;
}

bool Server::tell(Slot& slot, Task task)
{
    if (!slot.thread) {
        task(*slot.worker);
        return true;
    }
    // A thread that is none, in the simulator, shares a loop that outlives us.
    return slot.thread->loop().post([&slot, alive = std::weak_ptr{alive_}, task = std::move(task)] {
        if (!alive.expired())
            task(*slot.worker);
    });
}

void Server::reconfigure(const config::LiveConfig& live, std::shared_ptr<const ntp::KeyTable> keys)
{
    live_ = live;
    keys_ = std::move(keys);
    named_rules_.set(live_.restrict_names);
    publish();
}

void Server::set_upstreams(std::vector<Address> upstreams)
{
    std::sort(upstreams.begin(), upstreams.end());
    if (upstreams == upstreams_)
        return;
    upstreams_ = std::move(upstreams);
    if (!slots_.empty())
        publish();
}

void Server::look_at_interfaces()
{
    interfaces_ = platform_.network.interfaces();
    bindings_ = bindings(interfaces_, live_.interfaces, start_, live_.dscp);
    own_.clear();
    for (const NetworkInterface& interface : interfaces_) {
        own_.push_back(interface.address);
        own_.back().scope = 0;
    }
    std::sort(own_.begin(), own_.end());
    own_.erase(std::unique(own_.begin(), own_.end()), own_.end());
}

void Server::refresh_setting()
{
    auto entries = live_.restrictions;
    const auto named = named_rules_.entries();
    entries.insert(entries.end(), named.begin(), named.end());
    auto access = std::make_shared<const AccessList>(entries, upstreams_);
    if (setting_ && setting_->access->rules() == access->rules())
        access = setting_->access; // workers see that there is nothing new

    setting_ = std::make_shared<Setting>(Setting{.access = std::move(access),
        .keys = keys_,
        .own = own_,
        .manner = {},
        .limit = live_.limit,
        .mru = share(live_.mru, slots_.size()),
        .split = {.sockets = static_cast<unsigned>(slots_.size()),
            .salt = static_cast<std::uint32_t>(split_key_->k0),
            .v4_prefix = live_.limit.v4_prefix,
            .v6_prefix = live_.limit.v6_prefix},
        .serve = live_.serve,
        .most_answers = live_.serve.max_rate / static_cast<double>(slots_.size()),
        .keeps_clients = live_.monitor});
}

void Server::publish()
{
    look_at_interfaces();
    const std::size_t before = slots_.size();
    adjust_workers();
    refresh_setting();
    for (std::size_t i = 0; i < std::min(before, slots_.size()); ++i)
        if (!tell(*slots_[i],
                [this, i, slot = slots_[i].get(), has_thread = slots_[i]->thread != nullptr,
                    setting = setting_](Worker& w) {
                    if (has_thread)
                        pin(*slot, static_cast<unsigned>(i), *setting);
                    w.obey(setting);
                }))
            retry_ = platform_.loop.after(mailbox_interval, [this] { publish(); });
    for (std::size_t i = before; i < slots_.size(); ++i)
        launch(static_cast<unsigned>(i));
    bind_all();
    tell_fast_lane();
}

void Server::tell_fast_lane()
{
    if (!fast_lane_.obey(*setting_, listening_, interfaces_, live_.dscp))
        fast_retry_ = platform_.loop.after(retry_interval, [this] { tell_fast_lane(); });
}

void Server::bind_all()
{
    round_.is_wanted_again = round_.is_under_way;
    if (round_.is_under_way)
        return;
    round_ = {.number = round_.number, .is_under_way = true, .wanted = bindings_};
    bind_next();
}

void Server::bind_next()
{
    if (round_.next >= slots_.size())
        return all_bound();
    const std::uint64_t number = ++round_.number;
    // Its answer may get lost in a mailbox that is full.
    resume_ = platform_.loop.after(mailbox_interval, [this] { bind_next(); });
    tell(*slots_[round_.next],
        [this, number, index = round_.next, wanted = round_.wanted](Worker& worker) {
            const auto faults = worker.bind(wanted);
            post_home([this, number, index, faults, is_split = worker.is_split()] {
                bound(number, index, faults, is_split);
            });
        });
}

void Server::bound(
    std::uint64_t number, unsigned index, const std::vector<OpenFault>& faults, bool is_split)
{
    if (number != round_.number || !round_.is_under_way)
        return;
    for (const OpenFault& fault : faults) {
        round_.faults.push_back(fault);
        std::erase_if(round_.wanted, [&](const Binding& b) { return b.at == fault.at; });
    }
    if (!is_split && !std::exchange(is_divided_otherwise_, true))
        platform_.log.write(Severity::notice,
            "the kernel does not keep each client on one worker (SO_ATTACH_REUSEPORT_CBPF): limits "
            "count for each port of a client");
    round_.next = index + 1;
    bind_next();
}

void Server::all_bound()
{
    resume_.reset();
    round_.is_under_way = false;
    const auto is_known = [](const auto& all, const auto& one) {
        return std::find(all.begin(), all.end(), one) != all.end();
    };
    for (const OpenFault& fault : round_.faults)
        if (!is_known(faults_, fault))
            platform_.log.write(Severity::warning, "cannot listen on " + to_string(fault));
    if (std::any_of(round_.faults.begin(), round_.faults.end(), may_pass))
        retry_ = platform_.loop.after(retry_interval, [this] { publish(); });
    faults_ = round_.faults;
    if (!std::exchange(are_all_open_, true))
        all_open();

    std::vector<Endpoint> open;
    for (const Binding& binding : round_.wanted)
        if (!binding.drops)
            open.push_back(binding.at);
    for (const Endpoint& at : listening_)
        if (!is_known(open, at))
            platform_.log.write(Severity::info, "no longer listening on " + to_string(at));
    for (const Endpoint& at : open)
        if (!is_known(listening_, at))
            platform_.log.write(Severity::info, "listening on " + to_string(at));
    listening_ = std::move(open);
    tell_fast_lane();
    if (round_.is_wanted_again)
        bind_all();
}

void Server::reply(const ControlRequest& to, std::vector<std::vector<std::byte>> datagrams)
{
    const std::size_t count = datagrams.size();
    // Its worker may have gone meanwhile.
    if (to.worker >= slots_.size()
        || !tell(*slots_[to.worker], [to, datagrams = std::move(datagrams)](Worker& worker) {
               worker.reply(to, datagrams);
           }))
        undelivered_ += count;
}

Counts Server::counts() const
{
    Counts sum = retired_;
    for (const auto& slot : slots_)
        sum += slot->tallies.read();
    for (const auto& [slot, end] : leaving_)
        sum += slot->tallies.read();
    fast_lane_.add_to(sum);
    sum.send_failed += undelivered_;
    return sum;
}

} // namespace timeball::serve
