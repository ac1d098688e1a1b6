// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The last door that is shut behind the daemon.

#include "platform/sandbox.h"

#include "base/handle.h"

#include <fmt/format.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

// The C library's headers before the kernel's.
#include <linux/bpf.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace timeball::platform {

namespace {

void release_filter(void* filter)
{
    seccomp_release(filter);
}
using Filter = Handle<void, release_filter>;

// Names that a kernel or a libseccomp does not know are skipped: then nothing uses them either.
constexpr std::array permitted{// memory
    "brk", "mmap", "mmap2", "munmap", "mremap", "mprotect", "madvise", "membarrier", "mlock",
    "mlock2", "munlock", "mlockall", "munlockall", "pkey_alloc", "pkey_free", "pkey_mprotect",
    // threads and signals
    "futex", "futex_time64", "futex_waitv", "set_robust_list", "get_robust_list", "rseq",
    "set_tid_address", "set_thread_area", "arch_prctl", "prctl", "gettid", "getpid", "getppid",
    "sched_yield", "sched_getaffinity", "sched_setaffinity", "sched_getparam", "sched_getscheduler",
    "getcpu", "getpriority", "exit", "exit_group", "restart_syscall", "rt_sigaction",
    "rt_sigprocmask", "rt_sigreturn", "rt_sigpending", "rt_sigtimedwait", "rt_sigsuspend",
    "sigaltstack", "sigreturn", "pause",
    // time
    "clock_gettime", "clock_gettime64", "clock_getres", "clock_getres_time64", "clock_nanosleep",
    "clock_nanosleep_time64", "nanosleep", "gettimeofday", "time", "times", "clock_adjtime",
    "clock_adjtime64", "adjtimex", "clock_settime", "clock_settime64", "timerfd_create",
    "timerfd_settime", "timerfd_settime64", "timerfd_gettime", "timerfd_gettime64",
    // files
    "open", "openat", "read", "write", "readv", "writev", "pread64", "pwrite64", "close",
    "close_range", "lseek", "_llseek", "fstat", "fstat64", "stat", "stat64", "lstat", "lstat64",
    "newfstatat", "fstatat64", "statx", "statfs", "statfs64", "fstatfs", "fstatfs64", "access",
    "faccessat", "faccessat2", "readlink", "readlinkat", "getdents", "getdents64", "getcwd",
    "rename", "renameat", "renameat2", "unlink", "unlinkat", "link", "linkat", "mkdir", "mkdirat",
    "fsync", "fdatasync", "ftruncate", "ftruncate64", "chmod", "fchmodat", "fchmod", "fchown",
    "fchown32", "fcntl", "fcntl64", "flock", "umask", "dup", "dup2", "dup3", "pipe", "pipe2",
    "fadvise64",
    // readiness
    "poll", "ppoll", "ppoll_time64", "select", "_newselect", "pselect6", "pselect6_time64",
    "epoll_create", "epoll_create1", "epoll_ctl", "epoll_wait", "epoll_pwait", "epoll_pwait2",
    "eventfd", "eventfd2", "inotify_init", "inotify_init1", "inotify_add_watch", "inotify_rm_watch",
    // sockets
    "socketpair", "bind", "connect", "listen", "accept", "accept4", "getsockname", "getpeername",
    "getsockopt", "setsockopt", "send", "sendto", "sendmsg", "sendmmsg", "recv", "recvfrom",
    "recvmsg", "recvmmsg", "recvmmsg_time64", "shutdown",
    // shared memory, of reference clocks and for readers of the error bound
    "shmget", "shmat", "shmdt", "shmctl", "memfd_create",
    // who and where we are
    "getrandom", "uname", "sysinfo", "getuid", "getuid32", "geteuid", "geteuid32", "getgid",
    "getgid32", "getegid", "getegid32", "getresuid", "getresuid32", "getresgid", "getresgid32",
    "getgroups", "getgroups32", "getrlimit", "ugetrlimit", "prlimit64", "getrusage", "capget"};

// Refused by a word that those who try understand.
constexpr std::array refused{"execve", "execveat", "fork", "vfork", "ptrace", "kill", "setuid",
    "setgid", "setresuid", "setresgid", "mount", "chroot", "init_module", "finit_module"};

constexpr std::array fast_path_commands{BPF_MAP_LOOKUP_ELEM, BPF_MAP_UPDATE_ELEM,
    BPF_MAP_DELETE_ELEM, BPF_MAP_LOOKUP_BATCH, BPF_LINK_CREATE};

constexpr std::array families{AF_UNIX, AF_INET, AF_INET6, AF_NETLINK};

// All calls return 0, or what they return is kept.
class Rules {
public:
    explicit Rules(scmp_filter_ctx filter) : filter_{filter} { }

