/* A report that is asked for while others run marks the rings of tasks in which each waits for the
 * next one, and no chain that only looks like one. */
#include "many.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static sley_lock one = SLEY_LOCK_INIT, two = SLEY_LOCK_INIT, free_later = SLEY_LOCK_INIT;
static _Atomic int held, waiting, over;
static char text[65536];

static intptr_t takes_both(void *first)
{
    sley_lock *second = first == &one ? &two : &one;
    int rc;

    CHECK_EQ(sley_lock_acquire(first), 0);
    held++;
    while (held < 2)
        sley_sleep(sley_us(50));
    waiting++;
    rc = sley_lock_acquire(second);
    CHECK(rc == -ECANCELED || over); /* who is cancelled first lets the other one have it */
    if (rc == 0)
        CHECK_EQ(sley_lock_release(second), 0);
    return sley_lock_release(first);
}

/* Two that take two locks in the same order, again and again: never a ring. */
static intptr_t takes_turns(void *arg)
{
    static sley_lock first = SLEY_LOCK_INIT, second = SLEY_LOCK_INIT;
    struct sl_rng rng = own_rng();

    (void)arg;
    while (!over) {
        CHECK_EQ(sley_lock_acquire(&first), 0);
        CHECK_EQ(sley_lock_acquire(&second), 0);
        CHECK_EQ(linger(&rng), 0);
        CHECK_EQ(sley_lock_release(&second), 0);
        CHECK_EQ(linger(&rng), 0);
        CHECK_EQ(sley_lock_release(&first), 0);
    }
    return 0;
}

static intptr_t waits_for_main(void *arg)
{
    (void)arg;
    CHECK_EQ(sley_lock_acquire(&free_later), 0);
    return sley_lock_release(&free_later);
}

/* What a report says, in `text`. */
static bool report(void)
{
    FILE *file = tmpfile();
    size_t n;

    if (!file || sley_report(fileno(file)) < 0)
        return false;
    rewind(file);
    n = fread(text, 1, sizeof text - 1, file);
    text[n] = 0;
    fclose(file);
    return true;
}

static unsigned cycles(void)
{
    unsigned n = 0;

    for (const char *at = text; (at = strstr(at, "  cycle: ")); at++)
        n++;
    return n;
}

static intptr_t body(void *arg)
{
    sley_task_options a = {.name = "a"}, b = {.name = "b"};
    sley_task *tasks[7];

    (void)arg;
    held = waiting = over = 0;
    CHECK_EQ(sley_lock_acquire(&free_later), 0);
    for (int i = 2; i < 6; i++)
        tasks[i] = sley_create_task(takes_turns, NULL);
    tasks[6] = sley_create_task(waits_for_main, NULL);
    for (int i = 0; i < 100; i++) {
        CHECK(report());
        CHECK_EQ(cycles(), 0);
        CHECK_EQ(sley_sleep(sley_us(200)), 0);
    }
    tasks[0] = sley_create_task_with(takes_both, &one, &a);
    tasks[1] = sley_create_task_with(takes_both, &two, &b);
    while (waiting < 2)
        CHECK_EQ(sley_sleep(sley_us(50)), 0);
    for (int i = 0; i < 2000 && cycles() == 0; i++) { /* both are about to wait */
        CHECK_EQ(sley_sleep(sley_ms(5)), 0);
        CHECK(report());
    }
    for (int i = 0; i < 20; i++) {
        CHECK(report());
        CHECK_EQ(cycles(), 1);
        CHECK(strstr(text, "  cycle: task 'a' waits for lock 0x") != NULL);
        CHECK(strstr(text, " held by task 'b', which waits for lock 0x") != NULL);
        CHECK(strstr(text, " held by task 'a'\n") != NULL);
    }
    over = 1;
    sley_task_cancel(tasks[0]);
    sley_task_cancel(tasks[1]);
    CHECK_EQ(sley_lock_release(&free_later), 0);
    for (int i = 0; i < 7; i++) {
        intptr_t word = sley_join(tasks[i]);

        CHECK(word == 0 || (i < 2 && word == -ECANCELED)); /* a cancel may meet its end */
    }
    return 0;
}

TEST_PLAIN(a_report_marks_cycles)
{
    each_workers(body);
}
