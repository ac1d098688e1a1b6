// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Names, chance, files and the log on tape.

#include "record/taped_edges.h"

#include <algorithm>

namespace timeball::record {

// --- chance --------------------------------------------------------------------------------------

void TapedRandom::fill(std::span<std::byte> room)
{
    if (!tape_.is_running())
        return world_->fill(room);
    const auto answer = tape_.call(Line{"random"}.natural(room.size()).str(), [&] {
        world_->fill(room);
        return Line{}.octets(room).str();
    });
    const auto octets = Words{answer}.octets();
    std::copy_n(octets.begin(), std::min(octets.size(), room.size()), room.begin());
}

// --- names ---------------------------------------------------------------------------------------

namespace {

std::string written(const Resolver::Answer& answer)
{
    Line line;
    if (!answer)
        return line.plain("no").number(static_cast<int>(answer.error())).str();
    line.plain("are");
    for (const Address& address : *answer)
        line.address(address);
    return line.str();
}

Resolver::Answer take_answer(const std::string& text)
{
    Words words{text};
    if (words.plain() != "are")
        return unexpected(ResolveError(words.number()));
    std::vector<Address> addresses;
    while (!words.is_at_end() && words.is_sound())
        addresses.push_back(words.address());
    return addresses;
}

} // namespace

EventLoop::Owned TapedResolver::resolve(
    const std::string& name, std::optional<Family> family, std::function<void(const Answer&)> then)
{
    if (!tape_.is_running())
        return world_->resolve(name, family, std::move(then));
    const auto id = waiting_.add(
        [then = std::move(then)](const std::string& text) { then(take_answer(text)); });
    auto registration = std::make_unique<TapedRegistration>(waiting_, id);
    Line question{"resolve"};
    question.text(name).number(family ? static_cast<int>(*family) : -1);
    tape_.call(question.str(), [&] {
        registration->hold(world_->resolve(
            name, family, [&tape = tape_, &waiting = waiting_, id](const Answer& answer) {
                const std::string text = written(answer);
                tape.turn(Line{"resolved"}.natural(id).plain(text).str(),
                    [&waiting, id, &text] { waiting.call(id, text); });
            }));
        return std::string{};
    });
    return registration;
}

// --- files ---------------------------------------------------------------------------------------

Result<std::string, std::error_code> TapedFiles::read(const std::string& path)
{
    if (!tape_.is_running())
        return world_->read(path);
    std::optional<std::string> secret; // the daemon gets what is written, unless that is a stand-in
    const auto answer = tape_.call(Line{"read"}.text(path).str(), [&] {
        auto content = world_->read(path);
        if (!content)
            return Line{"no"}.fault(content.error()).str();
        if (keys_.contains(path) || withheld_.contains(path)) {
            secret = *std::move(content);
            content = keys_.contains(path) ? disguise_->keys(*secret) : std::string{};
        }
        return Line{"is"}.text(*content).str();
    });
    if (secret)
        return *std::move(secret);
    Words words{answer};
    if (words.plain() != "is")
        return unexpected(words.fault());
    return words.text();
}

template <class Change>
Result<void, std::error_code> TapedFiles::change(const Line& question, Change in_world)
{
    const auto answer = tape_.call(question.str(), [&] {
        const Result<void, std::error_code> done = in_world();
        return done ? std::string{"yes"} : Line{"no"}.fault(done.error()).str();
    });
    Words words{answer};
    if (words.plain() != "yes")
        return unexpected(words.fault());
    return {};
}

Result<void, std::error_code> TapedFiles::replace(const std::string& path, std::string_view text)
{
    if (!tape_.is_running())
        return world_->replace(path, text);
    return change(
        Line{"replace"}.text(path).text(text), [&] { return world_->replace(path, text); });
}

Result<void, std::error_code> TapedFiles::append(const std::string& path, std::string_view line)
{
    if (!tape_.is_running())
        return world_->append(path, line);
    return change(Line{"append"}.text(path).text(line), [&] { return world_->append(path, line); });
}

Result<void, std::error_code> TapedFiles::link(const std::string& path, const std::string& link)
{
    if (!tape_.is_running())
        return world_->link(path, link);
    return change(Line{"link"}.text(path).text(link), [&] { return world_->link(path, link); });
}

Result<std::vector<std::string>, std::error_code> TapedFiles::list(
    const std::string& directory, std::string_view suffix)
{
    if (!tape_.is_running())
        return world_->list(directory, suffix);
    const auto answer = tape_.call(Line{"list"}.text(directory).text(suffix).str(), [&] {
        const auto names = world_->list(directory, suffix);
        if (!names)
            return Line{"no"}.fault(names.error()).str();
        Line line{"are"};
        for (const std::string& name : *names)
            line.text(name);
        return line.str();
    });
    Words words{answer};
    if (words.plain() != "are")
        return unexpected(words.fault());
    std::vector<std::string> names;
    while (!words.is_at_end())
        names.push_back(words.text());
    return names;
}

bool TapedFiles::is_directory(const std::string& path)
{
    if (!tape_.is_running())
        return world_->is_directory(path);
    const auto answer = tape_.call(Line{"is-directory"}.text(path).str(),
        [&] { return Line{}.number(world_->is_directory(path)).str(); });
    return Words{answer}.number() != 0;
}

// --- the log -------------------------------------------------------------------------------------

void TapedLog::write(Severity severity, std::string_view sentence)
{
    if (!tape_.is_running())
        return world_->write(severity, sentence);
    tape_.call(Line{"log"}.number(static_cast<int>(severity)).text(sentence).str(), [&] {
        world_->write(severity, sentence);
        return std::string{};
    });
}

void TapedLog::reopen()
{
    if (!tape_.is_running())
        return world_->reopen();
    tape_.call("reopen", [&] {
        world_->reopen();
        return std::string{};
    });
}

} // namespace timeball::record
