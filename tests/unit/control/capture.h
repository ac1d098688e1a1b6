// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Recorded conversations between other programs, one datagram a line: "> hex" asks, "< hex"
// answers, "#" begins a comment.

#include "control/packet.h"

#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace timeball::control {

struct Recorded {
    bool is_request;
    Bytes datagram;
};

inline std::vector<Recorded> recorded(const std::string& name)
{
    std::ifstream file{std::string{TEST_DATA "/mode6/"} + name};
    if (!file)
        throw std::runtime_error{"no capture " + name};
    std::vector<Recorded> all;
    for (std::string line; std::getline(file, line);) {
        if (line.size() < 2 || line[0] == '#')
            continue;
        Recorded one{line[0] == '>', {}};
        for (std::size_t i = 2; i + 1 < line.size(); i += 2)
            one.datagram.push_back(std::byte(std::stoi(line.substr(i, 2), nullptr, 16)));
        all.push_back(std::move(one));
    }
    return all;
}

} // namespace timeball::control
