/* A cancelled scope fails every suspending call inside at once, ignored or not; the counter is
 * untouched; after it everything is as before. An edge request is looked at first. */
#include "check.h"

#include <errno.h>

static sley_scope scope = SLEY_SCOPE_INIT;
static int failed;

static intptr_t loops(void *arg)
{
    sley_event event = SLEY_EVENT_INIT_LOCAL;
    sley_lock lock = SLEY_LOCK_INIT_LOCAL;
    sley_queue queue = SLEY_QUEUE_INIT_LOCAL(0);
    intptr_t item;

    (void)arg;
    SLEY_SCOPE(&scope)
    {
        failed += sley_event_wait(&event) == -ECANCELED; /* cancelled while it waits */
        failed += sley_sleep(sley_s(9)) == -ECANCELED;
        failed += sley_yield() == -ECANCELED;
        failed += sley_lock_acquire(&lock) == -ECANCELED; /* though it is free */
        failed += sley_queue_put(&queue, 1) == -ECANCELED;
        failed += sley_queue_get(&queue, &item) == -ECANCELED;
        CHECK_EQ(sley_task_cancelling(sley_current_task()), 0);
        CHECK(sley_scope_cancelled(&scope));
    }
    CHECK(!sley_lock_locked(&lock));
    CHECK_EQ(sley_yield(), 0);
    return 5;
}

static intptr_t in_a_timeout(void *arg)
{
    sley_timeout limit = SLEY_TIMEOUT_INIT;

    (void)arg;
    SLEY_TIMEOUT(&limit, sley_ms(10))
    {
        CHECK_EQ(sley_sleep(sley_s(60)), -ECANCELED);
        CHECK_EQ(sley_sleep(sley_s(60)), -SLEY_ETIMEOUT);
    }
    return 6;
}

/* Both come before the task has run. */
static int edge_first(void)
{
    sley_task *task = sley_create_task(in_a_timeout, NULL);

    CHECK_EQ(sley_sleep(sley_ms(10)), 0);
    CHECK(sley_task_cancel(task));
    CHECK_EQ(sley_join(task), 6);
    return 0;
}

TEST_FIBER_WITH(a_cancelled_scope_is_sticky, .virtual_clock = true)
{
    ONE_LOOP(LOCAL_KIND);
    SLEY_AUTO(sley_task) task = sley_create_task(loops, NULL);

    CHECK_EQ(sley_yield(), 0);
    CHECK(!sley_scope_cancelled(&scope));
    sley_scope_cancel(&scope);
    CHECK_EQ(sley_task_await(task), 5);
    CHECK_EQ(failed, 6);
    return edge_first();
}
