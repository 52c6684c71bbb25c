/* What an exception handler raises or retrieves stays out of the tasks that come later. */
#include "check.h"

static void raises(sley_loop *loop, const sley_exception *exception, void *arg)
{
    (void)loop, (void)exception;
    ++*(int *)arg;
    sley_raise(-1005, "of the handler");
}

static intptr_t fails(void *arg)
{
    (void)arg;
    return -1001;
}

static intptr_t has_no_detail(void *arg)
{
    (void)arg;
    return sley_error_detail() == NULL && sley_error_code(sley_error_detail()) == 0 ? 0 : -1009;
}

static intptr_t body(void *arg)
{
    CHECK_EQ(sley_spawn(fails, NULL), 0);
    CHECK_EQ(sley_yield(), 0);
    CHECK_EQ(*(int *)arg, 1);
    CHECK_EQ(sley_join(sley_create_task(has_no_detail, NULL)), 0);
    return 0;
}

TEST_PLAIN(a_handlers_error_is_not_the_next_tasks)
{
    ONE_LOOP(ITS_ORDER);
    int told = 0;
    sley_options options = {.exception_handler = raises, .exception_arg = &told};

    assert_int_equal(sl_test_run_arg(body, &told, &options), 0);
}