    template <class... Conditions>
    void add(std::uint32_t action, const char* name, Conditions... conditions)
    {
        const int call = seccomp_syscall_resolve_name(name);
        if (call == __NR_SCMP_ERROR)
            return;
        const std::array<scmp_arg_cmp, sizeof...(conditions)> all{conditions...};
        const int result = seccomp_rule_add_array(
            filter_, action, call, static_cast<unsigned>(all.size()), all.data());
        // A call that this machine does not have, or that it has in another form.
        if (result != 0 && result != -EDOM && result != -EINVAL && fault_ == 0)
            fault_ = -result;
    }
    int fault() const { return fault_; }

private:
    scmp_filter_ctx filter_;
    int fault_ = 0;
};

void write_down(Rules& rules, const SandboxNeeds& needs)
{
    for (const char* name : permitted)
        rules.add(SCMP_ACT_ALLOW, name);
    for (const char* name : refused)
        rules.add(SCMP_ACT_ERRNO(EPERM), name);
    if (needs.has_fast_path)
        for (const bpf_cmd command : fast_path_commands)
            rules.add(SCMP_ACT_ALLOW, "bpf",
                scmp_arg_cmp{0, SCMP_CMP_EQ, static_cast<scmp_datum_t>(command), 0});
    else
        rules.add(SCMP_ACT_ERRNO(EPERM), "bpf");
    // Threads, and no processes. The newer clone3 hides its flags; the C library does without.
    rules.add(
        SCMP_ACT_ALLOW, "clone", scmp_arg_cmp{0, SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD});
    const auto permit_sockets_of = [&rules](int family) {
        rules.add(SCMP_ACT_ALLOW, "socket",
            scmp_arg_cmp{0, SCMP_CMP_EQ, static_cast<scmp_datum_t>(family), 0});
    };
    for (const int family : families)
        permit_sockets_of(family);
    if (needs.speaks_ethernet)
        permit_sockets_of(AF_PACKET);
    // Typing into other people's terminals is not ours.
    rules.add(SCMP_ACT_ALLOW, "ioctl", scmp_arg_cmp{1, SCMP_CMP_NE, TIOCSTI, 0});
    // abort() signals its own process.
    rules.add(SCMP_ACT_ALLOW, "tgkill",
        scmp_arg_cmp{0, SCMP_CMP_EQ, static_cast<scmp_datum_t>(getpid()), 0});
}

} // namespace

Result<void, std::string> shut_sandbox(const SandboxNeeds& needs)
{
    const Filter filter{seccomp_init(SCMP_ACT_ERRNO(ENOSYS))};
    if (!filter)
        return unexpected(std::string{"the sandbox cannot be built"});
    Rules rules{filter.get()};
    write_down(rules, needs);
    int fault = rules.fault();
    if (fault == 0)
        fault = -seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_TSYNC, 1);
    if (fault == 0)
        fault = -seccomp_load(filter.get());
    if (fault != 0)
        return unexpected(fmt::format("the sandbox cannot be shut: {}",
            std::error_code{fault, std::generic_category()}.message()));
    return {};
}

} // namespace timeball::platform
