/* In debug mode nobody is accused whose argument is alive when the task begins: in a frame that has
 * not returned, however deep the calls since then, in a generator, in a copy, anywhere else. */
#include "check.h"

#include <stdlib.h>

#include "dead_argument.h"

static FRAME int pass_on(int *outer)
{
    volatile int rc = sley_spawn(borrower, outer);

    return rc;
}

static FRAME int lend_and_wait(int depth)
{
    int local = depth;

    if (depth % 3 == 0)
        CHECK_EQ(pass_on(&local), 0);
    CHECK_EQ(sley_spawn(borrower, &local), 0);
    if (depth)
        CHECK_EQ(lend_and_wait(depth - 1), 0);
    CHECK_EQ(yield_below(depth % 7), 0);
    return local == depth ? 0 : -1;
}

static FRAME int lend_a_copy(void)
{
    int local = 7;

    return sley_spawn_copy(borrower, &local, sizeof local);
}

static int lend_something_else(void *threads_own)
{
    static int forever;
    int *heap = malloc(sizeof *heap);

    CHECK_EQ(sley_spawn(borrower, &forever), 0);
    CHECK_EQ(sley_spawn(borrower, heap), 0);
    CHECK_EQ(sley_spawn(borrower, NULL), 0);
    CHECK_EQ(sley_spawn(borrower, threads_own), 0);
    CHECK_EQ(sley_yield(), 0);
    free(heap);
    return 0;
}

static void in_a_callback(void *arg)
{
    EXPECT_EQ(sley_spawn(borrower, arg), 0);
}

static intptr_t generated(sley_generator *generator, void *asker)
{
    int local = 8;

    for (int i = 0; i < 3; i++) {
        CHECK_EQ(sley_spawn(borrower, &local), 0);
        CHECK_EQ(sley_spawn(borrower, asker), 0);
        if (i == 1)
            CHECK_EQ(sley_yield(), 0);
        else if (sley_generator_yield(generator, i) < 0)
            return 0; /* closed */
    }
    return 0;
}

static int generators(void)
{
    sley_generator generator;
    intptr_t item;
    int mine = 9, asked = 0;

    CHECK_EQ(sley_generator_open(&generator, generated, &mine), 0);
    do {
        CHECK_EQ(sley_spawn(borrower, &mine), 0);
        asked++;
    } while (sley_generator_next(&generator, &item) == 1 && sley_yield() == 0);
    sley_generator_close(&generator);
    CHECK_EQ(asked, 3);
    return sley_yield();
}

static intptr_t asks_and_ends(void *generator)
{
    intptr_t item;

    CHECK_EQ(sley_generator_next(generator, &item), 1);
    return 0;
}

/* The frame is not that of the task which asked, and stays when that has ended. */
static int generator_of_two_askers(void)
{
    sley_generator generator;
    intptr_t item;
    int mine = 9;

    CHECK_EQ(sley_generator_open(&generator, generated, &mine), 0);
    CHECK_EQ(sley_spawn(asks_and_ends, &generator), 0);
    CHECK_EQ(sley_yield(), 0);
    CHECK_EQ(sley_yield(), 0);
    CHECK_EQ(sley_generator_next(&generator, &item), 1);
    sley_generator_close(&generator);
    return sley_yield();
}

static intptr_t lends_what_stays(void *threads_own)
{
    return sley_spawn(borrower, threads_own);
}

static FRAME sley_task *lent_and_dead(void)
{
    int local = 12;

    return sley_create_task(borrower, &local);
}

static intptr_t frames_that_live(void *threads_own)
{
    sley_loop *loop = sley_get_running_loop();
    sley_task *task;
    int mine = 10;

    for (int i = 0; i < 50; i++)
        CHECK_EQ(lend_and_wait(i), 0);
    CHECK_EQ(pass_on(&mine), 0);
    CHECK_EQ(yield_below(3), 0);
    CHECK_EQ(lend_a_copy(), 0);
    CHECK_EQ(yield_below(3), 0);
    CHECK_EQ(lend_something_else(threads_own), 0);
    sley_loop_call_soon(loop, in_a_callback, &mine);
    CHECK_EQ(sley_yield(), 0);
    CHECK_EQ(sley_yield(), 0);
    CHECK_EQ(generators(), 0);
    CHECK_EQ(generator_of_two_askers(), 0);
    CHECK_EQ(sley_join(sley_create_task(lends_what_stays, threads_own)), 0);
    CHECK_EQ(sley_yield(), 0);
    /* One that never begins uses nothing. */
    task = lent_and_dead();
    CHECK(sley_task_cancel(task));
    CHECK_EQ(sley_join(task), -ECANCELED);
    ran = 0;
    CHECK_EQ(sley_spawn(borrower, &mine), 0);
    CHECK_EQ(sley_yield(), 0);
    CHECK_EQ(ran, 1);
    return 0;
}

static intptr_t copies(void *arg)
{
    (void)arg;
    CHECK_EQ(lend_a_copy(), 0);
    CHECK_EQ(sley_yield(), 0);
    CHECK_EQ(ran, 1);
    return 0;
}

TEST_PLAIN(an_argument_that_lives_is_not_reported)
{
    ONE_LOOP("tasks begin when their creator suspends");
    int mine = 11;

    assert_int_equal(reports(frames_that_live, &mine, true), 0);
    assert_int_equal(reports(copies, NULL, true), 0);
}
