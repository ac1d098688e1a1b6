// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// A UDP socket.

#include "platform/udp_socket.h"

#include "platform/client_split.h"
#include "platform/clock_reading.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace timeball::platform {

namespace {

constexpr int batches_a_turn = 5; // then the others of the loop have theirs
constexpr int errors_a_turn = 16;
constexpr unsigned most_idle_turns = 16;
constexpr Nanoseconds rest_time = std::chrono::milliseconds{10};
// A stamp that is older, or of the future, belongs to a system clock that was stepped meanwhile.
constexpr Nanoseconds oldest_stamp = std::chrono::seconds{5};
// A card stamps before the kernel does, by what it takes until the interrupt is served.
constexpr Nanoseconds longest_interrupt = std::chrono::milliseconds{50};
constexpr Nanoseconds card_tolerance = std::chrono::microseconds{2};
constexpr std::size_t ethernet_headers = 14, frame_checksum = 4;

// An earlier datagram's fate, told at the next call: that call itself did nothing.
bool is_about_earlier(int error)
{
    switch (error) {
    case ECONNREFUSED:
    case EHOSTUNREACH:
    case ENETUNREACH:
    case EHOSTDOWN:
    case ENOPROTOOPT:
    case EPROTO:
        return true;
    default:
        return false;
    }
}

// The user may end the socket while it is being told something.
class Telling {
public:
    explicit Telling(bool*& is_gone) : slot_{is_gone} { slot_ = &gone; }
    ~Telling()
    {
        if (!gone)
            slot_ = nullptr;
    }
    bool gone = false;

private:
    bool*& slot_;
};

} // namespace

UdpSocket::UdpSocket(FileDescriptor fd, const Traits& traits, LibeventLoop& loop,
    const HostClock& clock, SocketUser& user)
    : loop_{loop},
      clock_{clock},
      user_{user},
      fd_{std::move(fd)},
      traits_{traits},
      local_{Address::any(traits.family), 0},
      telling_{loop.trigger([this] {
          Telling telling{is_gone_};
          tell();
      })}
{
    SocketAddress bound;
    if (getsockname(fd_.get(), bound.get(), &bound.size) == 0)
        local_ = endpoint(bound.get()).value_or(local_);
    news_.reserve(most_news);
    watch();
}

UdpSocket::~UdpSocket()
{
    if (is_gone_)
        *is_gone_ = true;
    if (is_delivering_)
        outgoing().used = 0;
}

void UdpSocket::watch()
{
    readable_ = loop_.on_readable(fd_.get(), [this] { turn(); });
}

void UdpSocket::set_receive_buffer(std::size_t octets)
{
    const int size = static_cast<int>(std::min<std::size_t>(octets, 1 << 30));
    setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
}

bool UdpSocket::split(const ClientSplit& split)
{
    return attach_split(fd_.get(), traits_.family, split);
}

// --- receiving ---------------------------------------------------------------

void UdpSocket::turn()
{
    Telling telling{is_gone_};
    take_turn(telling.gone);
}

// The loop says that there is something: datagrams or entries of the error queue. It cannot say
// which.
void UdpSocket::take_turn(const bool& is_gone)
{
    ++counts_.wakeups;
    int batches = 0;
    Fetched fetched = Fetched::full;
    while (batches < batches_a_turn && fetched == Fetched::full) {
        fetched = receive(is_gone);
        if (is_gone)
            return;
        ++batches;
    }
    if (busy_poll_ > Nanoseconds{0} && fetched == Fetched::some) {
        fetched = keep_looking(is_gone, fetched);
        if (is_gone)
            return;
    }
    if (batches > 1 || fetched != Fetched::none) {
        ++counts_.good_wakeups;
        idle_turns_ = 0;
        return;
    }

    int entries = 0;
    while (entries < errors_a_turn && read_error())
        ++entries;
    idle_turns_ = entries > 0 ? 0 : idle_turns_ + 1;
    if (idle_turns_ > most_idle_turns)
        rest();
    tell();
}

// Where datagrams come, more will soon, and to be woken takes longer than to look. It ends when
// nothing has come for a while; after a few times that while the others of the loop have their
// turn.
UdpSocket::Fetched UdpSocket::keep_looking(const bool& is_gone, Fetched fetched)
{
    constexpr int whiles_a_turn = 4;
    const Instant<Mono> began = loop_.now();
    for (Instant<Mono> last = began, now = began;
         now - last < busy_poll_ && now - began < whiles_a_turn * busy_poll_; now = loop_.now()) {
        const Fetched more = receive(is_gone);
        if (is_gone)
            return more;
        if (more == Fetched::none)
            continue;
        fetched = more;
        last = now;
    }
    return fetched;
}

