// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// A network on tape.

#include "record/taped_network.h"

#include <optional>

namespace timeball::record {

namespace {

void put(Line& line, const LocalAddress& local)
{
    line.address(local.address).natural(local.interface);
}

LocalAddress take_local(Words& words)
{
    LocalAddress local;
    local.address = words.address();
    local.interface = static_cast<std::uint32_t>(words.natural());
    return local;
}

std::string written(const std::vector<NetworkInterface>& interfaces)
{
    Line line;
    line.natural(interfaces.size());
    for (const NetworkInterface& i : interfaces)
        line.text(i.name)
            .natural(i.index)
            .address(i.address)
            .natural(i.prefix_length)
            .number(i.is_up)
            .number(i.is_loopback);
    return line.str();
}

} // namespace

// Both ends: what the daemon holds, and what the world talks to.
class TapedSocket final : public DatagramSocket, private SocketUser {
public:
    TapedSocket(TapedNetwork& network, SocketUser& user)
        : network_{network}, tape_{network.tape_}, user_{user}, id_{++network.last_}
    {
        network_.sockets_.emplace(id_, this);
    }
    ~TapedSocket() override { network_.sockets_.erase(id_); }

    std::string open(const SocketOptions& options)
    {
        auto opened = network_.world_->open(*network_.loop_, options, *this);
        if (!opened)
            return Line{"no"}.fault(opened.error()).str();
        world_ = std::move(*opened);
        return Line{"at"}.endpoint(world_->local()).str();
    }

    std::optional<std::error_code> opened(const std::string& answer)
    {
        Words words{answer};
        if (words.plain() != "at")
            return words.fault();
        local_ = words.endpoint();
        return std::nullopt;
    }

    void happen(std::string_view what, Words& words)
    {
        if (what == "datagram") {
            Datagram d;
            const auto bytes = words.octets();
            d.bytes = bytes;
            d.from = words.endpoint();
            d.to = take_local(words);
            d.received = words.after(tape_.last_utc);
            d.stamp = StampKind(words.number());
            d.truncated = words.number() != 0;
            user_.received(d);
        } else if (what == "sent") {
            const auto token = static_cast<std::uint32_t>(words.natural());
            const auto when = words.after(tape_.last_utc);
            user_.transmitted(token, when, StampKind(words.number()));
        } else {
            const Endpoint to = words.endpoint();
            user_.refused(to, words.fault());
        }
    }

    // --- the daemon's end ---

    Result<void, std::error_code> send(std::span<const std::byte> bytes, const Endpoint& to,
        const LocalAddress* from, std::uint32_t token) override
    {
        if (!tape_.is_running())
            return world_->send(bytes, to, from, token);
        // Sent before it is written down: nothing comes between a request and its stamp.
        Result<void, std::error_code> sent;
        if (world_)
            sent = world_->send(bytes, to, from, token);
        Line line{"send"};
        line.natural(id_).octets(disguised(bytes)).endpoint(to).natural(token);
        if (from)
            put(line, *from);
        const auto answer = tape_.call(line.str(),
            [&] { return sent ? std::string{"yes"} : Line{"no"}.fault(sent.error()).str(); });
        Words words{answer};
        if (words.plain() != "yes")
            return unexpected(words.fault());
        return {};
    }
    Endpoint local() const override { return local_; }
    SocketCounts counts() const override { return world_ ? world_->counts() : SocketCounts{}; }

private:
    // --- the world's end: nothing of this is touched when a turn is over, for the daemon may have
    // closed the socket ---

    void received(const Datagram& d) override
    {
        Line line{"datagram"};
        line.natural(id_).octets(disguised(d.bytes)).endpoint(d.from);
        put(line, d.to);
        line.number((d.received - tape_.last_utc).count())
            .number(static_cast<int>(d.stamp))
            .number(d.truncated);
        tape_.turn(line.str(), [&user = user_, &d] { user.received(d); });
    }
    void transmitted(std::uint32_t token, Instant<Utc> when, StampKind stamp) override
    {
        Line line{"sent"};
        line.natural(id_).natural(token).number((when - tape_.last_utc).count());
        line.number(static_cast<int>(stamp));
        tape_.turn(line.str(), [&] { user_.transmitted(token, when, stamp); });
    }
    void refused(const Endpoint& to, std::error_code why) override
    {
        tape_.turn(Line{"refused"}.natural(id_).endpoint(to).fault(why).str(),
            [&] { user_.refused(to, why); });
    }

    std::vector<std::byte> disguised(std::span<const std::byte> bytes) const
    {
        if (network_.disguise_)
            return network_.disguise_->packet(bytes);
        return {bytes.begin(), bytes.end()};
    }

    TapedNetwork& network_;
    Tape& tape_;
    SocketUser& user_;
    std::uint64_t id_;
    Endpoint local_;
    std::unique_ptr<DatagramSocket> world_;
};

Result<std::unique_ptr<DatagramSocket>, std::error_code> TapedNetwork::open(
    EventLoop&, const SocketOptions& options, SocketUser& user)
{
    if (!tape_.is_running())
        return world_->open(*loop_, options, user);
    auto socket = std::make_unique<TapedSocket>(*this, user);
    Line question{"open"};
    question.endpoint(options.bind).text(options.interface).number(options.dscp);
    const auto answer = tape_.call(question.str(), [&] { return socket->open(options); });
    if (const auto fault = socket->opened(answer))
        return unexpected(*fault);
    return std::unique_ptr<DatagramSocket>{std::move(socket)};
}

std::vector<NetworkInterface> TapedNetwork::interfaces() const
{
    if (!tape_.is_running())
        return world_->interfaces();
    const auto answer = tape_.call("interfaces", [&] { return written(world_->interfaces()); });
    Words words{answer};
    std::vector<NetworkInterface> result;
    for (auto count = words.natural(); count > 0 && words.is_sound(); --count) {
        NetworkInterface& i = result.emplace_back();
        i.name = words.text();
        i.index = static_cast<std::uint32_t>(words.natural());
        i.address = words.address();
        i.prefix_length = static_cast<std::uint8_t>(words.natural());
        i.is_up = words.number() != 0;
        i.is_loopback = words.number() != 0;
    }
    return result;
}

EventLoop::Owned TapedNetwork::watch(EventLoop&, std::function<void()> changed)
{
    if (!tape_.is_running())
        return world_->watch(*loop_, std::move(changed));
    const auto id = waiting_.add([changed = std::move(changed)](const std::string&) { changed(); });
    auto registration = std::make_unique<TapedRegistration>(waiting_, id);
    tape_.call("watch", [&] {
        registration->hold(world_->watch(*loop_, [&tape = tape_, &waiting = waiting_, id] {
            tape.turn(Line{"timer"}.natural(id).str(), [&waiting, id] { waiting.call(id); });
        }));
        return std::string{};
    });
    return registration;
}

bool TapedNetwork::happen(std::string_view what, std::uint64_t socket, Words& words)
{
    const auto found = sockets_.find(socket);
    if (found == sockets_.end())
        return false;
    found->second->happen(what, words);
    return true;
}

} // namespace timeball::record
