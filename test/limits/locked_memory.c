/* 16 workers of an unprivileged user under RLIMIT_MEMLOCK: with 8 MiB, and with a little less than
 * 16 whole rings need (the last one is smaller), all open and serve; with next to nothing the
 * answer is -ENOMEM, and never more than that. */
#include "limits_test.h"

enum { WORKERS = 16, PINGS = 10, NOBODY = 65534 };

static uid_t user = NOBODY;

static intptr_t body(void *arg)
{
    for (unsigned i = 0; i < WORKERS; i++) {
        sley_task_options there = {.pinned = true, .worker = i};
        sley_task *task = sley_create_task_with(pings, (void *)PINGS, &there);

        CHECK(task != NULL);
        CHECK_EQ(sley_join(task), 0);
    }
    return (intptr_t)arg;
}

/* Each by another user: locked memory is counted by users, and what a run had comes back late. */
static intptr_t run_with(rlim_t bytes)
{
    int status;
    pid_t pid = fork();

    assert_true(pid >= 0);
    user--;
    if (pid == 0) {
        sley_options options = {.size = sizeof options, .workers = WORKERS};
        struct rlimit to = {bytes, bytes};
        intptr_t rc;

        if (setrlimit(RLIMIT_MEMLOCK, &to) || (geteuid() == 0 && setuid(user + 1)))
            _exit(100);
        options = sl_test_options(&options);
        rc = sley_run(body, NULL, &options);
        _exit(rc == -ENOMEM ? 12 : rc != 0 || sl_test_failures());
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

TEST_PLAIN(locked_memory)
{
    intptr_t rc = run_with(8 << 20);

    if (rc == 100)
        SKIP("the limit or the user cannot be changed here");
    assert_int_equal(rc, 0);
    /* Fifteen times nine pages, and what is left is half a ring's. */
    assert_int_equal(run_with(560 << 10), 0);
    rc = run_with(16 << 10);
    assert_true(rc == 12 || rc == 0); /* 0: a kernel that does not count rings, or no rings */
}
