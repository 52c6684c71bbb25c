/* A future: pending, then done, failed or cancelled, for ever. */
#include "check.h"

#include <errno.h>

static int check(sley_future *future, intptr_t word, intptr_t exception, bool cancelled)
{
    CHECK(sley_future_done(future));
    CHECK_EQ(sley_future_result(future), word);
    CHECK_EQ(sley_future_exception(future), exception);
    CHECK_EQ(sley_future_cancelled(future), cancelled);
    CHECK_EQ(sley_future_set_result(future, 1), -SLEY_EINVALIDSTATE);
    CHECK_EQ(sley_future_set_exception(future, -1009), -SLEY_EINVALIDSTATE);
    CHECK(!sley_future_cancel(future));
    CHECK_EQ(sley_future_result(future), word);
    CHECK_EQ(sley_await(future), word);
    sley_future_drop(future);
    return 0;
}

static intptr_t word(void *arg)
{
    return (intptr_t)arg;
}

TEST_FIBER(a_future_is_completed_once)
{
    sley_future *future = sley_future_new();
    sley_task *task = sley_create_task(word, (void *)2);

    CHECK(task && future);
    CHECK(!sley_future_done(future) && !sley_future_cancelled(future));
    CHECK_EQ(sley_future_result(future), -SLEY_EINVALIDSTATE);
    CHECK_EQ(sley_future_exception(future), -SLEY_EINVALIDSTATE);
    CHECK_EQ(sley_future_set_result(future, -1), -SLEY_EVALUE);
    CHECK_EQ(sley_future_set_result(future, SLEY_ERROR_MIN), -SLEY_EVALUE);
    CHECK_EQ(sley_future_set_exception(future, 5), -SLEY_EVALUE);
    CHECK_EQ(sley_future_set_exception(future, 0), -SLEY_EVALUE);
    CHECK_EQ(sley_future_set_result(future, SLEY_ERROR_MIN - 1), 0); /* a pointer, say */
    CHECK_EQ(check(future, SLEY_ERROR_MIN - 1, 0, false), 0);

    CHECK((future = sley_future_new()) != NULL);
    CHECK_EQ(sley_future_set_exception(future, -ECONNRESET), 0);
    CHECK_EQ(check(future, -ECONNRESET, -ECONNRESET, false), 0);

    CHECK((future = sley_future_new()) != NULL);
    CHECK(sley_future_cancel(future));
    CHECK_EQ(check(future, -ECANCELED, -ECANCELED, true), 0);

    CHECK_EQ(sley_future_set_result(sley_task_future(task), 1), -SLEY_EINVALIDSTATE);
    CHECK_EQ(sley_future_set_exception(sley_task_future(task), -1), -SLEY_EINVALIDSTATE);
    CHECK_EQ(sley_join(task), 2);
    return 0;
}
