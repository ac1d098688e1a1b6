// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// timeballd: the daemon.

#include "config.h"

#include <cstdio>

int main()
{
    std::puts("timeballd " PACKAGE_VERSION);
}
