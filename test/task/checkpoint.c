/* A task that computes and calls sley_checkpoint lets the others run and hears of cancels; it does
 * not suspend before its time. */

#include "check.h"

#include "base/atomic.h"

#include <errno.h>

static sl_atomic_u32 ticks;

static intptr_t tick(void *arg)
{
    (void)arg;
    for (int i = 0; i < 5; i++) {
        CHECK_EQ(sley_sleep(sley_us(10)), 0);
        sl_add_relaxed(&ticks, 1);
    }
    return 0;
}

static intptr_t until_cancelled(void *arg)
{
    int rc;

    sl_store_relaxed((sl_atomic_u32 *)arg, 1);
    while ((rc = sley_checkpoint()) == 0)
        ;
    return rc;
}

static intptr_t in_a_scope(void *arg)
{
    sley_scope scope;
    int rc;

    (void)arg;
    sley_scope_enter(&scope);
    CHECK_EQ(sley_checkpoint(), 0);
    sley_scope_cancel(&scope);
    rc = sley_checkpoint();
    sley_scope_exit(&scope);
    CHECK_EQ(rc, -ECANCELED);
    return 0;
}

TEST_FIBER(a_checkpoint_yields_when_the_turn_was_long)
{
    sl_atomic_u32 begun = 0;
    sley_task *ticker = sley_create_task(tick, NULL), *other;

    if (!sl_test_many()) { /* else the other one may run elsewhere */
        CHECK_EQ(sley_checkpoint(), 0);
        CHECK_EQ(sl_load_relaxed(&ticks), 0);
    }
    while (sl_load_relaxed(&ticks) < 5) /* for ever, did it not yield */
        CHECK_EQ(sley_checkpoint(), 0);
    CHECK_EQ(sley_join(ticker), 0);
    CHECK((other = sley_create_task(until_cancelled, &begun)) != NULL);
    while (!sl_load_relaxed(&begun))
        CHECK_EQ(sley_yield(), 0);
    CHECK(sley_task_cancel(other));
    CHECK_EQ(sley_join(other), -ECANCELED);
    CHECK_EQ(sley_join(sley_create_task(in_a_scope, NULL)), 0);
    return 0;
}
