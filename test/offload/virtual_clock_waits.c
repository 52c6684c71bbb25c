/* Virtual time stands still while a thread has a job or a section, so that a timeout around one is
 * not over before it; and goes on when it is over, also if nobody waits for its word. */
#include "check.h"

#include <time.h>

static intptr_t works(void *arg)
{
    struct timespec some = {0, (intptr_t)arg * 1000000};

    nanosleep(&some, NULL);
    return (intptr_t)arg;
}

static intptr_t waits_an_hour(void *arg)
{
    sley_instant before = sley_time();

    (void)arg;
    CHECK_EQ(sley_sleep(sley_s(3600)), 0);
    CHECK_EQ(sley_instant_sub(sley_time(), before).ns, sley_s(3600).ns);
    return 0;
}

static intptr_t body(void *arg)
{
    sley_timeout timeout = SLEY_TIMEOUT_INIT;
    sley_blocking section = SLEY_BLOCKING_INIT;
    sley_task *hour = sley_create_task(waits_an_hour, NULL);
    intptr_t word = 0;
    sley_future *job;

    (void)arg;
    SLEY_TIMEOUT(&timeout, sley_ms(1)) {
        word = sley_to_thread(works, (void *)30);
        SLEY_BLOCKING(&section)
            works((void *)30);
    }
    CHECK_EQ(word, 30);
    CHECK_EQ(section.rc, 0);
    CHECK_EQ(sley_time().ns, 0);

    CHECK((job = sley_run_in_executor(NULL, works, (void *)60)) != NULL);
    works((void *)30); /* a thread has begun it by now, and goes on */
    sley_future_cancel(job);
    sley_future_drop(job);
    CHECK_EQ(sley_join(hour), 0);
    CHECK((job = sley_run_in_executor(NULL, works, NULL)) != NULL);
    sley_future_cancel(job);
    sley_future_drop(job);
    return waits_an_hour(NULL);
}

TEST_PLAIN(virtual_clock_waits)
{
    struct timespec began, ended;

    clock_gettime(CLOCK_MONOTONIC, &began);
    for (int workers = 1; workers <= 4; workers += 3)
        assert_int_equal(sl_test_run(body, &(sley_options){
            .size = sizeof(sley_options), .workers = workers, .virtual_clock = true}), 0);
    clock_gettime(CLOCK_MONOTONIC, &ended);
    if (sl_test_timed()) /* none was found by looking now and then */
        assert_true(ended.tv_sec - began.tv_sec < 4);
}
