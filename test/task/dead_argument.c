/* In debug mode a task whose borrowed argument lies in a frame that has returned is reported when
 * it begins, and runs all the same; without debug mode it just runs. */
#include "check.h"

#include "../os/child.h"
#include "dead_argument.h"

/* ---- ways to lend a local variable and return ---- */

static FRAME int lend_to_spawn(void)
{
    int local = 1;

    return sley_spawn(borrower, &local);
}

static FRAME sley_task *lent(void)
{
    int local = 2;

    return sley_create_task_with(borrower, &local, &SLEY_TASK_OPTIONS(.name = "lent"));
}

static int lend_to_create(void)
{
    sley_task *task = lent();

    sley_task_drop(task);
    return task ? 0 : -1;
}

static FRAME int lend_to_loop(void)
{
    int local = 3;
    sley_task *task = sley_loop_create_task(sley_get_running_loop(), borrower, &local, NULL);

    sley_task_drop(task);
    return task ? 0 : -1;
}

static FRAME int lend_to_future(void)
{
    int local = 4;
    sley_future *future = sley_ensure_future(sley_coro_of(borrower, &local));

    sley_future_drop(future);
    return future ? 0 : -1;
}

static FRAME int lend_through_two(void)
{
    volatile int rc = lend_to_spawn();

    return rc;
}

/* Leaves what lay below its own first words as it was. */
static FRAME int yield_over_a_hole(void)
{
    char hole[400];
    int rc;

    KEEP(hole);
    rc = sley_yield();
    KEEP(hole);
    return rc;
}

static FRAME int lend_far_below(void)
{
    char between[2000];
    int rc;

    KEEP(between);
    rc = lend_to_spawn();
    KEEP(between);
    return rc;
}

static intptr_t frames_of_callers(void *arg)
{
    (void)arg;
    CHECK_EQ(lend_through_two(), 0);
    CHECK_EQ(yield_over_a_hole(), 0);
    CHECK_EQ(told.count, 1);
    return 0;
}

/* Where there is no room to look at frames, the creator's own depth tells something. */
static intptr_t lends_on_a_small_stack(void *arg)
{
    (void)arg;
    CHECK_EQ(lend_far_below(), 0);
    return sley_yield();
}

static intptr_t small_stacks(void *arg)
{
    const sley_task_options small = {.stack_size = 16384};

    (void)arg;
    return sley_join(sley_create_task_with(lends_on_a_small_stack, NULL, &small));
}

static intptr_t frames_that_return(void *arg)
{
    int (*const lend[])(void) = {lend_to_spawn, lend_to_create, lend_to_loop, lend_to_future,
                                 lend_through_two};

    (void)arg;
    for (int i = 0; i < 5; i++) {
        CHECK_EQ(lend[i](), 0);
        CHECK_EQ(told.count, 2 * i); /* not before it begins */
        CHECK_EQ(sley_yield(), 0);
        CHECK_EQ(told.count, 2 * i + 1);
        CHECK_EQ(lend[i](), 0);
        CHECK_EQ(yield_below(20), 0);
        CHECK_EQ(told.count, 2 * i + 2);
        CHECK(told.task);
        CHECK_EQ(told.error, 0);
        CHECK(strstr(told.message, "dead frame") != NULL);
    }
    CHECK_EQ(ran, 10);
    return 0;
}

static FRAME int lend_to_group(sley_task_group *group)
{
    int local = 5;

    return sley_task_group_create_task(group, borrower, &local);
}

static intptr_t groups(void *arg)
{
    sley_task_group group;
    int mine = (int)(intptr_t)arg;

    SLEY_TASK_GROUP(&group) {
        CHECK_EQ(lend_to_group(&group), 0);
        CHECK_EQ(sley_task_group_create_task(&group, borrower, &mine), 0);
    }
    CHECK_EQ(ran, 2);
    return 0;
}

static FRAME intptr_t lends_and_ends(void *arg)
{
    int local = 6;

    (void)arg;
    return sley_spawn(borrower, &local);
}

/* The borrower begins on the stack that its creator leaves, called from the same place. */
static intptr_t creators_that_end(void *arg)
{
    const sley_task_options small = {.stack_size = 16384};

    (void)arg;
    CHECK_EQ(sley_join(sley_create_task(lends_and_ends, NULL)), 0);
    CHECK_EQ(sley_yield(), 0);
    CHECK_EQ(sley_join(sley_create_task_with(lends_and_ends, NULL, &small)), 0);
    CHECK_EQ(sley_yield(), 0);
    CHECK_EQ(ran, 2);
    return 0;
}

static intptr_t debug_mode_set_later(void *arg)
{
    sley_loop *loop = sley_get_running_loop();

    (void)arg;
    CHECK_EQ(lend_to_spawn(), 0);
    sley_loop_set_debug(loop, true);
    CHECK_EQ(sley_yield(), 0);
    CHECK_EQ(told.count, 0); /* nobody took a note */
    CHECK_EQ(lend_to_spawn(), 0);
    CHECK_EQ(sley_yield(), 0);
    return 0;
}

static intptr_t lends_once(void *arg)
{
    (void)arg;
    CHECK_EQ(lend_to_create(), 0);
    CHECK_EQ(sley_yield(), 0);
    CHECK_EQ(ran, 1);
    return 0;
}

/* ---- */

static int prints(void *arg)
{
    (void)arg;
    ran = 0;
    return (int)sl_test_run(lends_once, &(sley_options){.debug = true});
}

static int begins_in_the_middle(void *arg)
{
    return (int)sl_test_run_arg(debug_mode_set_later, arg, NULL);
}

TEST_PLAIN(an_argument_in_a_dead_frame_is_reported)
{
    ONE_LOOP("tasks begin when their creator suspends");
    static struct child child;

    assert_int_equal(reports(frames_that_return, NULL, true), 10);
    assert_int_equal(reports(frames_of_callers, NULL, true), 1);
    assert_int_equal(reports(small_stacks, NULL, true), 1);
    assert_int_equal(reports(groups, NULL, true), 1);
    assert_int_equal(reports(creators_that_end, NULL, true), 2);
    assert_int_equal(reports(debug_mode_set_later, NULL, false), 1);
    assert_int_equal(reports(lends_once, NULL, false), 0);
    assert_int_equal(reports(creators_that_end, NULL, false), 0);

    assert_true(child_run(&child, prints, NULL));
    assert_true(child_exited_with(&child, 0));
    assert_non_null(strstr(child.text, "task 'lent'"));
    assert_non_null(strstr(child.text, "borrower"));
    assert_non_null(strstr(child.text, "lent+"));
    assert_true(child_run(&child, begins_in_the_middle, NULL));
    assert_non_null(strstr(child.text, "dead frame"));
    assert_null(strstr(child.text, "without suspending"));
}
