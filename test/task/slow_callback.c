/* In debug mode a task, by its name, or a callback that runs too long is reported, and no other. */
#include "check.h"

#include "../os/child.h"

static void called(void *arg)
{
    int64_t until = sley_time().ns + 30000000;

    while (sley_time().ns < until)
        ;
    if (arg)
        sley_event_set(arg);
}

static intptr_t computes(void *arg)
{
    static sley_event event = SLEY_EVENT_INIT;

    called(arg);
    CHECK(sley_handle_valid(sley_call_soon(called, &event)));
    return sley_event_wait(&event);
}

static int in_child(void *options)
{
    return (int)sl_test_run(computes, options);
}

TEST_PLAIN(debug_mode_reports_slow_tasks)
{
    static struct child child;
    sley_options options = {.debug = true, .slow_callback = sley_ms(20)};

    assert_true(child_run(&child, in_child, &options));
    CHECK_VOID(strstr(child.text, "sley: task 'main', computes ran for ") != NULL);
    CHECK_VOID(strstr(child.text, "sley: a callback ran for ") != NULL);
    options.slow_callback = sley_s(20);
    assert_true(child_run(&child, in_child, &options));
    CHECK_VOID(strstr(child.text, "without suspending") == NULL);
    options.slow_callback = sley_ms(20);
    options.debug = false;
    assert_true(child_run(&child, in_child, &options));
    if (!sl_test_many()) /* else somebody may see it meanwhile */
        CHECK_VOID(strstr(child.text, "without suspending") == NULL);
}
