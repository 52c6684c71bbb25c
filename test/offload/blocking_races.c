/* Cancels meet sections that are queued, begin, run or end: a section that says that it was not run
 * was not, each is left once, and no count is wrong afterwards (else close would wait for ever). */
#include "each_workers.h"

#include <errno.h>
#include <pthread.h>

enum { TASKS = 40, ROUNDS = 150 };

static _Atomic long begun, left, told;
static sley_task *tasks[TASKS];

static intptr_t blocks(void *arg)
{
    sley_blocking section = SLEY_BLOCKING_INIT;
    bool ran = false;

    SLEY_BLOCKING(&section) {
        ran = true;
        atomic_fetch_add(&begun, 1);
        for (volatile intptr_t i = 0; i < (intptr_t)arg * 40; i++)
            ;
        atomic_fetch_add(&left, 1);
    }
    CHECK(section.rc == 0 || section.rc == -ECANCELED);
    CHECK(ran || section.rc == -ECANCELED);
    atomic_fetch_add(&told, ran);
    return 0;
}

static void *cancels(void *step)
{
    for (intptr_t i = 0; i < TASKS; i += (intptr_t)step)
        sley_task_cancel(tasks[i]);
    return NULL;
}

static intptr_t once(void)
{
    pthread_t thread;

    atomic_store(&begun, 0);
    atomic_store(&left, 0);
    atomic_store(&told, 0);
    for (intptr_t i = 0; i < TASKS; i++)
        CHECK((tasks[i] = sley_create_task(blocks, (void *)i)) != NULL);
    CHECK(pthread_create(&thread, NULL, cancels, (void *)2) == 0);
    CHECK_EQ(sley_yield(), 0);
    cancels((void *)3);
    pthread_join(thread, NULL);
    for (int i = 0; i < TASKS; i++) {
        intptr_t word = sley_join(tasks[i]); /* -ECANCELED: before it began, or at its end */

        CHECK(word == 0 || word == -ECANCELED);
    }
    CHECK_EQ(atomic_load(&told), atomic_load(&begun));
    CHECK_EQ(atomic_load(&left), atomic_load(&begun));
    return 0;
}

TEST_PLAIN(sections_are_cancelled_at_any_time)
{
    each_workers_race(once, ROUNDS);
}
