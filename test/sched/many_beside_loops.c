/* Two runtimes of one loop in two threads, and one of many workers in a third, all at once: the
 * loops keep their order and their local primitives to themselves, and what they send to the
 * workers through shared queues comes back. */
#include "check.h"

#include "base/atomic.h"

#include <pthread.h>

enum { LOOPS = 2, TASKS = 6, ROUNDS = 40, SERVERS = 5 };

static sley_queue asked = SLEY_QUEUE_INIT(4);

/* One loop's. */
struct one {
    pthread_t thread;
    sley_queue answers; /* shared */
    sley_lock lock;     /* local */
    intptr_t index, last, inside, sum;
    char order[TASKS * ROUNDS];
    size_t steps;
};

static struct one loops[LOOPS];

/* ---- one loop: the tasks go on in turn, and only one has the lock ---- */

static intptr_t goes_on_in_turn(void *arg)
{
    struct one *one = *(struct one **)arg;
    char id = (char)((struct one **)arg)[1]->index;

    for (int i = 0; i < ROUNDS; i++) {
        CHECK_EQ(sley_lock_acquire(&one->lock), 0);
        CHECK_EQ(one->inside++, 0);
        one->inside--;
        CHECK_EQ(sley_lock_release(&one->lock), 0);
        one->order[one->steps++] = id;
        CHECK_EQ(sley_yield(), 0);
    }
    return 0;
}

static intptr_t asks(void *arg)
{
    struct one *one = arg;

    for (intptr_t i = 1; i <= ROUNDS; i++)
        CHECK_EQ(sley_queue_put(&asked, one->index * 1000 + i), 0);
    return 0;
}

static intptr_t is_answered(void *arg)
{
    struct one *one = arg;
    intptr_t item;

    for (int i = 0; i < ROUNDS; i++) {
        CHECK_EQ(sley_queue_get(&one->answers, &item), 0);
        CHECK_EQ(-item / 1000, one->index);
        one->sum += -item % 1000;
    }
    return 0;
}

static intptr_t of_one_loop(void *arg)
{
    struct one *one = arg;
    struct one ids[TASKS], *args[TASKS][2];
    sley_task *tasks[TASKS + 2];

    for (intptr_t i = 0; i < TASKS; i++) {
        ids[i].index = i;
        args[i][0] = one;
        args[i][1] = &ids[i];
        CHECK((tasks[i] = sley_create_task(goes_on_in_turn, args[i])) != NULL);
    }
    CHECK((tasks[TASKS] = sley_create_task(asks, one)) != NULL);
    CHECK((tasks[TASKS + 1] = sley_create_task(is_answered, one)) != NULL);
    for (int i = 0; i < TASKS + 2; i++)
        CHECK_EQ(sley_join(tasks[i]), 0);
    CHECK_EQ(sley_worker_count(), 1);
    for (size_t i = 0; i < one->steps; i++)
        CHECK_EQ(one->order[i], i % TASKS);
    CHECK_EQ(one->sum, ROUNDS * (ROUNDS + 1) / 2);
    return 7;
}

static void *runs_a_loop(void *arg)
{
    sley_options options = {.size = sizeof options, .simulated_ring = sl_test_simulated()};

    EXPECT_EQ(sley_run(of_one_loop, arg, &options), 7);
    return NULL;
}

/* ---- many workers ---- */

static intptr_t serves(void *arg)
{
    intptr_t item;
    int rc;

    while ((rc = sley_queue_get(&asked, &item)) == 0) {
        CHECK(sley_lock_acquire(&loops[0].lock) == -SLEY_EWRONGLOOP);
        CHECK_EQ(sley_queue_put(&loops[item / 1000 - 1].answers, -item), 0);
    }
    return rc == -SLEY_ESHUTDOWN ? (intptr_t)arg : rc;
}

static intptr_t ended(void *arg)
{
    for (int i = 0; i < LOOPS; i++)
        pthread_join(loops[i].thread, NULL);
    return (intptr_t)arg;
}

static intptr_t of_many(void *arg)
{
    sley_task *servers[SERVERS];

    (void)arg;
    for (int i = 0; i < SERVERS; i++)
        CHECK((servers[i] = sley_create_task(serves, NULL)) != NULL);
    CHECK_EQ(sley_to_thread(ended, NULL), 0);
    CHECK_EQ(sley_queue_shutdown(&asked, false), 0);
    for (int i = 0; i < SERVERS; i++)
        CHECK_EQ(sley_join(servers[i]), 0);
    return sley_queue_close(&asked);
}

TEST_PLAIN(loops_of_their_own_beside_many_workers)
{
    static const int workers[] = {2, 4};

    for (int i = 0; i < 2; i++) {
        sley_options options = {.workers = workers[i]};

        asked = (sley_queue)SLEY_QUEUE_INIT(4);
        for (intptr_t j = 0; j < LOOPS; j++) {
            loops[j] = (struct one){.index = j + 1,
                                    .answers = SLEY_QUEUE_INIT(2),
                                    .lock = SLEY_LOCK_INIT_LOCAL};
            assert_int_equal(pthread_create(&loops[j].thread, NULL, runs_a_loop, &loops[j]), 0);
        }
        CHECK_EQ_VOID(sl_test_run(of_many, &options), 0);
        for (int j = 0; j < LOOPS; j++)
            sley_queue_close(&loops[j].answers);
    }
}