UdpSocket::Fetched UdpSocket::receive(const bool& is_gone)
{
    DatagramBatch& batch = incoming();
    batch.prepare();
    const int got
        = recvmmsg(fd_.get(), batch.messages.data(), DatagramBatch::size, MSG_DONTWAIT, nullptr);
    if (got <= 0) {
        user_.received_all(); // there is no more
        return Fetched::none;
    }

    const Nanoseconds ahead = clock_.ahead_of_system();
    const HardwareStamps::Moment fetched = moment();
    const auto count = static_cast<std::size_t>(got);
    is_delivering_ = true;
    for (std::size_t i = 0; i < count; ++i) {
        deliver(batch.messages[i], ahead, fetched);
        if (is_gone)
            return Fetched::none;
    }
    user_.received_all();
    if (is_gone)
        return Fetched::none;
    flush();
    is_delivering_ = false;
    tell();
    return count == DatagramBatch::size ? Fetched::full : Fetched::some;
}

void UdpSocket::deliver(
    const mmsghdr& message, Nanoseconds ahead, const HardwareStamps::Moment& fetched)
{
    const msghdr& header = message.msg_hdr;
    const auto from = endpoint(static_cast<const sockaddr*>(header.msg_name));
    if (!from)
        return;
    ++counts_.received;
    const Received beside = control_of(header);

    Datagram datagram;
    datagram.bytes = {static_cast<const std::byte*>(header.msg_iov->iov_base), message.msg_len};
    datagram.from = *from;
    datagram.to = beside.to.value_or(LocalAddress{local_.address, 0});
    datagram.truncated = (header.msg_flags & MSG_TRUNC) != 0;

    const Instant<Utc> system = fetched.system;
    const Instant<Utc> stamp{beside.software_stamp.value_or(Nanoseconds{0})};
    if (beside.software_stamp && stamp <= system && stamp >= system - oldest_stamp) {
        datagram.received = stamp + ahead;
        datagram.stamp = StampKind::kernel;
        datagram.waited = system - stamp;
        const auto card = card_stamp(beside, datagram.bytes.size(), fetched);
        // What the card says is believed where the kernel's own stamp bears it out.
        if (card && *card <= stamp + card_tolerance && *card >= stamp - longest_interrupt) {
            datagram.received = *card + ahead;
            datagram.stamp = StampKind::hardware;
        }
    } else {
        datagram.received = clock_.now();
    }
    user_.received(datagram);
}

// Of a frame that was received, `octets` are the datagram's; of one that was sent there are none.
std::optional<Instant<Utc>> UdpSocket::card_stamp(
    const Received& beside, std::size_t octets, const HardwareStamps::Moment& now) const
{
    if (!traits_.cards || !beside.hardware_stamp)
        return std::nullopt;
    const std::size_t headers = ethernet_headers + (traits_.family == Family::ipv4 ? 28 : 48);
    const std::size_t frame = beside.frame_octets > 0 ? beside.frame_octets : headers + octets;
    const std::uint32_t interface
        = beside.stamped_by != 0 ? beside.stamped_by : beside.to ? beside.to->interface : 0;
    return traits_.cards->told(interface, *beside.hardware_stamp, now,
        octets > 0 && traits_.counts_frames ? frame + frame_checksum : 0);
}

// The count that cards are compared with is of interest only where there are any.
HardwareStamps::Moment UdpSocket::moment() const
{
    if (traits_.cards)
        return HardwareStamps::now();
    return {system_time(), {}};
}

// --- sending -----------------------------------------------------------------

