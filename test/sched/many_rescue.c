/* While a fiber computes on a worker, all that waits in its ring and its wheel goes on elsewhere:
 *
 *     worker 0                                worker 1
 *     a receive, an accept, a sleep, a        .
 *     deadline, what will be cancelled and    spins: nobody steals
 *     closed: all wait; the last receive is
 *     not even submitted
 *     computes                                idles; each of them ends here
 */
#include "rescue.h"

enum { RECEIVED, UNSUBMITTED, SLEPT, CUT, CANCELLED, CLOSED, ACCEPTED, HOW_MANY };

static sl_atomic_u32 parked, placed;
static int pairs[HOW_MANY][2];
static int listening;
static sley_listener listener;

static intptr_t receive(int which)
{
    char byte;

    return sley_recv(pairs[which][0], &byte, 1);
}

static intptr_t one(void *arg)
{
    int which = (int)(intptr_t)arg;
    sley_timeout timeout = SLEY_TIMEOUT_INIT;
    intptr_t word = 0;

    CHECK_EQ(sley_worker_index(), 0);
    sl_add_relaxed(&parked, 1);
    switch (which) {
    case SLEPT:
        return sley_sleep(sley_ms(30));
    case CUT:
        SLEY_TIMEOUT(&timeout, sley_ms(30))
            word = receive(which);
        return word;
    case ACCEPTED:
        word = sley_listener_accept(&listener);
        return word < 0 ? word : sley_close((int)word);
    default:
        return receive(which);
    }
}

/* So that nobody steals from the other one. */
static intptr_t spin(void *arg)
{
    (void)arg;
    while (!sl_load_relaxed(&placed))
        ;
    return 0;
}

static intptr_t place_and_compute(void *passed)
{
    sley_task **tasks = passed;
    sley_task *spins = sley_create_task_with(spin, NULL, &on_1);

    CHECK(spins != NULL);
    CHECK_EQ(sley_listener_open_tcp(&listener, "127.0.0.1:0", 8), 0);
    listening = sley_listener_fd(&listener);
    for (int i = 0; i < HOW_MANY; i++)
        if (i != UNSUBMITTED)
            CHECK((tasks[i] = sley_create_task(one, (void *)(intptr_t)i)) != NULL);
    while (sl_load_relaxed(&parked) < HOW_MANY - 1)
        CHECK_EQ(sley_yield(), 0);
    CHECK_EQ(sley_sleep(sley_ms(1)), 0);
    CHECK((tasks[UNSUBMITTED] = sley_create_task(one, (void *)UNSUBMITTED)) != NULL);
    while (sl_load_relaxed(&parked) < HOW_MANY)
        CHECK_EQ(sley_yield(), 0);
    sl_store_release(&placed, 1);
    CHECK(compute(5000));
    sley_listener_close(&listener);
    return sley_join(spins);
}

static void *peer(void *arg)
{
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    (void)arg;
    while (!sl_load_acquire(&placed))
        usleep(1000);
    usleep(5000);
    CHECK_NULL(write(pairs[RECEIVED][1], "x", 1) == 1 && write(pairs[UNSUBMITTED][1], "x", 1) == 1);
    CHECK_NULL(getsockname(listening, (struct sockaddr *)&address, &length) == 0);
    CHECK_NULL(connect(fd, (struct sockaddr *)&address, length) == 0);
    close(fd);
    return NULL;
}

static intptr_t cancel_and_close(void *passed)
{
    sley_task **tasks = passed;

    while (!sl_load_acquire(&placed))
        CHECK_EQ(sley_sleep(sley_ms(1)), 0);
    CHECK_EQ(sley_sleep(sley_ms(5)), 0);
    CHECK(sley_task_cancel(tasks[CANCELLED]));
    return sley_close(pairs[CLOSED][0]);
}

static intptr_t body(void *arg)
{
    static const intptr_t words[HOW_MANY] = {1, 1, 0, -SLEY_ETIMEOUT, -ECANCELED, -SLEY_ECLOSED, 0};
    sley_task *tasks[HOW_MANY] = {NULL}, *computes, *cancels;
    sley_stats stats = {.size = sizeof stats};
    pthread_t thread;

    (void)arg;
    for (int i = 0; i < HOW_MANY; i++)
        CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pairs[i]), 0);
    CHECK_EQ(pthread_create(&thread, NULL, peer, NULL), 0);
    computes = sley_create_task_with(place_and_compute, tasks, &on_0);
    cancels = sley_create_task_with(cancel_and_close, tasks, &on_1);
    CHECK(computes && cancels);
    while (!sl_load_acquire(&placed)) /* tasks is filled: pairs with the store */
        CHECK_EQ(sley_sleep(sley_ms(1)), 0);
    for (int i = 0; i < HOW_MANY; i++)
        EXPECT_EQ(sley_join(tasks[i]), words[i]);
    CHECK(!sley_task_done(computes));
    sl_store_relaxed(&stop, 1);
    CHECK_EQ(sley_join(computes), 0);
    CHECK_EQ(sley_join(cancels), 0);
    pthread_join(thread, NULL);
    CHECK_EQ(sley_stats_get(&stats), 0);
    CHECK(stats.rescues > 0);
    for (int i = 0; i < HOW_MANY; i++)
        for (int j = i == CLOSED; j < 2; j++)
            CHECK_EQ(sley_close(pairs[i][j]), 0);
    return 0;
}

TEST_PLAIN(what_waits_where_a_fiber_computes_goes_on_elsewhere)
{
    sley_options options = {.workers = 2};

    NEEDS_RESCUE();
    assert_int_equal(sl_test_run(body, &options), 0);
    assert_true(keep_one_processor());
    stop = parked = placed = 0;
    assert_int_equal(sl_test_run(body, &options), 0);
}
