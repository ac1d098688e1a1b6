// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Two servers for the line tool: one that says again what a real one once said, and our own.

#include "timeballq/conversation.h"
#include "unit/control/capture.h"

#include "control/answer.h"

#include <deque>
#include <map>
#include <tuple>

namespace timeball::query {

// Hands datagrams to a session until it has an answer.
inline Result<control::Reply, Problem> answered(
    control::Session& session, const std::vector<control::Bytes>& datagrams)
{
    control::Session::Step step = control::Session::Wait{};
    for (const auto& datagram : datagrams)
        step = session.take(datagram, {});
    if (const auto* reply = std::get_if<control::Reply>(&step))
        return *reply;
    if (const auto* failure = std::get_if<control::Failure>(&step))
        return unexpected(Problem{.text = to_string(*failure), .refusal = failure->error});
    return unexpected(Problem{.text = "timed out, nothing received", .is_silence = true});
}

// What both have: a clock that stands still but for pauses, no files and no operator but what the
// test gives them, and answers about the time as the test wants them.
class TestConversation : public Conversation {
public:
    Instant<Mono> time{std::chrono::seconds{1000}};
    int pauses_until_interrupt = -1; // for ever
    std::map<std::string, std::string> files;
    std::deque<std::string> operator_says;
    std::deque<Result<TimeAnswer, Problem>> times; // one for each question, the last for all others
    control::Credentials credentials;

    bool use(const control::Credentials& wanted) override
    {
        credentials = wanted;
        return true;
    }
    Result<TimeAnswer, Problem> ask_time(std::uint8_t, Nanoseconds) override
    {
        if (times.empty())
            return unexpected(
                Problem{.text = "no answer to a request for the time", .is_silence = true});
        auto answer = times.front();
        if (times.size() > 1)
            times.pop_front();
        return answer;
    }
    Instant<Mono> now() const override { return time; }
    bool pause(Nanoseconds span) override
    {
        time += span;
        return pauses_until_interrupt < 0 || pauses_until_interrupt-- > 0;
    }
    EventLoop::Owned catch_interrupts() override { return nullptr; }
    Result<std::string, std::string> read_file(const std::string& path) override
    {
        const auto file = files.find(path);
        if (file == files.end())
            return unexpected(path + ": No such file or directory");
        return file->second;
    }
    std::optional<std::string> ask_operator(const std::string&, bool) override
    {
        if (operator_says.empty())
            return std::nullopt;
        auto said = operator_says.front();
        operator_says.pop_front();
        return said;
    }
};

class Replayed final : public TestConversation {
public:
    explicit Replayed(const std::string& capture)
    {
        for (const auto& [is_request, datagram] : control::recorded(capture)) {
            const auto message = *control::decode(datagram);
            if (is_request)
                last_ = {message.header.opcode, message.header.association,
                    std::string{control::as_text(message.data())}};
            else
                replies_[last_].push_back(datagram);
        }
    }

    // A variable that the recording does not have.
    void set(const std::string& name, const std::string& value) { extra_[name] = value; }

    bool knows_nothing_else = false; // what was not recorded: no such variable, not silence

    Result<void, Problem> connect(const Host&) override { return {}; }
    void change(const control::Patience&) override { }
    std::string name_of(const Address&) override { return {}; }

    Result<control::Reply, Problem> ask(const control::Question& question) override
    {
        if (const auto extra = extra_.find(question.data); extra != extra_.end())
            return control::Reply{0, extra->first + "=" + extra->second + "\r\n"};
        control::Session session;
        const auto sequence = control::decode(session.ask(question, {}))->header.sequence;
        if (knows_nothing_else
            && !replies_.contains({question.opcode, question.association, question.data}))
            return unexpected(Problem{.text = "no", .refusal = control::Error::unknown_variable});
        auto datagrams = replies_[{question.opcode, question.association, question.data}];
        for (auto& datagram : datagrams) {
            datagram[2] = std::byte(sequence >> 8);
            datagram[3] = std::byte(sequence);
        }
        return answered(session, datagrams);
    }

private:
    using Key = std::tuple<control::Opcode, AssociationId, std::string>;
    Key last_;
    std::map<Key, std::vector<control::Bytes>> replies_;
    std::map<std::string, std::string> extra_;
};

class OurServer final : public TestConversation {
public:
    explicit OurServer(const report::Report& report) : report_{report} { }

    bool is_silent = false;
    int asked = 0;
    std::string host;

    Result<void, Problem> connect(const Host& wanted) override
    {
        if (wanted.name == "no.such.host")
            return unexpected(Problem{.text = "no address of that name", .is_silence = true});
        host = wanted.name + " " + std::to_string(wanted.port);
        return {};
    }
    void change(const control::Patience&) override { }
    std::string name_of(const Address& address) override
    {
        return to_string(address) == "192.0.2.1" ? "ntp1.example.net" : "";
    }
    Result<control::Reply, Problem> ask(const control::Question& question) override
    {
        ++asked;
        if (is_silent)
            return answered(session_, {});
        const auto request = session_.ask(question, {});
        return answered(session_,
            control::answer(request, report_, {Address::loopback(Family::ipv4)}).datagrams);
    }

private:
    const report::Report& report_;
    control::Session session_;
};

} // namespace timeball::query
