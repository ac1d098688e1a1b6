// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// What the console wants done in the world besides asking and drawing. Events put errands into the
// model; whoever runs the console does them and takes them out.

#include "base/secret.h"

#include <cstddef>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace timeball::console {

// A secret in a model, which is copied. It wipes itself all the same.
class Password {
public:
    Password() = default;
    Password(Password&&) = default;
    Password& operator=(Password&&) = default;
    Password(const Password& other) : secret_{other.secret_.clone()} { }
    Password& operator=(const Password& other)
    {
        secret_ = other.secret_.clone();
        return *this;
    }

    void add(char c);
    void shorten(); // by one
    void clear() { secret_ = Secret{}; }
    std::span<const std::byte> bytes() const { return secret_.bytes(); }
    std::size_t size() const { return secret_.bytes().size(); }
    bool operator==(const Password& other) const
    {
        return equal_in_constant_time(bytes(), other.bytes());
    }

private:
    Secret secret_;
};

// With what the server is asked to change something. Lives in memory only.
struct Credentials {
    unsigned key = 0; // its id
    std::string type = "sha1"; // as in a keys file
    Password password;

    bool operator==(const Credentials&) const = default;
};

struct SaveFile {
    std::string path, content; // a file that exists is left alone
};
struct RunCommand {
    std::string command; // for the shell
    std::vector<std::pair<std::string, std::string>> environment;
};
struct Change {
    std::size_t host = 0;
    std::string line; // of configuration
};
using Errand = std::variant<SaveFile, RunCommand, Change>;

} // namespace timeball::console
