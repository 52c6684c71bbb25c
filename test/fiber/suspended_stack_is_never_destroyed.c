/* What is suspended when run or close ends is cancelled and ends by returning: its cleanup runs,
 * and no stack goes away under it. */
#include "check.h"

static int cleaned;

static void clean(int *mine)
{
    cleaned += *mine;
}

static intptr_t waits(void *arg)
{
    int mine __attribute__((cleanup(clean), unused)) = 1;
    sley_event never = SLEY_EVENT_INIT_LOCAL;

    (void)arg;
    return sley_event_wait(&never);
}

static intptr_t leaves_them(void *arg)
{
    for (int i = 0; i < 10; i++)
        CHECK_EQ(sley_spawn(waits, arg), 0);
    return sley_yield();
}

static void count(sley_loop *loop, const sley_exception *exception, void *arg)
{
    (void)loop, (void)exception;
    ++*(int *)arg;
}

TEST_PLAIN(a_suspended_task_is_ended_by_returning)
{
    ONE_LOOP(LOCAL_KIND);
    int said = 0;
    sley_options options = {.exception_handler = count, .exception_arg = &said};
    sley_loop *loop;

    CHECK_EQ_VOID(sl_test_run(leaves_them, NULL), 0);
    CHECK_EQ_VOID(cleaned, 10);
    cleaned = 0;
    options = sl_test_options(&options);
    CHECK_EQ_VOID(sley_loop_new(&loop, &options), 0);
    CHECK_EQ_VOID(sley_loop_run_coro(loop, leaves_them, NULL), 0);
    CHECK_EQ_VOID(cleaned, 0);
    CHECK_EQ_VOID(sley_loop_close(loop), 0);
    CHECK_EQ_VOID(cleaned, 10);
    CHECK_EQ_VOID(said, 10); /* close reports each */
}
