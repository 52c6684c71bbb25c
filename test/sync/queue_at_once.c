/* What a put or get must look at although there is room and there are items: the caller's scopes,
 * whether a task calls at all, whose queue it is, whether it was shut down, and who waits. */
#include "two_loops.h"

#include <errno.h>

static sley_queue queue = SLEY_QUEUE_INIT_LOCAL(4);
static int from_callback[4];

static intptr_t gets(void *arg)
{
    intptr_t item;

    (void)arg;
    CHECK_EQ(sley_queue_get(&queue, &item), 0);
    return item;
}

static intptr_t puts_one(void *item)
{
    return sley_queue_put(&queue, (intptr_t)item);
}

static void calls_back(void *future)
{
    intptr_t item = -1;

    from_callback[0] = sley_queue_put(&queue, 3);
    from_callback[1] = sley_queue_get(&queue, &item);
    from_callback[2] = sley_queue_put_nowait(&queue, 3);
    from_callback[3] = sley_queue_get_nowait(&queue, &item);
    sley_future_set_result(future, item);
}

static int in_a_cancelled_scope(void)
{
    sley_scope scope = SLEY_SCOPE_INIT;
    intptr_t item = -1;

    SLEY_SCOPE(&scope)
    {
        sley_scope_cancel(&scope);
        CHECK_EQ(sley_queue_put(&queue, 9), -ECANCELED);
        CHECK_EQ(sley_queue_get(&queue, &item), -ECANCELED);
        CHECK_EQ(item, -1);
        CHECK_EQ(sley_queue_put_nowait(&queue, 2), 0); /* it is no suspending call */
    }
    CHECK_EQ(sley_queue_qsize(&queue), 2);
    return 0;
}

static int in_a_callback(void)
{
    sley_future *future = sley_future_new();

    CHECK(sley_handle_valid(sley_call_soon(calls_back, future)));
    CHECK_EQ(sley_await(future), 1);
    sley_future_drop(future);
    CHECK_EQ(from_callback[0], -SLEY_ENOLOOP);
    CHECK_EQ(from_callback[1], -SLEY_ENOLOOP);
    CHECK_EQ(from_callback[2], 0);
    CHECK_EQ(from_callback[3], 0);
    CHECK_EQ(sley_queue_qsize(&queue), 2); /* 2, 3 */
    return 0;
}

/* Two wait: the first to be woken does not take its item before a second one is put. */
static int for_those_who_wait(void)
{
    sley_task *a, *b;
    intptr_t item;

    CHECK_EQ(sley_queue_get(&queue, &item), 0);
    CHECK_EQ(sley_queue_get(&queue, &item), 0);
    a = sley_create_task(gets, NULL);
    b = sley_create_task(gets, NULL);
    CHECK_EQ(sley_yield(), 0);
    CHECK_EQ(sley_queue_put(&queue, 10), 0);
    CHECK_EQ(sley_queue_put_nowait(&queue, 11), 0);
    CHECK_EQ(sley_join(a), 10);
    CHECK_EQ(sley_join(b), 11);
    for (int i = 0; i < 4; i++) /* wrapped around */
        CHECK_EQ(sley_queue_put(&queue, i), 0);
    CHECK_EQ(sley_queue_put_nowait(&queue, 9), -SLEY_EFULL);
    a = sley_create_task(puts_one, (void *)4);
    b = sley_create_task(puts_one, (void *)5);
    CHECK_EQ(sley_yield(), 0);
    for (int i = 0; i < 2; i++) {
        CHECK_EQ(i ? sley_queue_get_nowait(&queue, &item) : sley_queue_get(&queue, &item), 0);
        CHECK_EQ(item, i);
    }
    CHECK_EQ(sley_join(a), 0);
    CHECK_EQ(sley_join(b), 0);
    return 0;
}

static int once_it_is_shut_down(void)
{
    intptr_t item;

    CHECK_EQ(sley_queue_get(&queue, &item), 0);
    CHECK_EQ(sley_queue_shutdown(&queue, false), 0);
    CHECK_EQ(sley_queue_put(&queue, 9), -SLEY_ESHUTDOWN);
    CHECK_EQ(sley_queue_put_nowait(&queue, 9), -SLEY_ESHUTDOWN);
    for (int i = 3; i < 6; i++) {
        CHECK_EQ(sley_queue_get(&queue, &item), 0);
        CHECK_EQ(item, i);
    }
    CHECK_EQ(sley_queue_get(&queue, &item), -SLEY_ESHUTDOWN);
    return sley_queue_close(&queue);
}

static intptr_t uses(void *arg)
{
    (void)arg;
    CHECK_EQ(sley_queue_put(&queue, 1), 0);
    CHECK_EQ(in_a_cancelled_scope(), 0);
    CHECK_EQ(in_a_callback(), 0);
    CHECK_EQ(for_those_who_wait(), 0);
    CHECK_EQ(once_it_is_shut_down(), 0);
    CHECK_EQ(sley_queue_put(&queue, 1), 0);
    return sley_queue_put(&queue, 2);
}

static intptr_t in_another_loop(void *arg)
{
    intptr_t item;

    (void)arg;
    CHECK_EQ(sley_queue_put(&queue, 3), -SLEY_EWRONGLOOP);
    CHECK_EQ(sley_queue_put_nowait(&queue, 3), -SLEY_EWRONGLOOP);
    CHECK_EQ(sley_queue_get(&queue, &item), -SLEY_EWRONGLOOP);
    return sley_queue_get_nowait(&queue, &item) == -SLEY_EWRONGLOOP ? 0 : -1;
}

static void two_are_left(void)
{
    CHECK_EQ_VOID(sley_queue_qsize(&queue), 2);
    sley_queue_close(&queue);
}

TEST_PLAIN(a_queue_that_need_not_wait_keeps_its_rules)
{
    ONE_LOOP(LOCAL_KIND);
    in_two_loops(uses, in_another_loop, NULL, two_are_left);
}
