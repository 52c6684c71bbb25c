/* os/child.h: a death test: runs a function in a child process and keeps what it printed. */
#ifndef SL_TEST_CHILD_H
#define SL_TEST_CHILD_H

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

struct child {
    int status;      /* of waitpid */
    char text[16384]; /* stdout and stderr */
};

static inline bool child_killed_by(const struct child *child, int signal)
{
    return WIFSIGNALED(child->status) && WTERMSIG(child->status) == signal;
}

static inline bool child_exited_with(const struct child *child, int code)
{
    return WIFEXITED(child->status) && WEXITSTATUS(child->status) == code;
}

static inline void child_main(int out, int (*fn)(void *arg), void *arg)
{
    static const int caught[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGSYS, SIGINT};
    const struct rlimit no_core = {0, 0};

    for (size_t i = 0; i < sizeof caught / sizeof *caught; i++)
        signal(caught[i], SIG_DFL); /* cmocka's handlers stay with the parent */
    setrlimit(RLIMIT_CORE, &no_core);
    dup2(out, STDOUT_FILENO);
    dup2(out, STDERR_FILENO);
    close(out);
    alarm(60);
    int code = fn(arg);
    fflush(NULL);
    _exit(code);
}

/* False if the child could not be made. `started` (or NULL) is called in the parent. */
static inline bool child_run_with(struct child *child, int (*fn)(void *arg), void *arg,
                                  void (*started)(pid_t pid, int out))
{
    size_t used = 0;
    ssize_t n;
    int ends[2];

    memset(child, 0, sizeof *child);
    fflush(NULL);
    if (pipe(ends))
        return false;
    pid_t pid = fork();
    if (pid < 0)
        return false;
    if (pid == 0) {
        close(ends[0]);
        child_main(ends[1], fn, arg);
    }
    close(ends[1]);
    if (started)
        started(pid, ends[0]);
    while ((n = read(ends[0], child->text + used, sizeof child->text - 1 - used)) > 0 ||
           (n < 0 && errno == EINTR))
        used += n > 0 ? (size_t)n : 0;
    close(ends[0]);
    while (waitpid(pid, &child->status, 0) < 0 && errno == EINTR)
        ;
    return true;
}

static inline bool child_run(struct child *child, int (*fn)(void *arg), void *arg)
{
    return child_run_with(child, fn, arg, NULL);
}

#endif
