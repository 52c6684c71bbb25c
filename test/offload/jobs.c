/* Jobs of many tasks on any number of workers: each word reaches who asked, with its detail and
 * from the caller's context, through the default pool and the program's own. */
#include "each_workers.h"

#include <pthread.h>
#include <sley/context.h>
#include <stdio.h>

enum { TASKS = 24, FAILED = -1020, ROUNDS = 200 };

static const sley_context_var who = {"who", -1};
static _Atomic long ran;
static sley_executor *own;

static intptr_t work(void *arg)
{
    atomic_fetch_add(&ran, 1);
    if (sley_get_running_loop() != NULL)
        return -1;
    if ((intptr_t)arg % 7 == 3)
        return sley_raise(FAILED, "job %d", (int)(intptr_t)arg);
    return (intptr_t)arg + sley_context_get(&who);
}

static intptr_t copied(void *arg)
{
    return *(intptr_t *)arg * 2;
}

static intptr_t asks(void *arg)
{
    intptr_t n = (intptr_t)arg, word;
    char text[32];
    sley_future *job;

    CHECK_EQ(sley_context_set(&who, 1000), 0);
    word = sley_to_thread(work, arg);
    if (n % 7 == 3) {
        snprintf(text, sizeof text, "job %d", (int)n);
        CHECK_EQ(word, FAILED);
        CHECK_TEXT(sley_error_text(sley_error_detail()), text);
    } else {
        CHECK_EQ(word, n + 1000);
    }
    CHECK_EQ(sley_to_thread_copy(copied, &n, sizeof n), 2 * n);
    CHECK((job = sley_run_in_executor(n % 2 ? own : NULL, copied, &n)) != NULL);
    CHECK_EQ(sley_await(job), 2 * n);
    sley_future_drop(job);
    return 0;
}

static intptr_t body(void *arg)
{
    long rounds = sl_test_rounds(ROUNDS);

    (void)arg;
    ran = 0;
    CHECK_EQ(sley_executor_new(&own, 2), 0);
    for (long r = 0; r < rounds; r++) {
        sley_task *tasks[TASKS];

        for (intptr_t i = 0; i < TASKS; i++)
            CHECK((tasks[i] = sley_create_task(asks, (void *)i)) != NULL);
        for (int i = 0; i < TASKS; i++)
            CHECK_EQ(sley_join(tasks[i]), 0);
    }
    CHECK_EQ(ran, rounds * TASKS);
    sley_executor_close(own);
    return 0;
}

TEST_PLAIN(jobs_answer_who_asked)
{
    each_workers(body);
}
