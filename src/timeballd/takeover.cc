// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// A daemon goes on in the place of another one.

#include "timeballd/takeover.h"

#include "base/memo.h"
#include "daemon/reporting.h"
#include "platform/shared_memory.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <sstream>
#include <stdexcept>

namespace timeball {

using namespace platform;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view greeting = "hello timeball-takeover-1";
constexpr auto patience = 10s; // with every single step of the other one
constexpr auto rest_after_stranger = 100ms; // whoever knocks in vain all the time costs nothing
constexpr int roomy = 4 << 20; // octets, or what we may have of it
constexpr std::size_t sockets_a_parcel = 64;

std::string door_name(std::uint16_t port)
{
    return fmt::format("timeballd/{}", port);
}

bool begins_with(const std::string& words, std::string_view first)
{
    return words == first || words.starts_with(std::string{first} + ' ');
}

int receive_buffer(int fd)
{
    int octets = 0;
    socklen_t size = sizeof octets;
    getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &octets, &size);
    return octets / 2; // the kernel tells twice what it was asked for
}

// Beyond the system's limit when we may, up to it when we may not.
void set_receive_buffer(int fd, int octets)
{
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &octets, sizeof octets) != 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &octets, sizeof octets);
}

struct Time {
    std::string clock, known;
};

template <class Memo>
void remember(Memo& memo, Time& t)
{
    memo(t.clock, t.known);
}

} // namespace

RoomySocket::RoomySocket(int fd) : fd_{dup(fd)}, former_{receive_buffer(fd)}
{
    if (former_ < roomy)
        set_receive_buffer(fd, roomy);
}

RoomySocket::~RoomySocket()
{
    if (fd_)
        set_receive_buffer(fd_.get(), former_);
}

// --- the successor's side ------------------------------------------------------------------------

Result<Predecessor, std::string> Predecessor::meet(std::uint16_t port)
{
    auto parcels = Parcels::knock(door_name(port));
    if (!parcels)
        return unexpected(
            fmt::format("no timeballd that could be taken over from serves port {} here ({})", port,
                parcels.error().message()));
    if (!parcels->is_trusted())
        return unexpected(
            std::string{"the process that waits to be taken over from is another user's"});
    Predecessor p{*std::move(parcels)};
    p.parcels_.send(fmt::format("{} {}", greeting, daemon::version_text()));
    auto offer = p.hear("offer");
    if (!offer)
        return unexpected(std::string{"the running timeballd does not hand over"});

    // "offer COUNT WATCHDOG FILE...": of how many sockets, and what the files are.
    std::istringstream words{offer->words.substr(sizeof "offer")};
    std::size_t count = 0;
    std::int64_t watchdog = 0;
    words >> count >> watchdog;
    std::string what;
    for (std::size_t i = 0; words >> what && i < offer->files.size(); ++i)
        (what == "door"             ? p.door
                : what == "manager" ? p.way_to_manager
                                    : p.pid_file)
            = std::move(offer->files[i]);
    if (watchdog > 0)
        p.watchdog = Nanoseconds{watchdog};
    while (p.sockets_.size() < count) {
        auto parcel = p.hear("sockets");
        if (!parcel || parcel->files.empty())
            return unexpected(std::string{"the running timeballd does not give its sockets"});
        std::istringstream shares{parcel->words.substr(sizeof "sockets")};
        for (FileDescriptor& fd : parcel->files) {
            unsigned share = 0;
            shares >> share;
            p.sockets_.push_back({std::move(fd), share});
        }
    }
    return p;
}

std::optional<Parcel> Predecessor::hear(std::string_view first_word)
{
    auto parcel = parcels_.receive(patience);
    if (!parcel || !begins_with(parcel->words, first_word))
        return std::nullopt;
    return parcel;
}

void Predecessor::give_sockets(SocketStock& stock)
{
    for (BoundSocket& socket : sockets_) {
        roomy_.emplace_back(socket.fd.get());
        stock.put(std::move(socket));
    }
    sockets_.clear();
}

