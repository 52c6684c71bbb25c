/* The handler can be replaced while the loop runs; the default one prints a line. */
#include "check.h"

#include "../os/child.h"
#include "never_retrieved.h"

static void keep_error(sley_loop *loop, const sley_exception *exception, void *arg)
{
    *(intptr_t *)arg = exception->error;
    sley_loop_default_exception_handler(loop, exception);
}

static intptr_t fails(void *arg)
{
    (void)arg;
    return sley_raise(-2000, "the cat is out");
}

static intptr_t body(void *arg)
{
    sley_task_options options = {.name = "tom"};
    sley_exception exception = {.message = "by hand", .error = -1001};
    sley_loop *loop = sley_get_running_loop();
    intptr_t error = 0;

    (void)arg;
    sley_task_drop(sley_create_task_with(fails, NULL, &options));
    CHECK_EQ(sley_yield(), 0);
    sley_loop_set_exception_handler(loop, keep_error, &error);
    CHECK_EQ(sley_spawn(fails, NULL), 0);
    CHECK_EQ(sley_yield(), 0);
    CHECK_EQ(error, -2000);
    sley_loop_call_exception_handler(loop, &exception);
    CHECK_EQ(error, -1001);
    sley_loop_set_exception_handler(loop, NULL, NULL);
    error = 0;
    CHECK_EQ(sley_spawn(fails, NULL), 0);
    CHECK_EQ(sley_yield(), 0);
    CHECK_EQ(error, 0);
    return 0;
}

static int in_child(void *arg)
{
    (void)arg, (void)keep;
    return sl_test_run(body, NULL) == 0 ? 0 : 1;
}

TEST_PLAIN(the_exception_handler_can_be_replaced)
{
    ONE_LOOP("the loop that runs a task is the one that was made");
    static struct child child;
    const char *at = child.text;
    int lines = 0;

    assert_true(child_run(&child, in_child, NULL));
    CHECK_VOID(child_exited_with(&child, 0));
    CHECK_VOID(strstr(at, "never retrieved: task 'tom': the cat is out (-2000)\n") != NULL);
    while ((at = strstr(at, "the cat is out")))
        lines++, at++;
    EXPECT_EQ(lines, 3);
    EXPECT(strstr(child.text, "by hand") != NULL);
}
