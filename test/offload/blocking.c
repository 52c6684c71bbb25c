/* A section that blocks runs in a thread of a pool, on the task's own stack, with its error detail
 * and its context variables; its loop goes on meanwhile. */
#include "each_workers.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const sley_context_var var = {"var", 1};
static _Atomic long ticks, in_callback;

static intptr_t ticks_on(void *arg)
{
    (void)arg;
    for (;;) {
        intptr_t rc = sley_sleep(sley_ms(1));

        if (rc < 0)
            return rc;
        atomic_fetch_add(&ticks, 1);
    }
}

/* Blocks until the loop has gone on beside it. */
static bool blocks(void)
{
    long before = atomic_load(&ticks);

    for (int i = 0; i < 10000 && atomic_load(&ticks) < before + 3; i++)
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    return atomic_load(&ticks) >= before + 3;
}

static intptr_t moves_and_comes_back(void)
{
    sley_blocking section = SLEY_BLOCKING_INIT, inner = SLEY_BLOCKING_INIT;
    sley_task *self = sley_current_task();
    pid_t thread = 0, inner_thread = 0;
    char mine[64] = "unchanged";
    bool went_on = false;

    SLEY_BLOCKING(&section) {
        thread = gettid();
        went_on = blocks();
        EXPECT(sley_current_task() == NULL);
        EXPECT_EQ(sley_yield(), -SLEY_ENOLOOP);
        EXPECT_TEXT(mine, "unchanged");
        SLEY_BLOCKING(&inner)
            inner_thread = gettid();
        strcpy(mine, "written");
    }
    CHECK_EQ(section.rc, 0);
    CHECK(went_on);
    CHECK(thread && inner_thread == thread && gettid() != thread);
    CHECK(sley_current_task() == self);
    CHECK_TEXT(mine, "written");
    return 0;
}

static intptr_t details_are_its_own(void)
{
    sley_blocking section = SLEY_BLOCKING_INIT;

    CHECK_EQ(sley_raise(-1001, "before"), -1001);
    CHECK_EQ(sley_context_set(&var, 2), 0);
    SLEY_BLOCKING(&section) {
        EXPECT_TEXT(sley_error_text(sley_error_detail()), "before");
        EXPECT_EQ(sley_raise(-1002, "inside"), -1002);
        EXPECT_EQ(sley_context_get(&var), 2);
        EXPECT_EQ(sley_context_set(&var, 3), 0);
    }
    CHECK_EQ(section.rc, 0);
    CHECK_TEXT(sley_error_text(sley_error_detail()), "inside");
    CHECK_EQ(sley_context_get(&var), 3);
    /* The thread has kept nothing of it. */
    CHECK_EQ(sley_blocking_enter(&section, NULL), 0);
    CHECK_EQ(sley_reraise(NULL), 0);
    CHECK_EQ(sley_blocking_exit(&section), 0);
    CHECK(sley_error_detail() == NULL);
    return 0;
}

static intptr_t nothing(void *arg)
{
    return (intptr_t)arg;
}

/* As a plain thread: it blocks on what the loop gives it. */
static intptr_t awaits_inside(void)
{
    sley_blocking section = SLEY_BLOCKING_INIT;
    sley_task *task = sley_create_task(nothing, (void *)5);
    intptr_t word = 0;

    CHECK(task != NULL);
    SLEY_BLOCKING(&section)
        word = sley_await(SLEY_FUTURE(task));
    CHECK_EQ(section.rc, 0);
    CHECK_EQ(word, 5);
    CHECK_EQ(sley_join(task), 5);
    return 0;
}

static void enters(void *arg)
{
    sley_blocking section = SLEY_BLOCKING_INIT;

    (void)arg;
    SLEY_BLOCKING(&section)
        EXPECT(!"a callback has moved");
    EXPECT_EQ(section.rc, -SLEY_ENOLOOP);
    atomic_store(&in_callback, 1);
}

static intptr_t leaves_early(sley_executor *executor)
{
    sley_blocking section = SLEY_BLOCKING_INIT;

    SLEY_BLOCKING_IN(&section, executor)
        return 7;
    return section.rc;
}

static intptr_t in_pools(void)
{
    sley_blocking section = SLEY_BLOCKING_INIT;
    sley_executor *executor;
    pid_t first = 0, second = 0;

    CHECK_EQ(sley_executor_new(&executor, 1), 0);
    SLEY_BLOCKING_IN(&section, executor)
        first = gettid();
    SLEY_BLOCKING_IN(&section, executor)
        second = gettid();
    CHECK(first && first == second);
    CHECK_EQ(leaves_early(executor), 7);
    CHECK(sley_current_task() != NULL);
    sley_executor_close(executor);
    return 0;
}

static intptr_t body(void *arg)
{
    sley_task *beside = sley_create_task(ticks_on, NULL);
    intptr_t rc;

    (void)arg;
    CHECK(beside != NULL);
    atomic_store(&in_callback, 0);
    CHECK(sley_handle_valid(sley_call_soon(enters, NULL)));
    if ((rc = moves_and_comes_back()) < 0 || (rc = details_are_its_own()) < 0 ||
        (rc = awaits_inside()) < 0 || (rc = in_pools()) < 0)
        return rc;
    CHECK_EQ(atomic_load(&in_callback), 1);
    sley_task_cancel(beside);
    CHECK_EQ(sley_join(beside), -ECANCELED);
    return 0;
}

TEST_PLAIN(a_section_runs_in_a_thread)
{
    sley_blocking section = SLEY_BLOCKING_INIT;
    pid_t thread = 0;

    SLEY_BLOCKING(&section)
        thread = gettid();
    EXPECT_EQ(section.rc, 0);
    EXPECT(thread == gettid());
    each_workers(body);
}
