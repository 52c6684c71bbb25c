/* A runner runs several coroutines on one loop with one context; closing it cancels what is left,
 * and is harmless twice. */
#include "check.h"

#include <errno.h>

static const sley_context_var var = {"v", 0};
static sley_loop *first;
static _Atomic int began, cancelled;

static intptr_t waits(void *arg)
{
    int rc;

    (void)arg;
    began++;
    rc = sley_sleep(sley_s(60));
    cancelled += rc == -ECANCELED;
    return rc;
}

static intptr_t sets(void *arg)
{
    first = sley_get_running_loop();
    CHECK_EQ(sley_context_get(&var), 0);
    CHECK_EQ(sley_context_set(&var, (intptr_t)arg), 0);
    CHECK_EQ(sley_spawn(waits, NULL), 0);
    SETTLE(began);
    return sley_yield();
}

static intptr_t gets(void *arg)
{
    (void)arg;
    CHECK(sl_test_many() || sley_get_running_loop() == first);
    CHECK_EQ(sley_all_tasks(NULL, 0), 2); /* the other one's is there still */
    return sley_context_get(&var);
}

TEST_PLAIN(a_runner_runs_several_coroutines)
{
    sley_options options = sl_test_options(NULL);
    sley_runner runner;

    CHECK_EQ_VOID(sley_runner_open(&runner, &options), 0);
    CHECK_EQ_VOID(sley_runner_run(&runner, sets, (void *)8), 0);
    CHECK_EQ_VOID(cancelled, 0);
    CHECK_EQ_VOID(sley_runner_run(&runner, gets, NULL), 8);
    CHECK_VOID(sl_test_many() || sley_runner_get_loop(&runner) == first);
    CHECK_VOID(!sley_loop_is_running(first));
    sley_runner_close(&runner);
    CHECK_EQ_VOID(cancelled, 1);
    sley_runner_close(&runner);
    CHECK_EQ_VOID(sley_runner_run(&runner, gets, NULL), -SLEY_EFINISHED);
    CHECK_VOID(!sley_runner_get_loop(&runner));
}
