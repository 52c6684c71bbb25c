/* task/fork.h: a test's child: what its checks said comes back as the exit status. */
#ifndef SL_TEST_FORK_H
#define SL_TEST_FORK_H

#include "check.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define FORK_FINE 42

/* The child ends here: without cmocka, and without the parent's exit handlers. */
_Noreturn static inline void fork_end(void)
{
    _exit(sl_test_failures() ? 1 : FORK_FINE);
}

/* Nothing that a child does may take longer than this. */
static inline pid_t fork_begin(void)
{
    pid_t pid = fork();

    if (pid == 0) {
        const struct rlimit no_core = {0, 0};

        setrlimit(RLIMIT_CORE, &no_core);
        signal(SIGABRT, SIG_DFL);
        alarm(20);
    }
    return pid;
}

static inline int fork_status(pid_t pid)
{
    int status = -1;

    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return status;
}

static inline bool fork_was_fine(pid_t pid)
{
    int status = fork_status(pid);

    return WIFEXITED(status) && WEXITSTATUS(status) == FORK_FINE;
}

#endif
