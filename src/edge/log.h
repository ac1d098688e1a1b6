// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Where sentences for the operator go: syslog, a file, standard error. One line each, no newline.

#include <string_view>

namespace timeball {

enum class Severity { debug, info, notice, warning, error };

class Log {
public:
    virtual ~Log() = default;
    virtual void write(Severity severity, std::string_view sentence) = 0;
    virtual void reopen() = 0; // after rotation
};

} // namespace timeball
