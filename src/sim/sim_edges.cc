// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The smaller edges of a simulated node.

#include "sim/sim_edges.h"

#include <algorithm>

namespace timeball::sim {

using namespace std::chrono_literals;

Resolver::Answer Names::ask(const std::string& name, std::optional<Family> family) const
{
    if (is_down_)
        return unexpected(ResolveError::unavailable);
    std::vector<Address> found;
    if (const auto numeric = parse_address(name))
        found.push_back(*numeric);
    else if (const auto known = of_.find(name); known != of_.end())
        found = known->second;
    if (family)
        std::erase_if(found, [&](const Address& a) { return a.family != *family; });
    if (found.empty())
        return unexpected(ResolveError::not_found);
    return found;
}

namespace {

class Question final : public EventLoop::Registration {
public:
    std::shared_ptr<bool> alive = std::make_shared<bool>(true);
};

} // namespace

EventLoop::Owned SimResolver::resolve(
    const std::string& name, std::optional<Family> family, std::function<void(const Answer&)> then)
{
    auto question = std::make_unique<Question>();
    timeline_.at(timeline_.now() + 30ms,
        [this, name, family, then = std::move(then), alive = std::weak_ptr{question->alive}] {
            if (alive.lock())
                then(names_.ask(name, family));
        });
    return question;
}

bool SimFiles::may_write(const std::string& path) const
{
    return std::none_of(unwritable.begin(), unwritable.end(), [&](const std::string& no) {
        return path == no || (no.ends_with('/') && path.starts_with(no));
    });
}

Result<std::string, std::error_code> SimFiles::read(const std::string& path)
{
    const auto found = content.find(path);
    if (found == content.end())
        return unexpected(std::make_error_code(std::errc::no_such_file_or_directory));
    return found->second;
}

Result<void, std::error_code> SimFiles::replace(const std::string& path, std::string_view text)
{
    if (!may_write(path))
        return unexpected(std::make_error_code(std::errc::no_space_on_device));
    content[path] = text;
    return {};
}

Result<void, std::error_code> SimFiles::append(const std::string& path, std::string_view line)
{
    if (!may_write(path))
        return unexpected(std::make_error_code(std::errc::no_space_on_device));
    std::string& file = content[path];
    file += line;
    if (!file.ends_with('\n'))
        file += '\n';
    for (const auto& [name, target] : links)
        if (target == path)
            content[name] = file;
    return {};
}

Result<void, std::error_code> SimFiles::link(const std::string& path, const std::string& link)
{
    if (!content.contains(path))
        return unexpected(std::make_error_code(std::errc::no_such_file_or_directory));
    if (const auto done = replace(link, content[path]); !done)
        return done;
    links[link] = path;
    return {};
}

Result<std::vector<std::string>, std::error_code> SimFiles::list(
    const std::string& directory, std::string_view suffix)
{
    std::vector<std::string> names;
    for (const auto& [path, text] : content)
        if (path.starts_with(directory) && path.ends_with(suffix))
            names.push_back(path);
    return names;
}

bool SimFiles::is_directory(const std::string& path)
{
    return std::any_of(content.begin(), content.end(),
        [&](const auto& file) { return file.first.starts_with(path + "/"); });
}

int SimLog::count(std::string_view part) const
{
    return static_cast<int>(std::count_if(lines.begin(), lines.end(),
        [&](const Line& line) { return line.sentence.find(part) != std::string::npos; }));
}

} // namespace timeball::sim
