/* A detail goes with its code: through await, gather and join, and is gone with another error. */
#include "check.h"

#include <errno.h>
#include <string.h>

static intptr_t raises(void *arg)
{
    return sley_raise(-1001, "n must not be %d", (int)(intptr_t)arg);
}

static intptr_t another_code(void *arg)
{
    (void)arg;
    sley_raise(-1001, "not this one");
    return -1002;
}

static intptr_t passes_on(void *task)
{
    return sley_task_await(task);
}

static int kept_by_reference(void)
{
    const sley_error *error = sley_error_detail();
    sley_error *kept = sley_error_ref(error);

    CHECK_EQ(sley_join(sley_create_task(another_code, NULL)), -1002);
    CHECK(sley_error_detail() == NULL);
    CHECK_TEXT(sley_error_text(kept), "n must not be 7");
    sley_error_drop(kept);
    CHECK_EQ(sley_error_code(NULL), 0);
    CHECK_TEXT(sley_error_text(NULL), "");
    CHECK_EQ(sley_error_count(NULL), 0);
    CHECK(sley_error_at(NULL, 0) == NULL);
    CHECK(sley_error_ref(NULL) == NULL);
    return 0;
}

TEST_FIBER(a_detail_goes_with_its_error)
{
    ONE_LOOP("which of two is the first to fail");
    sley_coro coros[2] = {SLEY_CORO(raises, (void *)5), SLEY_CORO(raises, (void *)6)};
    char longer[1000];
    sley_task *task = sley_create_task(raises, (void *)7);
    sley_task *outer = sley_create_task(passes_on, task);
    sley_future *future = sley_future_new();

    CHECK_EQ(sley_gather(NULL, 2, coros, 0), -1001);
    CHECK_TEXT(sley_error_text(sley_error_detail()), "n must not be 5");
    CHECK_EQ(sley_error_code(sley_error_detail()), -1001);
    CHECK_EQ(sley_future_set_exception(future, -1001), 0);
    CHECK_EQ(sley_join(outer), -1001);
    CHECK_TEXT(sley_error_text(sley_error_detail()), "n must not be 7");
    CHECK_EQ(sley_await(future), -1001);
    CHECK_TEXT(sley_error_text(sley_error_detail()), "n must not be 5");
    sley_future_drop(future);
    CHECK_EQ(sley_task_result(task), -1001);
    sley_task_drop(task);
    CHECK_EQ(kept_by_reference(), 0);

    memset(longer, 'x', sizeof longer);
    longer[sizeof longer - 1] = 0;
    CHECK_EQ(sley_raise(-5, "%s", longer), -5);
    CHECK_EQ(strlen(sley_error_text(sley_error_detail())), 511);
    return 0;
}