Result<Predecessor::Time, std::string> Predecessor::take_time()
{
    parcels_.send("ready");
    const auto parcel = parcels_.receive(patience);
    if (parcel && begins_with(parcel->words, "no"))
        return unexpected(
            fmt::format("the running timeballd goes on: {}", parcel->words.substr(sizeof "no")));
    if (!parcel || !begins_with(parcel->words, "time") || parcel->files.size() != 1)
        return unexpected(std::string{"the running timeballd does not hand over the time"});
    const auto text = text_of(parcel->files[0], memo::most_text);
    const auto time = text ? read_back<timeball::Time>(*text) : std::nullopt;
    if (!time)
        return Time{};
    return Time{time->clock, daemon::parse_handover(time->known)};
}

serve::Estate Predecessor::take_clients()
{
    parcels_.send("clients");
    const auto parcel = hear("clients");
    if (!parcel)
        throw std::runtime_error{"the running timeballd does not hand over its clients"};
    // "clients LISTS ESTATE": each list's memory comes by itself.
    std::istringstream words{parcel->words.substr(sizeof "clients")};
    std::size_t lists = 0;
    words >> lists;
    const auto begin = parcel->words.find(' ', sizeof "clients");
    auto estate = daemon::parse_estate(
        begin == std::string::npos ? std::string{} : parcel->words.substr(begin + 1));
    std::vector<std::shared_ptr<Memory::Region>> regions;
    while (regions.size() < lists) {
        auto list = hear("list");
        if (!list)
            throw std::runtime_error{"the running timeballd does not hand over its clients"};
        regions.push_back(list->files.empty() ? nullptr : region_of(std::move(list->files[0])));
    }
    if (!estate || estate->lists.size() != lists)
        return {}; // of another version: nobody is known
    for (std::size_t i = 0; i < lists; ++i)
        estate->lists[i].memory = std::move(regions[i]);
    return *std::move(estate);
}

bool Predecessor::finish(bool keeps_pid_file)
{
    parcels_.send(keeps_pid_file ? "serving keeps-pid-file" : "serving");
    const bool is_over = hear("done").has_value();
    roomy_.clear();
    return is_over;
}

// --- the side of the one that runs ---------------------------------------------------------------

FileDescriptor Succession::open_door(std::uint16_t port, Log& log)
{
    auto door = Parcels::door(door_name(port));
    if (door)
        return *std::move(door);
    log.write(Severity::notice,
        fmt::format(
            "nobody will be able to take over from this daemon: {}", door.error().message()));
    return {};
}

Succession::Succession(const World& world, FileDescriptor door, std::function<void()> over)
    : world_{world}, door_{std::move(door)}, over_{std::move(over)}
{
    open();
}

void Succession::open()
{
    if (door_)
        at_door_ = world_.real.loop().on_readable(door_.get(), [this] { answer_door(); });
}

void Succession::answer_door()
{
    auto who = Parcels::answer(door_);
    at_door_.reset();
    if (!who || !who->is_trusted()) {
        patience_ = world_.real.loop().after(rest_after_stranger, [this] { open(); });
        return;
    }
    successor_ = std::move(who);
    step_ = Step::greeted;
    at_successor_ = world_.real.loop().on_readable(successor_->descriptor(), [this] { hear(); });
    patience_ = world_.real.loop().after(patience, [this] { fail("it was silent for too long"); });
}

void Succession::hear()
{
    const auto parcel = successor_->receive(0s);
    if (!parcel)
        return fail("it ended before it was done");
    patience_ = world_.real.loop().after(patience, [this] { fail("it was silent for too long"); });
    const std::string& words = parcel->words;
    if (step_ == Step::greeted && begins_with(words, greeting))
        offer();
    else if (step_ == Step::offered && words == "ready")
        give_time();
    else if (step_ == Step::without_time && words == "clients")
        give_clients();
    else if (step_ == Step::without_clients && begins_with(words, "serving"))
        finish(words.ends_with("keeps-pid-file"));
    else
        fail("it does not speak as we do");
}

