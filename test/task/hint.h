/* hint.h: processes in which a hint is waited for, or its absence, all at the same time. */
#ifndef SL_TEST_HINT_H
#define SL_TEST_HINT_H

#include "check.h"

#include "../os/child.h"
#include "os/sys.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#define HINT "5 s: a deadlock?"

static int told;

/* Ends the process, well, when it is told to. */
static inline void *ends(void *arg)
{
    char end;

    (void)arg;
    while (read(told, &end, 1) < 0 && errno == EINTR)
        ;
    _exit(sl_test_failures() ? 1 : 0);
}

struct running {
    pid_t pid;
    int out, told;
    int64_t began;
};

static inline bool start(struct running *running, int (*fn)(void *arg), void *arg)
{
    int fds[2], tell[2];

    fflush(NULL);
    if (pipe(fds) || pipe(tell) || (running->pid = fork()) < 0)
        return false;
    if (running->pid == 0) {
        close(fds[0]);
        close(tell[1]);
        told = tell[0];
        child_main(fds[1], fn, arg);
    }
    close(fds[1]);
    close(tell[0]);
    running->out = fds[0];
    running->told = tell[1];
    running->began = sl_sys.clock_now();
    return true;
}

/* Has it said what it must, and had the time to say it twice? Where all is slow it takes long. */
static inline bool is_over(const struct running *running, const struct child *child,
                           const char *said)
{
    const char *hint = said ? strstr(child->text, HINT) : NULL;
    int64_t ms = (sl_sys.clock_now() - running->began) / 1000000;

    return ms > 50000 || (ms > 6500 && (!said || (hint && strstr(hint, said))));
}

static inline void finish(const struct running *running, struct child *child, const char *said)
{
    struct pollfd output = {.fd = running->out, .events = POLLIN};
    bool over = false;
    size_t used = 0;
    ssize_t n = 1;

    memset(child, 0, sizeof *child);
    while (n > 0 || (n < 0 && errno == EINTR)) {
        /* Who has ended by itself is not told. */
        if (!over && poll(&output, 1, 10) <= 0) {
            if ((over = is_over(running, child, said)))
                EXPECT(write(running->told, "", 1) == 1);
            continue;
        }
        n = read(running->out, child->text + used, sizeof child->text - 1 - used);
        used += n > 0 ? (size_t)n : 0;
    }
    close(running->out);
    close(running->told);
    while (waitpid(running->pid, &child->status, 0) < 0 && errno == EINTR)
        ;
}

#endif
