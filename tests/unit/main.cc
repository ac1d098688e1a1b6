// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Runs every test that is linked in. CppUTest's own leak detector is not made
// for threads; leaks are the address sanitizer's business.

#include <CppUTest/CommandLineTestRunner.h>
#include <CppUTest/MemoryLeakWarningPlugin.h>

// libconfig 1.5 loses the text of a token when a file is wrong in the middle of it.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions()
{
    return "leak:libconfig.so";
}

int main(int argc, char** argv)
{
    MemoryLeakWarningPlugin::turnOffNewDeleteOverloads();
    return CommandLineTestRunner::RunAllTests(argc, argv);
}
