// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Whether this machine knows itself as localhost. An installed system does; a bare tree of files
// that somebody changed root into may have no /etc/hosts at all, and then names cannot be tested in
// it.

#include <fstream>
#include <iterator>
#include <string>

inline bool knows_localhost()
{
    std::ifstream file{"/etc/hosts"};
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    return text.find("localhost") != std::string::npos;
}
