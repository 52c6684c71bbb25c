/* Which kind of ring a runtime has: by option, by the environment, by what the kernel refuses. */
#include "check.h"
#include "refuse.h"

#include "os/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int (*real_setup)(unsigned entries, struct io_uring_params *params);
static int answer;
static const char *backend;

static int setup(unsigned entries, struct io_uring_params *params)
{
    return answer ? answer : real_setup(entries, params);
}

static intptr_t names_it(void *arg)
{
    sley_stats stats = {.size = sizeof stats};

    CHECK_EQ(sley_stats_get(&stats), 0);
    backend = stats.backend;
    return (intptr_t)arg;
}

static intptr_t run(enum sley_backend wanted, int workers)
{
    backend = "none";
    return sley_run(names_it, (void *)7, &SLEY_OPTIONS(.backend = wanted, .workers = workers));
}

/* How many bytes does it say on stderr? */
static long said(enum sley_backend wanted, int workers, intptr_t *rc)
{
    char name[] = "/tmp/sley-said-XXXXXX";
    int file = mkstemp(name), before = dup(2);
    long size;

    fflush(stderr);
    dup2(file, 2);
    *rc = run(wanted, workers);
    dup2(before, 2);
    size = lseek(file, 0, SEEK_END);
    close(file);
    close(before);
    unlink(name);
    return size;
}

static void falls_back(void)
{
    static const int others[] = {-ENOMEM, -EMFILE, -EACCES};
    intptr_t rc;

    sl_sys.ring_setup = setup;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        answer = others[i];
        CHECK_EQ_VOID(run(SLEY_BACKEND_AUTO, 1), others[i]);
    }
    answer = -EPERM;
    CHECK_EQ_VOID(run(SLEY_BACKEND_URING, 1), -SLEY_ENOURING);
    CHECK_EQ_VOID(said(SLEY_BACKEND_EPOLL, 1, &rc), 0);
    CHECK_EQ_VOID(rc, 7);
    CHECK_VOID(said(SLEY_BACKEND_AUTO, 1, &rc) > 100);
    CHECK_EQ_VOID(rc, 7);
    CHECK_VOID(strcmp(backend, "epoll") == 0);
    answer = -ENOSYS;
    CHECK_EQ_VOID(said(SLEY_BACKEND_AUTO, 4, &rc), 0); /* once */
    CHECK_EQ_VOID(rc, 7);
    CHECK_VOID(strcmp(backend, "epoll") == 0);
    answer = -EINVAL;
    CHECK_EQ_VOID(run(SLEY_BACKEND_AUTO, 1), 7);
    answer = 0;
}

static void by_environment(void)
{
    setenv("SLEY_BACKEND", "epoll", 1);
    CHECK_EQ_VOID(run(SLEY_BACKEND_AUTO, 2), 7);
    CHECK_VOID(strcmp(backend, "epoll") == 0);
    answer = -EPERM;
    CHECK_EQ_VOID(run(SLEY_BACKEND_URING, 1), -SLEY_ENOURING); /* the program's word counts */
    setenv("SLEY_BACKEND", "uring", 1);
    CHECK_EQ_VOID(run(SLEY_BACKEND_AUTO, 1), -SLEY_ENOURING);
    CHECK_EQ_VOID(run(SLEY_BACKEND_EPOLL, 1), 7);
    setenv("SLEY_BACKEND", "kqueue", 1);
    CHECK_EQ_VOID(run(SLEY_BACKEND_AUTO, 1), -EINVAL);
    CHECK_VOID(strstr(sley_error_text(sley_error_detail()), "SLEY_BACKEND") != NULL);
    setenv("SLEY_BACKEND", "", 1);
    CHECK_EQ_VOID(run((enum sley_backend)9, 1), -EINVAL);
}

TEST_PLAIN(backend)
{
    unsetenv("SLEY_BACKEND");
    real_setup = sl_sys.ring_setup;
    falls_back();
    by_environment();
    sl_sys.ring_setup = real_setup;
    unsetenv("SLEY_BACKEND");
    if (!refuse_io_uring(EPERM))
        SKIP("no seccomp here");
    CHECK_EQ_VOID(run(SLEY_BACKEND_URING, 1), -SLEY_ENOURING);
    CHECK_EQ_VOID(run(SLEY_BACKEND_AUTO, 1), 7);
    CHECK_VOID(strcmp(backend, "epoll") == 0);
}
