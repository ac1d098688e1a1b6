// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// One question at a time to one server.

#include "control/session.h"

#include <algorithm>
#include <array>
#include <utility>

namespace timeball::control {

std::string_view name_of(Error error)
{
    constexpr std::array<std::string_view, 8> names{"UNSPEC", "PERMISSION", "BADFMT", "BADOP",
        "BADASSOC", "UNKNOWNVAR", "BADVALUE", "RESTRICT"};
    const auto code = static_cast<std::size_t>(error);
    return code < names.size() ? names[code] : "an unknown error";
}

namespace {

std::string_view words_for(Error error)
{
    constexpr std::array<std::string_view, 8> words{"it gives no reason", "permission denied",
        "the request is malformed", "it does not know this operation", "no such association",
        "no such variable", "not a valid value", "restricted"};
    const auto code = static_cast<std::size_t>(error);
    return code < words.size() ? words[code] : "it gives no reason";
}

} // namespace

std::string to_string(const Failure& failure)
{
    switch (failure.kind) {
    case Failure::Kind::timed_out:
        return "timed out, nothing received";
    case Failure::Kind::incomplete:
        return "timed out with an incomplete answer";
    case Failure::Kind::too_many:
        return "the answer does not end";
    case Failure::Kind::unauthentic:
        return "the answer is not signed with our key";
    case Failure::Kind::refused:
        break;
    }
    return std::string{words_for(failure.error)}.append(" (").append(name_of(failure.error)) + ")";
}

Bytes Session::ask(Question question, Instant<Mono> now)
{
    question_ = std::move(question);
    tries_left_ = patience_.tries;
    saw_unauthentic_ = tried_other_ = false;
    return request(now);
}

Bytes Session::request(Instant<Mono> now)
{
    --tries_left_;
    ++sequence_; // replies to an earlier try are late: they belong to another time
    fragments_.clear();
    total_.reset();
    datagrams_ = 0;
    deadline_ = now + patience_.first;
    const Header header{.leap = Leap::unsynchronized,
        .version = patience_.version,
        .opcode = question_->opcode,
        .sequence = sequence_,
        .association = question_->association};
    std::string data = question_->data.substr(0, max_data);
    // Blanks at the end of a configuration change nothing, and make both paddings the same.
    if (is_to_be_signed() && question_->opcode == Opcode::configure)
        data.resize(std::min(max_data, (header_size + data.size() + 7) / 8 * 8 - header_size), ' ');
    Bytes datagram = encode(header, as_bytes(data));
    if (is_to_be_signed())
        sign(datagram);
    return datagram;
}

bool Session::use(const Credentials& credentials)
{
    key_ = {};
    authenticator_.reset();
    padding_ = Padding::eight;
    is_padding_known_ = false;
    if (credentials.key == KeyId{} || !credentials.keys)
        return credentials.key == KeyId{};
    auto authenticator = std::make_shared<ntp::Authenticator>(credentials.keys);
    std::array<std::byte, ntp::max_mac_size> room;
    if (authenticator->sign(credentials.key, {}, room) == 0)
        return false;
    key_ = credentials.key;
    authenticator_ = std::move(authenticator);
    return true;
}

void Session::sign(Bytes& datagram)
{
    const auto multiple = static_cast<std::size_t>(padding_);
    datagram.resize((datagram.size() + multiple - 1) / multiple * multiple);
    std::array<std::byte, ntp::max_mac_size> room;
    const auto size = authenticator_->sign(key_, datagram, room);
    datagram.insert(datagram.end(), room.begin(), room.begin() + static_cast<std::ptrdiff_t>(size));
}

bool Session::is_authentic(std::span<const std::byte> datagram, const Message& message)
{
    for (const auto& mac : possible_macs(datagram, message, Pad::anything)) {
        if (mac && mac->key == key_
            && authenticator_->verify(
                datagram.first(mac->covered), datagram.subspan(mac->covered), {}))
            return true;
    }
    return false;
}

// A server that looks elsewhere for the MAC says that we have no permission.
bool Session::tries_other_padding()
{
    if (!is_to_be_signed() || is_padding_known_)
        return false;
    padding_ = padding_ == Padding::eight ? Padding::four : Padding::eight;
    return !std::exchange(tried_other_, true);
}

Session::Step Session::refused(Error error, Instant<Mono> now)
{
    if (error == Error::permission && tries_other_padding()) {
        ++tries_left_;
        return Send{request(now)};
    }
    return ended(Failure{Failure::Kind::refused, error});
}

Session::Step Session::ended(Step how)
{
    question_.reset();
    fragments_.clear();
    return how;
}

std::optional<Instant<Mono>> Session::deadline() const
{
    return question_ ? std::optional{deadline_} : std::nullopt;
}

Session::Step Session::look(Instant<Mono> now)
{
    if (!question_ || now < deadline_)
        return Wait{};
    if (tries_left_ > 0)
        return Send{request(now)};
    return ended(Failure{saw_unauthentic_ ? Failure::Kind::unauthentic
            : fragments_.empty()          ? Failure::Kind::timed_out
                                          : Failure::Kind::incomplete});
}

bool Session::is_ours(const Message& message) const
{
    const Header& h = message.header;
    // The association is not compared: some servers put their own there.
    return question_ && h.is_response && h.version >= 1 && h.version <= 4 && h.sequence == sequence_
        && h.opcode == question_->opcode;
}

Session::Step Session::take(std::span<const std::byte> datagram, Instant<Mono> now)
{
    const auto message = decode(datagram);
    if (!message || !is_ours(*message))
        return Wait{};
    const Header& h = message->header;
    if (h.is_error)
        return refused(Error(h.status >> 8), now);
    if (!message->is_sound() || (h.count == 0 && h.has_more))
        return Wait{};
    if (is_to_be_signed() && !is_authentic(datagram, *message)) {
        saw_unauthentic_ = true; // who forges one must not end the question: the true one may come
        return Wait{};
    }
    is_padding_known_ |= is_to_be_signed();
    if (++datagrams_ > 2 * max_fragments)
        return ended(Failure{Failure::Kind::too_many});
    if (total_ && (!h.has_more || h.offset + h.count > *total_))
        return Wait{}; // a second end, or something behind the end

    const auto data = message->data();
    if (!insert({h.offset, {data.begin(), data.end()}}))
        return Wait{};
    if (!h.has_more) {
        total_ = h.offset + h.count;
        status_ = h.status; // ntpd's fragments all have the same
    }
    if (auto text = whole())
        return ended(Reply{status_, std::move(*text)});
    deadline_ = now + patience_.next;
    return Wait{};
}

bool Session::insert(Fragment fragment)
{
    const auto next = std::find_if(fragments_.begin(), fragments_.end(),
        [&](const Fragment& known) { return known.offset >= fragment.offset; });
    if (next != fragments_.end()
        && (next->offset == fragment.offset || next->offset < fragment.end()))
        return false;
    if (next != fragments_.begin() && std::prev(next)->end() > fragment.offset)
        return false;
    fragments_.insert(next, std::move(fragment));
    return true;
}

std::optional<std::string> Session::whole() const
{
    if (!total_)
        return std::nullopt;
    std::string text;
    for (const Fragment& fragment : fragments_) {
        if (fragment.offset != text.size())
            return std::nullopt; // a hole
        text += as_text(fragment.data);
    }
    return text.size() == *total_ ? std::optional{text} : std::nullopt;
}

} // namespace timeball::control
