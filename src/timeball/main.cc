// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// timeball: the console.

#include "config.h"

#include <cstdio>

int main()
{
    std::puts("timeball " PACKAGE_VERSION);
}
