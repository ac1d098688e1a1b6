// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// A simulated machine is told by the variable that numbers it, which clknetsim insists on.

#include "platform/simulation.h"

#include <fstream>
#include <string_view>

namespace timeball::platform {

bool is_simulated(const std::string& directory)
{
    constexpr std::string_view number = "CLKNETSIM_NODE=";
    std::ifstream environment{directory + "/environ", std::ios::binary};
    for (std::string word; std::getline(environment, word, '\0');)
        if (word.starts_with(number))
            return true;
    return false;
}

} // namespace timeball::platform