Result<void, std::error_code> UdpSocket::send(std::span<const std::byte> bytes, const Endpoint& to,
    const LocalAddress* from, std::uint32_t token)
{
    if (bytes.size() > DatagramBatch::room)
        return unexpected(std::make_error_code(std::errc::message_size));
    if (traits_.family == Family::ipv4 && to.address.family != Family::ipv4)
        return unexpected(std::make_error_code(std::errc::address_family_not_supported));
    if (traits_.transmit_stamps == 0)
        token = 0;

    if (is_delivering_) {
        DatagramQueue& queue = outgoing();
        if (queue.used == DatagramBatch::size)
            flush();
        DatagramBatch::Slot& slot = queue.batch.slots[queue.used];
        std::copy(bytes.begin(), bytes.end(), slot.bytes.begin());
        slot.part.iov_len = bytes.size();
        compose(
            queue.batch.messages[queue.used].msg_hdr, slot.address, slot.control, to, from, token);
        queue.tokens[queue.used++] = token;
        return {};
    }

    iovec part{const_cast<std::byte*>(bytes.data()), bytes.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    SocketAddress name;
    ControlRoom control;
    compose(message, name, control, to, from, token);
    if (const auto error = transmit(message, token))
        return unexpected(error);
    if (token != 0)
        read_stamps();
    if (!news_.empty())
        telling_->pull();
    return {};
}

void UdpSocket::compose(msghdr& message, SocketAddress& name, ControlRoom& control,
    const Endpoint& to, const LocalAddress* from, std::uint32_t token) const
{
    name = traits_.is_link ? link_address(to) : socket_address(to, traits_.family);
    message.msg_name = &name.storage;
    message.msg_namelen = name.size;
    message.msg_flags = 0;
    put_control(
        message, control, traits_.family, from, to, token != 0 ? traits_.transmit_stamps : 0);
}

std::error_code UdpSocket::transmit(const msghdr& message, std::uint32_t token)
{
    for (int tries = 0; tries < 3; ++tries) {
        if (sendmsg(fd_.get(), &message, MSG_DONTWAIT) >= 0) {
            departed(message, token);
            return {};
        }
        if (errno != EINTR && !is_about_earlier(errno))
            break;
    }
    const auto error = last_error();
    ++counts_.send_failed;
    return error;
}

void UdpSocket::flush()
{
    if (!is_delivering_)
        return;
    DatagramQueue& queue = outgoing();
    for (std::size_t first = 0; first < queue.used;)
        first += transmit_queued(first);
    queue.used = 0;
    if (awaiting_ > 0)
        read_stamps();
}

// How many have had their fate.
std::size_t UdpSocket::transmit_queued(std::size_t first)
{
    DatagramQueue& queue = outgoing();
    const std::size_t count = queue.used - first;
    if (count > 1 && has_sendmmsg_) {
        const int sent = sendmmsg(
            fd_.get(), &queue.batch.messages[first], static_cast<unsigned>(count), MSG_DONTWAIT);
        for (int i = 0; i < sent; ++i) {
            const std::size_t at = first + static_cast<std::size_t>(i);
            departed(queue.batch.messages[at].msg_hdr, queue.tokens[at]);
        }
        if (sent > 0)
            return static_cast<std::size_t>(sent);
        // Not to be had everywhere; or it failed at the first, which then is sent alone.
        if (errno == ENOSYS || errno == EBADF)
            has_sendmmsg_ = false;
    }
    transmit(queue.batch.messages[first].msg_hdr, queue.tokens[first]);
    return 1;
}

void UdpSocket::departed(const msghdr& message, std::uint32_t token)
{
    ++counts_.sent;
    if (token == 0)
        return;
    Departed& slot = departed_[next_departed_];
    next_departed_ = (next_departed_ + 1) % awaited;
    if (slot.token == 0)
        ++awaiting_;
    const std::span bytes{
        static_cast<const std::byte*>(message.msg_iov->iov_base), message.msg_iov->iov_len};
    const auto tail = bytes.last(std::min(slot.end.size(), bytes.size()));
    slot = {token, {}};
    std::copy(tail.begin(), tail.end(), slot.end.end() - static_cast<long>(tail.size()));
}

// --- the error queue ---------------------------------------------------------

// Most drivers stamp a datagram while it is being sent, so the stamp is here already. What comes
// later makes the socket readable.
void UdpSocket::read_stamps()
{
    for (int i = 0; i < errors_a_turn && awaiting_ > 0 && read_error(); ++i) { }
}

bool UdpSocket::read_error()
{
    std::array<std::byte, DatagramBatch::room + 256> frame; // with the headers of all layers
    ControlRoom control;
    SocketAddress name;
    iovec part{frame.data(), frame.size()};
    msghdr message{};
    message.msg_name = &name.storage;
    message.msg_namelen = sizeof name.storage;
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.bytes.data();
    message.msg_controllen = control.bytes.size();
    const auto got = recvmsg(fd_.get(), &message, MSG_ERRQUEUE | MSG_DONTWAIT);
    if (got < 0)
        return false;

    const Received beside = control_of(message);
    if (!beside.error || news_.size() >= most_news)
        return true;
    if (!beside.error->is_stamp) {
        const auto to = endpoint(name.get());
        if (to && beside.error->code != 0)
            news_.push_back({0, {}, {}, *to, {beside.error->code, std::generic_category()}});
    } else if (beside.software_stamp || beside.hardware_stamp) {
        take_stamp(std::span{frame}.first(static_cast<std::size_t>(got)), beside);
    }
    return true;
}

void UdpSocket::take_stamp(std::span<const std::byte> frame, const Received& beside)
{
    const HardwareStamps::Moment now = moment();
    const auto card = card_stamp(beside, 0, now);
    const Instant<Utc> when
        = card.value_or(Instant<Utc>{beside.software_stamp.value_or(Nanoseconds{0})});
    const StampKind kind = card ? StampKind::hardware : StampKind::kernel;
    for (Departed& slot : departed_) {
        if (slot.token == 0 || frame.size() < slot.end.size()
            || !std::ranges::equal(frame.last(slot.end.size()), slot.end))
            continue;
        if (when <= now.system + card_tolerance && when >= now.system - oldest_stamp)
            news_.push_back({slot.token, when + clock_.ahead_of_system(), kind, {}, {}});
        slot.token = 0;
        --awaiting_;
        return;
    }
}

// Within a turn of the loop, and never from within send().
void UdpSocket::tell()
{
    const bool* is_gone = is_gone_;
    for (std::size_t i = 0; i < news_.size(); ++i) {
        const News news = news_[i]; // the user may send, and so make more
        if (news.token != 0)
            user_.transmitted(news.token, news.when, news.stamp);
        else
            user_.refused(news.to, news.why);
        if (*is_gone)
            return;
    }
    news_.clear();
}

// Something makes the socket ready and cannot be had. Looking all the time would not help.
void UdpSocket::rest()
{
    readable_.reset();
    resting_ = loop_.after(rest_time, [this] { watch(); });
}

} // namespace timeball::platform
