/* A signal that comes when its worker is done with the run is not waited for in vain, and the next
 * run's are sent. */
#include "rescue.h"

#include "sched/current.h"
#include "sched/worker.h"

#include <signal.h>

static struct sl_member *member;

static void block(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGURG);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
}

static bool is_on_its_way(void)
{
    return member && sl_load_acquire(&member->kicked);
}

static bool is_watched(void)
{
    return sl_load_relaxed(&sl_current()->team->watchers);
}

/* It is pending until the worker, which has left the run then, restores its thread's mask. */
static intptr_t body(void *arg)
{
    int64_t until = now_ns() + INT64_C(5000000000);

    CHECK_EQ(sley_sleep(sley_ms(1)), 0);
    member = sl_current()->member;
    /* A tick of its processor time calls the watcher: among other processes that may be late. */
    while (!is_watched() && now_ns() < until)
        compute(1);
    block();
    while (!is_on_its_way() && now_ns() < until)
        compute(1);
    CHECK(is_on_its_way());
    return (intptr_t)arg;
}

TEST_PLAIN(the_last_signal_is_not_lost)
{
    sley_options options = {.size = sizeof options, .workers = 2};
    sley_loop *loop;
    intptr_t rc = 0;
    bool left = false;

    NEEDS_RESCUE();
    assert_int_equal(sley_loop_new(&loop, &options), 0);
    for (int i = 0; i < 2 && rc == 0; i++) {
        rc = sley_loop_run_coro(loop, body, NULL);
        left |= is_on_its_way();
    }
    assert_int_equal(sley_loop_close(loop), 0);
    assert_int_equal(rc, 0);
    assert_false(left);
}
