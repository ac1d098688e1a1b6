// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors

#include "timeball/chores.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <spawn.h>
#include <sstream>
#include <unistd.h>

extern char** environ;

namespace timeball::console {

namespace {

std::string usual_file()
{
    const char* config = std::getenv("XDG_CONFIG_HOME");
    const char* home = std::getenv("HOME");
    if (config && *config != '\0')
        return std::string{config} + "/timeball/console.conf";
    return home ? std::string{home} + "/.config/timeball/console.conf" : std::string{};
}

// Closes it, whatever happens.
struct File {
    int descriptor;
    explicit File(int d) : descriptor{d} { }
    ~File()
    {
        if (descriptor >= 0)
            close(descriptor);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
};

bool write_all(int descriptor, std::string_view text)
{
    while (!text.empty()) {
        const ssize_t written = write(descriptor, text.data(), text.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

} // namespace

Result<Options, std::string> with_settings(Options options)
{
    const std::string path = options.config.empty() ? usual_file() : options.config;
    std::ifstream file{path};
    if (path.empty() || !file) {
        if (!options.config.empty())
            return unexpected(fmt::format("{}: {}", path, std::strerror(errno)));
        return settled(std::move(options), {});
    }
    std::ostringstream text;
    text << file.rdbuf();
    const auto settings = parse_settings(text.str());
    if (!settings)
        return unexpected(fmt::format("{}:{}", path, settings.error()));
    return settled(std::move(options), *settings);
}

Result<std::string, std::string> save(const SaveFile& file)
{
    const File out{open(file.path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666)};
    if (out.descriptor < 0)
        return unexpected(fmt::format("{}: {}", file.path, std::strerror(errno)));
    if (!write_all(out.descriptor, file.content))
        return unexpected(fmt::format("{}: {}", file.path, std::strerror(errno)));
    return fmt::format("Saved {} octets as {}", file.content.size(), file.path);
}

void run(const RunCommand& command)
{
    std::vector<std::string> words;
    for (char** word = environ; *word; ++word)
        words.emplace_back(*word);
    for (const auto& [name, value] : command.environment)
        words.push_back(name + '=' + value);
    std::vector<char*> environment;
    for (std::string& word : words)
        environment.push_back(word.data());
    environment.push_back(nullptr);

    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        posix_spawn_file_actions_addopen(&files, descriptor, "/dev/null", O_RDWR, 0);
    // A group of its own: what the operator's keys do to us is not for it.
    posix_spawnattr_t how;
    posix_spawnattr_init(&how);
    posix_spawnattr_setflags(&how, POSIX_SPAWN_SETPGROUP);
    std::string line = command.command, shell = "sh", option = "-c";
    char* arguments[] = {shell.data(), option.data(), line.data(), nullptr};
    pid_t child = 0;
    posix_spawn(&child, "/bin/sh", &files, &how, arguments, environment.data());
    posix_spawnattr_destroy(&how);
    posix_spawn_file_actions_destroy(&files);
}

} // namespace timeball::console
