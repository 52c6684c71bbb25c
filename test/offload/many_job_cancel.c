/* A job that waits for a thread of the pool is taken back by whoever cancels the task that awaits
 * it: a plain thread, or the end of the run. */
#include "check.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <time.h>

static sem_t hold;

static intptr_t holds_the_thread(void *arg)
{
    (void)arg;
    while (sem_wait(&hold) < 0 && errno == EINTR)
        ;
    return 1;
}

static intptr_t never_runs(void *arg)
{
    (void)arg;
    CHECK(!"a job ran that was taken back");
    return 2;
}

static intptr_t awaits_the_first(void *arg)
{
    (void)arg;
    return sley_to_thread(holds_the_thread, NULL);
}

static intptr_t awaits_the_second(void *arg)
{
    (void)arg;
    return sley_to_thread(never_runs, NULL);
}

static void *cancels(void *task)
{
    return sley_task_cancel(task) ? task : NULL;
}

static intptr_t cancel_the_second(void)
{
    sley_task *second;
    pthread_t thread;
    void *told;

    CHECK_EQ(sley_sleep(sley_ms(10)), 0);
    CHECK((second = sley_create_task(awaits_the_second, NULL)) != NULL);
    CHECK_EQ(sley_sleep(sley_ms(10)), 0); /* its job is queued, mostly */
    CHECK(pthread_create(&thread, NULL, cancels, second) == 0);
    pthread_join(thread, &told);
    CHECK(told != NULL);
    CHECK_EQ(sley_join(second), -ECANCELED);
    return 0;
}

static intptr_t cancelled_by_a_thread(void *arg)
{
    sley_task *first = sley_create_task(awaits_the_first, NULL);
    intptr_t rc = first ? cancel_the_second() : -1;

    (void)arg;
    sem_post(&hold);
    CHECK_EQ(sley_join(first), 1);
    return rc;
}

static void *posts_later(void *arg)
{
    nanosleep(&(struct timespec){.tv_nsec = 60000000}, NULL);
    sem_post(&hold);
    return arg;
}

static intptr_t returns(void *arg)
{
    return (intptr_t)arg;
}

static intptr_t awaits_another(void *arg)
{
    return sley_to_thread(returns, arg);
}

static intptr_t spawn_two(void)
{
    CHECK_EQ(sley_spawn(awaits_the_first, NULL), 0);
    CHECK_EQ(sley_sleep(sley_ms(10)), 0);
    CHECK_EQ(sley_spawn(awaits_another, NULL), 0);
    CHECK_EQ(sley_sleep(sley_ms(10)), 0);
    return 0;
}

/* The first job goes on until the end of the run has cancelled what awaits the second, mostly. */
static intptr_t ends_meanwhile(void *thread)
{
    intptr_t rc = spawn_two();

    CHECK(pthread_create(thread, NULL, posts_later, NULL) == 0);
    return rc;
}

TEST_PLAIN(a_queued_job_is_taken_back_from_anywhere)
{
    for (int workers = 1; workers <= 4; workers *= 2) {
        sley_options options = {.workers = workers, .executor_threads = 1};
        pthread_t thread;

        sem_init(&hold, 0, 0);
        assert_int_equal(sl_test_run(cancelled_by_a_thread, &options), 0);
        assert_int_equal(sl_test_run_arg(ends_meanwhile, &thread, &options), 0);
        pthread_join(thread, NULL);
        sem_destroy(&hold);
    }
}
