// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// replay FILE ...: the daemon that this was built with lives through recordings (timeballd
// --record) once more. Exit status: 0 when it decides what was decided then, bit for bit, 1 when it
// does but for rounding, 2 when something differs, 3 when a file is no recording.

#include "record/replay.h"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <optional>
#include <span>
#include <string>

namespace {

std::optional<std::string> content_of(const char* path)
{
    std::ifstream file{path, std::ios::binary};
    if (!file)
        return std::nullopt;
    return std::string{std::istreambuf_iterator<char>{file}, {}};
}

int replay_one(const char* path)
{
    const auto recording = content_of(path);
    if (!recording) {
        std::fprintf(stderr, "%s: cannot be read\n", path);
        return 3;
    }
    const auto result = timeball::record::replay(*recording);
    std::printf("%s: %s", path, to_string(result).c_str());
    if (!result.fault.empty())
        return 3;
    if (!result.is_alike())
        return 2;
    return result.is_same() ? 0 : 1;
}

} // namespace

int main(int argc, char** argv)
{
    if (argc < 2) {
        std::fputs("usage: replay recording ...\n", stderr);
        return 3;
    }
    int status = 0;
    for (const char* path : std::span{argv + 1, argv + argc})
        status = std::max(status, replay_one(path));
    return status;
}
