// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// timeballq: the line tool that asks a server how it is.

#include "config.h"

#include <cstdio>

int main()
{
    std::puts("timeballq " PACKAGE_VERSION);
}
