/* Closing a runtime waits for its jobs, also for those that nobody waits for and in the program's
 * own pool, on any number of workers. */
#include "each_workers.h"

#include <pthread.h>
#include <time.h>

enum { JOBS = 6 };

static _Atomic long over;
static sley_executor *own;

static intptr_t slow(void *arg)
{
    struct timespec some = {0, 5000000};

    (void)arg;
    nanosleep(&some, NULL);
    atomic_fetch_add(&over, 1);
    return 0;
}

static intptr_t forgets(void *arg)
{
    (void)arg;
    for (int i = 0; i < JOBS; i++) {
        sley_future *job = sley_run_in_executor(i % 2 ? own : NULL, slow, NULL);

        CHECK(job != NULL);
        sley_future_drop(job);
    }
    return 0;
}

TEST_PLAIN(close_waits_for_jobs)
{
    for (int i = 0; i < 10; i++) {
        atomic_store(&over, 0);
        CHECK_EQ_VOID(sley_executor_new(&own, 1), 0);
        for (int w = 1; w <= 4; w *= 2) {
            long before = over;

            sl_test_run(forgets, &(sley_options){.size = sizeof(sley_options), .workers = w});
            CHECK_EQ_VOID(over, before + JOBS);
        }
        sley_executor_close(own);
    }
}
