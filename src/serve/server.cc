// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Starting workers, and telling them what has changed.

#include "serve/server.h"

#include <algorithm>

namespace timeball::serve {

using namespace std::chrono_literals;

namespace {

constexpr unsigned most_workers = 8;
constexpr auto retry_interval = 5s; // for sockets: an IPv6 address is tentative at first
constexpr auto mailbox_interval = 100ms; // for mailboxes that are full

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
      named_rules_{platform.resolver, platform.loop, platform.log, [this] { publish(); }}
{
}

Server::~Server() = default;

Result<void, OpenFault> Server::start(
    const config::LiveConfig& live, std::shared_ptr<const ntp::KeyTable> keys)
{
    live_ = live;
    keys_ = std::move(keys);
    const unsigned threads = worker_count(start_.workers, platform_.threads);
    for (unsigned i = 0; i < std::max(threads, 1u); ++i)
        slots_.push_back(std::make_unique<Slot>());
    look_at_interfaces();
    refresh_setting();

    // Sockets that share a port do not notice a stranger on it; one that is alone does.
    const auto faults = threads == 0 ? launch(0, true) : probe();
    if (const auto fault = fatal_fault(faults)) {
        slots_.clear();
        return unexpected(*fault);
    }
    if (threads == 0)
        bound(0, bindings_, faults);
    for (unsigned i = 0; i < threads; ++i)
        launch(i, false);

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

std::vector<OpenFault> Server::probe() const
{
    struct Nobody final : SocketUser {
        void received(const Datagram&) override { }
        void transmitted(std::uint32_t, Instant<Utc>, StampKind) override { }
        void refused(const Endpoint&, std::error_code) override { }
    } nobody;
    std::vector<OpenFault> faults;
    for (const Binding& binding : bindings_) {
        const auto socket = platform_.network.open(platform_.loop, {.bind = binding.at}, nobody);
        if (!socket)
            faults.push_back({binding.at, socket.error()});
    }
    return faults;
}

// Makes the worker where it will live, and opens its sockets there. What could not be opened is
// given back for the control loop, and reported later for a thread.
std::vector<OpenFault> Server::launch(unsigned index, bool on_control_loop)
{
    Slot& slot = *slots_[index];
    const Worker::Identity identity{.index = index,
        .shares_port = slots_.size() > 1,
        .clients = random_key(platform_.random),
        .chance = random_key(platform_.random)};
    const auto begin
        = [this, &slot, identity, setting = setting_, wanted = bindings_](EventLoop& loop) {
              slot.worker = std::make_unique<Worker>(
                  Worker::World{loop, platform_.clock, platform_.network, served_, slot.tallies},
                  identity, setting, [this](ControlRequest&& request) {
                      return post_home([this, request = std::move(request)] { control_(request); });
                  });
              return slot.worker->bind(wanted);
          };
    if (on_control_loop)
        return begin(platform_.loop);

    slot.thread = platform_.threads.start(
        "serve/" + std::to_string(index),
        [this, begin, index, wanted = bindings_](EventLoop& loop) {
            post_home(
                [this, index, wanted, faults = begin(loop)] { bound(index, wanted, faults); });
        },
        [&slot] { slot.worker.reset(); });
    return {};
}

bool Server::post_home(std::function<void()> then)
{
    return platform_.loop.post([alive = std::weak_ptr{alive_}, then = std::move(then)] {
        if (!alive.expired())
            then();
    });
}

bool Server::tell(Slot& slot, Task task)
{
    if (!slot.thread) {
        task(*slot.worker);
        return true;
    }
    return slot.thread->loop().post([&slot, task = std::move(task)] { task(*slot.worker); });
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
    const auto interfaces = platform_.network.interfaces();
    bindings_ = bindings(interfaces, live_.interfaces, start_, live_.dscp);
    own_.clear();
    for (const NetworkInterface& interface : interfaces) {
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
        .keeps_clients = live_.monitor});
}

void Server::publish()
{
    look_at_interfaces();
    refresh_setting();
    for (unsigned i = 0; i < slots_.size(); ++i) {
        const bool was_told = tell(
            *slots_[i], [this, i, setting = setting_, wanted = bindings_](Worker& worker) {
                worker.obey(setting);
                post_home(
                    [this, i, wanted, faults = worker.bind(wanted)] { bound(i, wanted, faults); });
            });
        if (!was_told)
            retry_ = platform_.loop.after(mailbox_interval, [this] { publish(); });
    }
}

// A worker says what it has open. One speaks for all, but for faults.
void Server::bound(
    unsigned index, const std::vector<Binding>& wanted, const std::vector<OpenFault>& faults)
{
    const auto is_known = [](const auto& all, const auto& one) {
        return std::find(all.begin(), all.end(), one) != all.end();
    };
    for (const OpenFault& fault : faults)
        if (!is_known(faults_, fault)) {
            platform_.log.write(Severity::warning, "cannot listen on " + to_string(fault));
            faults_.push_back(fault);
        }
    if (std::any_of(faults.begin(), faults.end(), may_pass))
        retry_ = platform_.loop.after(retry_interval, [this] { publish(); });
    if (index != 0)
        return;

    faults_ = faults;
    std::vector<Endpoint> open;
    for (const Binding& binding : wanted)
        if (!binding.drops && std::none_of(faults.begin(), faults.end(), [&](const OpenFault& f) {
                return f.at == binding.at;
            }))
            open.push_back(binding.at);
    for (const Endpoint& at : listening_)
        if (!is_known(open, at))
            platform_.log.write(Severity::info, "no longer listening on " + to_string(at));
    for (const Endpoint& at : open)
        if (!is_known(listening_, at))
            platform_.log.write(Severity::info, "listening on " + to_string(at));
    listening_ = std::move(open);
}

void Server::reply(const ControlRequest& to, std::vector<std::vector<std::byte>> datagrams)
{
    const std::size_t count = datagrams.size();
    if (!tell(*slots_[to.worker], [to, datagrams = std::move(datagrams)](Worker& worker) {
            worker.reply(to, datagrams);
        }))
        undelivered_ += count;
}

Counts Server::counts() const
{
    Counts sum;
    for (const auto& slot : slots_)
        sum += slot->tallies.read();
    sum.send_failed += undelivered_;
    return sum;
}

} // namespace timeball::serve