void Succession::offer()
{
    std::string names;
    std::vector<int> files;
    const auto add = [&](const char* name, int fd) {
        if (fd < 0)
            return;
        (names += ' ') += name;
        files.push_back(fd);
    };
    add("door", door_.get());
    add("manager", world_.manager.descriptor());
    add("pidfile", world_.pid_file ? world_.pid_file->descriptor() : -1);
    sockets_ = world_.real.network().bound();
    bool was_sent = successor_->send(fmt::format("offer {} {}{}", sockets_.size(),
                                         world_.manager.watchdog().value_or(0ns).count(), names),
        files);
    for (std::size_t at = 0; was_sent && at < sockets_.size(); at += sockets_a_parcel) {
        std::string shares = "sockets";
        files.clear();
        for (std::size_t i = at; i < std::min(at + sockets_a_parcel, sockets_.size()); ++i) {
            shares += fmt::format(" {}", sockets_[i].share);
            files.push_back(sockets_[i].fd.get());
        }
        was_sent = successor_->send(shares, files);
    }
    step_ = Step::offered;
    if (!was_sent)
        fail("it does not take the sockets");
}

void Succession::give_time()
{
    if (const auto why = world_.daemon.reason_to_wait(); !why.empty()) {
        successor_->send("no " + why);
        return fail(why);
    }
    handover_ = world_.daemon.hand_over();
    step_ = Step::without_time;
    const auto text = text_file(timeball::written_down(
        Time{world_.real.clock().written_down(), daemon::format_handover(handover_)}));
    const int fd = text.get();
    if (!text || !successor_->send("time", {&fd, 1}))
        fail("it does not take the time");
}

void Succession::give_clients()
{
    for (const BoundSocket& socket : sockets_)
        roomy_.emplace_back(socket.fd.get());
    estate_ = world_.daemon.leave_clients();
    step_ = Step::without_clients;
    bool was_sent = successor_->send(
        fmt::format("clients {} {}", estate_.lists.size(), daemon::format_estate(estate_)));
    for (const auto& list : estate_.lists) {
        const int fd = list.memory ? descriptor(*list.memory) : -1;
        was_sent = was_sent
            && successor_->send("list", fd < 0 ? std::span<const int>{} : std::span{&fd, 1});
    }
    if (!was_sent)
        fail("it does not take the clients");
}

void Succession::finish(bool keeps_pid_file)
{
    patience_.reset();
    at_successor_.reset();
    for (RoomySocket& socket : roomy_)
        socket.leave(); // the other one knows what is usual
    world_.manager.main_process(successor_->process());
    if (keeps_pid_file && world_.pid_file)
        world_.pid_file->leave();
    world_.real.world().log.write(
        Severity::notice, fmt::format("process {} has taken over", successor_->process()));
    successor_->send("done");
    over_();
}

// Whoever wanted to take over is gone, or does not do its part.
void Succession::fail(const std::string& why)
{
    patience_.reset();
    world_.real.world().log.write(Severity::warning,
        fmt::format("process {} wanted to take over and did not: {}; this one goes on",
            successor_->process(), why));
    go_on();
    calm_ = world_.real.loop().after(1s, [this] { roomy_.clear(); });
    at_successor_.reset();
    successor_.reset();
    sockets_.clear();
    open();
}

void Succession::go_on()
{
    if (step_ == Step::without_clients) {
        for (BoundSocket& socket : sockets_)
            world_.real.network().stock().put(std::move(socket));
        // What the other one may have begun to write is not to be trusted.
        estate_.lists.clear();
    }
    if (step_ == Step::without_time || step_ == Step::without_clients)
        static_cast<void>(world_.daemon.go_on(handover_, [this] { return std::move(estate_); }));
}

} // namespace timeball
