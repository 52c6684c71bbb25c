/* sley_run_on: a call on a given worker, pinned there, and back. */
#include "check.h"

#include <errno.h>

enum { WORKERS = 3 };

static intptr_t there(void *arg)
{
    unsigned worker = (unsigned)(intptr_t)arg;

    for (int i = 0; i < 20; i++) {
        CHECK_EQ(sley_worker_index(), worker);
        CHECK_EQ(i % 2 ? sley_yield() : sley_sleep(sley_us(50)), 0);
    }
    CHECK_EQ(sley_worker_index(), worker);
    return 100 + (intptr_t)worker;
}

static intptr_t nested(void *arg)
{
    intptr_t word;

    (void)arg;
    CHECK_EQ(sley_worker_index(), 1);
    word = sley_run_on(2, there, (void *)2);
    CHECK_EQ(word, 102);
    CHECK_EQ(sley_worker_index(), 1); /* pinned as it was */
    CHECK_EQ(sley_yield(), 0);
    CHECK_EQ(sley_worker_index(), 1);
    return 7;
}

static intptr_t wanders(void *arg)
{
    (void)arg;
    for (int round = 0; round < 50; round++)
        for (intptr_t worker = 0; worker < WORKERS; worker++)
            CHECK_EQ(sley_run_on((unsigned)worker, there, (void *)worker), 100 + worker);
    return 1;
}

static intptr_t body(void *arg)
{
    sley_task *tasks[8];

    (void)arg;
    CHECK_EQ(sley_worker_count(), WORKERS);
    CHECK_EQ(sley_run_on(WORKERS, there, NULL), -EINVAL);
    CHECK_EQ(sley_run_on(1, nested, NULL), 7);
    for (int i = 0; i < 8; i++)
        CHECK((tasks[i] = sley_create_task(wanders, NULL)) != NULL);
    for (int i = 0; i < 8; i++)
        CHECK_EQ(sley_join(tasks[i]), 1);
    return 0;
}

static intptr_t alone(void *arg)
{
    (void)arg;
    CHECK_EQ(sley_worker_count(), 1);
    CHECK_EQ(sley_run_on(0, there, NULL), 100);
    CHECK_EQ(sley_run_on(1, there, NULL), -EINVAL);
    return 0;
}

TEST_PLAIN(a_call_runs_on_the_worker_that_is_named)
{
    sley_options options = sl_test_options(NULL);

    CHECK_EQ_VOID(sley_run_on(0, there, NULL), -SLEY_ENOLOOP);
    options.workers = WORKERS;
    CHECK_EQ_VOID(sley_run(body, NULL, &options), 0);
    options.workers = 1;
    CHECK_EQ_VOID(sley_run(alone, NULL, &options), 0);
}
