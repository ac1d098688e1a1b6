// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Files on a real disk, and on one that is full.

#include "platform/disk_files.h"

#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <string>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::platform;

namespace {

// Runs `story` in a process with a file system of its own of 64 KiB at `directory`. Its exit
// status is what the story returns; -1 where that is not permitted.
int on_a_small_disk(const std::string& directory, const std::function<int()>& story)
{
    constexpr int not_permitted = 99;
    const pid_t child = fork();
    if (child == 0) {
        if (unshare(CLONE_NEWNS) != 0 || mount("", "/", "", MS_REC | MS_PRIVATE, nullptr) != 0
            || mount("tmpfs", directory.c_str(), "tmpfs", 0, "size=64k") != 0)
            _exit(not_permitted);
        _exit(story());
    }
    int status = 0;
    waitpid(child, &status, 0);
    if (!WIFEXITED(status))
        return 1000;
    return WEXITSTATUS(status) == not_permitted ? -1 : WEXITSTATUS(status);
}

} // namespace

TEST_GROUP(DiskFiles)
{
    DiskFiles files;
    std::string directory;
    std::string path;

    void setup() override
    {
        std::string name = std::filesystem::temp_directory_path() / "timeball-XXXXXX";
        CHECK(mkdtemp(name.data()));
        directory = name;
        path = directory + "/file";
    }
    void teardown() override
    {
        std::filesystem::remove_all(directory);
    }

    void contains(const std::string& expected)
    {
        const auto content = files.read(path);
        CHECK(content.has_value());
        STRCMP_EQUAL(expected.c_str(), content->c_str());
    }
    bool nothing_else()
    {
        return files.list(directory, "").value() == std::vector<std::string>{path};
    }
};

TEST(DiskFiles, ReplacesTheWholeContent)
{
    CHECK(files.replace(path, "12.5\n").has_value());
    contains("12.5\n");
    CHECK(files.replace(path, "-3\n").has_value());
    contains("-3\n");
    CHECK(nothing_else());
}

TEST(DiskFiles, KeepsTheModeOfWhatItReplaces)
{
    CHECK(files.replace(path, "secret").has_value());
    CHECK(chmod(path.c_str(), 0640) == 0);
    CHECK(files.replace(path, "new").has_value());
    struct stat what = {};
    CHECK(stat(path.c_str(), &what) == 0);
    LONGS_EQUAL(0640, what.st_mode & 07777);
}

TEST(DiskFiles, WritesWhereASymbolicLinkLeads)
{
    CHECK(files.replace(path, "old").has_value());
    const std::string link = directory + "/link";
    CHECK(symlink("file", link.c_str()) == 0);
    CHECK(files.replace(link, "new").has_value());
    contains("new");
    CHECK(std::filesystem::is_symlink(link));
}

TEST(DiskFiles, IsNotStoppedByWhatACrashLeft)
{
    CHECK(files.replace(path + ".new", "half of it").has_value());
    CHECK(files.replace(path, "whole").has_value());
    contains("whole");
    CHECK(nothing_else());
}

TEST(DiskFiles, SaysWhyItCannotWrite)
{
    CHECK(files.replace(directory + "/nowhere/file", "x").error()
        == std::errc::no_such_file_or_directory);
    CHECK(files.append("/dev/full", "x").error() == std::errc::no_space_on_device);
    CHECK(files.read(path).error() == std::errc::no_such_file_or_directory);
    CHECK_FALSE(files.replace(directory, "x").has_value());
    CHECK(files.is_directory(directory));
}

TEST(DiskFiles, KeepsTheOldContentWhenTheDiskIsFull)
{
    const int fate = on_a_small_disk(directory, [&] {
        if (!files.replace(path, "old"))
            return 1;
        const std::string large(80000, 'x');
        if (files.replace(path, large).error() != std::errc::no_space_on_device)
            return 2;
        if (files.read(path).value() != "old" || !nothing_else())
            return 3;
        return 0;
    });
    CHECK(fate == 0 || (fate == -1 && geteuid() != 0));
}

TEST(DiskFiles, LeavesNoHalfLinesOnAFullDisk)
{
    const int fate = on_a_small_disk(directory, [&] {
        const std::string line(999, 'x');
        int lines = 0;
        while (files.append(path, line))
            ++lines;
        const auto content = files.read(path).value();
        return lines > 50 && content.size() == static_cast<std::size_t>(lines) * 1000 ? 0 : 1;
    });
    CHECK(fate == 0 || (fate == -1 && geteuid() != 0));
}

TEST(DiskFiles, AppendsLines)
{
    CHECK(files.append(path, "one").has_value());
    CHECK(files.append(path, "two\n").has_value());
    contains("one\ntwo\n");
}

TEST(DiskFiles, GivesAFileAnotherName)
{
    const std::string name = directory + "/loopstats";
    CHECK(files.append(path, "today").has_value());
    CHECK(files.append(name, "of an earlier day").has_value());
    for (int twice = 0; twice < 2; ++twice)
        CHECK(files.link(path, name).has_value());
    CHECK(files.append(path, "more").has_value());
    STRCMP_EQUAL("today\nmore\n", files.read(name).value().c_str());
    LONGS_EQUAL(2, files.list(directory, "").value().size());
}

TEST(DiskFiles, ListsByTheEndOfTheName)
{
    for (const char* name : {"/b.conf", "/a.conf", "/a.conf~", "/.c.conf"})
        CHECK(files.append(directory + name, "").has_value());
    const auto found = files.list(directory, ".conf").value();
    LONGS_EQUAL(3, found.size());
    STRCMP_EQUAL((directory + "/a.conf").c_str(), found[1].c_str());
    CHECK_FALSE(files.list(directory + "/nowhere", "").has_value());
}

TEST(DiskFiles, ReadsNothingEndless)
{
    CHECK(files.read("/dev/zero").error() == std::errc::file_too_large);
    CHECK_FALSE(files.read(directory).has_value());
}
