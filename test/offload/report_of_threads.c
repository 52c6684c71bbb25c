/* A report says of a section and of a job whether a thread runs it, and of a lock that a thread
 * holds that one does. */
#include "check.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static sley_lock lock = SLEY_LOCK_INIT;
static sley_executor *one;
static sem_t begun, go_on;

static intptr_t job(void *arg)
{
    return (intptr_t)arg;
}

static intptr_t takes_a_section(void *arg)
{
    sley_blocking section = SLEY_BLOCKING_INIT;

    (void)arg;
    SLEY_BLOCKING_IN(&section, one) {
        EXPECT_EQ(sley_lock_acquire(&lock), 0);
        sem_post(&begun);
        sem_wait(&go_on);
        EXPECT_EQ(sley_lock_release(&lock), 0);
    }
    return section.rc;
}

static intptr_t comes_second(void *arg)
{
    sley_blocking section = SLEY_BLOCKING_INIT;

    (void)arg;
    SLEY_BLOCKING_IN(&section, one)
        ;
    return section.rc;
}

static intptr_t wants_the_lock(void *arg)
{
    (void)arg;
    CHECK_EQ(sley_lock_acquire(&lock), 0);
    return sley_lock_release(&lock);
}

static intptr_t awaits(void *future)
{
    return sley_await(future);
}

/* Until it has been said; a task that was just made may not wait yet. */
static bool is_said(const char *task, const char *what)
{
    static char text[8192];
    int ends[2];

    for (int i = 0; i < 10000; i++) {
        char *line;
        ssize_t n;

        if (pipe(ends) < 0 || sley_report(ends[1]) < 0)
            return false;
        n = read(ends[0], text, sizeof text - 1);
        text[n > 0 ? n : 0] = 0;
        close(ends[0]);
        close(ends[1]);
        if ((line = strstr(text, task))) {
            line[strcspn(line, "\n")] = 0;
            if (strstr(line, what))
                return true;
        }
        sley_sleep(sley_ms(1));
    }
    return false;
}

static sley_task *named(const char *name, sley_fn *fn, void *arg)
{
    return sley_create_task_with(fn, arg, &SLEY_TASK_OPTIONS(.name = name));
}

TEST_FIBER(a_report_says_what_threads_do)
{
    sley_task *tasks[4];
    sley_future *future;

    CHECK(sem_init(&begun, 0, 0) == 0 && sem_init(&go_on, 0, 0) == 0);
    CHECK_EQ(sley_executor_new(&one, 1), 0);
    tasks[0] = named("first", takes_a_section, NULL);
    while (sem_trywait(&begun) < 0)
        CHECK_EQ(sley_sleep(sley_ms(1)), 0);
    tasks[1] = named("second", comes_second, NULL);
    tasks[2] = named("third", wants_the_lock, NULL);
    CHECK((future = sley_run_in_executor(one, job, (void *)7)) != NULL);
    tasks[3] = named("fourth", awaits, future);
    EXPECT(is_said("'first'", "(running);"));
    EXPECT(is_said("'second'", "(queued);"));
    EXPECT(is_said("'third'", " held by a thread;"));
    EXPECT(is_said("'fourth'", "(a job, queued);"));
    sem_post(&go_on);
    for (int i = 0; i < 3; i++)
        CHECK_EQ(sley_join(tasks[i]), 0);
    CHECK_EQ(sley_join(tasks[3]), 7);
    sley_future_drop(future);
    sley_executor_close(one);
    return 0;
}
