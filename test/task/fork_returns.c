/* What returns into the parent's loop in the child ends the process with a sentence; nothing else
 * of the parent's runs there, whichever of its functions forked. */
#include "task/fork.h"

#include "os/child.h"

enum where { TASK, CALLBACK, TIMER, STOPPED, GENERATOR, THREAD, SECTION, RUN_ON };

static enum where where;
static _Atomic pid_t forked;

static void other(void *arg)
{
    (void)arg;
    if (forked == 0) {
        static const char text[] = "the parent's callback ran\n";

        EXPECT(write(1, text, sizeof text - 1) > 0);
    }
}

static intptr_t other_task(void *arg)
{
    sley_sleep(sley_ms(30));
    other(arg);
    return 0;
}

static intptr_t ready_task(void *arg)
{
    other(arg);
    return 0;
}

static void callback(void *arg)
{
    forked = fork_begin();
    if (forked == 0 && where == STOPPED)
        sley_loop_stop(arg);
}

static intptr_t generate(sley_generator *generator, void *arg)
{
    (void)generator;
    callback(arg);
    return 0;
}

static intptr_t calls_back(void *arg)
{
    callback(arg);
    return 0;
}

static intptr_t in_section(void)
{
    sley_blocking section = SLEY_BLOCKING_INIT;

    SLEY_BLOCKING(&section) {
        callback(NULL);
        if (forked == 0)
            EXPECT_EQ(sley_yield(), -SLEY_EFORKED);
    }
    return section.rc;
}

static intptr_t program(void *arg)
{
    sley_loop *loop = sley_get_running_loop();
    sley_generator generator;
    intptr_t item;

    (void)arg;
    forked = -1;
    CHECK_EQ(sley_spawn(other_task, NULL), 0);
    CHECK_EQ(sley_spawn(ready_task, NULL), 0); /* is next when the task forks */
    sley_call_later(sley_ms(40), other, NULL);
    if (where == TASK)
        callback(NULL);
    else if (where == TIMER)
        for (int i = 0; i < 3; i++)
            sley_call_later(sley_ms(1), i ? other : callback, NULL);
    else if (where == GENERATOR)
        sley_generator_open(&generator, generate, NULL);
    else if (where == THREAD)
        CHECK_EQ(sley_to_thread(calls_back, NULL), 0);
    else if (where == SECTION)
        CHECK_EQ(in_section(), 0);
    else if (where == RUN_ON)
        CHECK_EQ(sley_run_on(0, calls_back, NULL), 0);
    else
        sley_call_soon(callback, loop);
    CHECK_EQ(sley_spawn(ready_task, NULL), 0); /* and behind the callback */
    if (where == GENERATOR) {
        CHECK_EQ(sley_generator_next(&generator, &item), 0);
        sley_generator_close(&generator);
    }
    if (where == TASK && forked == 0)
        return 0;
    for (int i = 0; i < 100 && (i == 0 || forked < 0); i++) /* another worker may call it */
        CHECK_EQ(sley_sleep(sley_ms(50)), 0);
    CHECK(forked > 0);
    item = fork_status(forked);
    CHECK(WIFSIGNALED(item) && WTERMSIG(item) == SIGABRT);
    return 0;
}

static int run(void *arg)
{
    sley_options options = sl_test_options(NULL);

    (void)arg;
    return sley_run(program, NULL, &options) == 0 && sl_test_failures() == 0 ? FORK_FINE : 1;
}

TEST_PLAIN(return_into_a_dead_loop)
{
    for (int i = TASK; i <= RUN_ON; i++) {
        struct child child;

        where = (enum where)i;
        assert_true(child_run(&child, run, NULL));
        if (!child_exited_with(&child, FORK_FINE))
            print_message("%d: %s\n", i, child.text);
        assert_true(child_exited_with(&child, FORK_FINE));
        assert_non_null(strstr(child.text, "a child ends with _exit or exec"));
        assert_null(strstr(child.text, "the parent's callback ran"));
    }
}
