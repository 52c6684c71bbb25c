/* src/sync/barrier.c, the shared kind, on the shared condition and lock: who meets gets each number
 * once, and after abort nobody waits. */
#define SL_LOCK_LOOKS 1
#define SL_LOCK_LOOKS_OF_HEAD 1
#include "waiters.h"

#include "sync/lock_shared.c"
#include "sync/condition.c"
#define change change_barrier
#include "sync/barrier.c"
#undef change

#include "task/scope.c"

enum { ROUNDS = 2 };

static sley_barrier barrier;
static int met[ROUNDS][2];

SL_MODEL_NOT_CALLED(sl_shared_scope_cancelled);
SL_MODEL_NOT_CALLED(sl_future_cancel);
SL_MODEL_NOT_CALLED(sl_no_loop);
const struct sl_wait_class sl_await_class = {.reason = "nobody awaits here"};

int sl_lock_acquire(struct sley_loop **loop, sley_lock *lock)
{
    return sl_lock_acquire_shared(loop, lock);
}

int sl_lock_release(struct sley_loop *loop, sley_lock *lock)
{
    return sl_lock_release_shared(loop, lock);
}

/* Who is cancelled breaks it: the other one may have met it, or wait for it. */
static void meets(int round)
{
    ssize_t number = sley_barrier_wait(&barrier);

    if (number == -ECANCELED)
        model_check(sley_barrier_abort(&barrier) == 0, "it is cancelled once");
    if (number == -ECANCELED || number == -SLEY_EBROKEN)
        return;
    model_check(number == 0 || number == 1, "another error");
    model_check(met[round][number]++ == 0, "two have the same number");
}

static void fiber(void)
{
    (void)as_fiber();
    meets(0);
}
static void thread(void)
{
    (void)as_thread();
    meets(0);
}
static void fiber_twice(void)
{
    (void)as_fiber();
    for (int round = 0; round < ROUNDS; round++)
        meets(round);
}
static void aborts(void)
{
    (void)as_fiber();
    model_check(sley_barrier_abort(&barrier) == 0, "nobody cancels this one");
}
static void resets(void)
{
    (void)as_fiber();
    model_check(sley_barrier_reset(&barrier) == 0, "nobody cancels this one");
    model_check(sley_barrier_abort(&barrier) == 0, "nobody cancels this one");
}

static void setup_of(bool own)
{
    setup_waiters(own);
    barrier = (sley_barrier)SLEY_BARRIER_INIT(2);
    memset(met, 0, sizeof met);
}
static void setup(void)
{
    setup_of(false);
}
static void setup_own(void)
{
    setup_of(true);
}

static void at_rest(void)
{
    nobody_waits(&barrier._condition._waiters);
    nobody_waits(&barrier._condition._own._waiters);
    model_check(barrier._count == 0, "somebody is counted");
    model_check(barrier._state == FILLING || barrier._state == BROKEN, "not at rest");
}
static void all_met(void)
{
    at_rest();
    model_check(met[0][0] && met[0][1] && met[1][0] == met[1][1], "somebody has met nobody");
}

static const struct sl_model models[] = {
    {"two", setup, {fiber, fiber}, all_met, .bound = 2, .stale = 2},
    {"two loops", setup_own, {fiber, fiber}, all_met, .bound = 2, .stale = 2},
    {"fiber and thread", setup, {fiber, thread}, all_met, .bound = 2, .stale = 2},
    {"two, twice", setup, {fiber_twice, fiber_twice}, all_met, .bound = 1, .stale = 1},
    {"cancelled", setup, {fiber, fiber, ask_first}, at_rest, .bound = 2, .stale = 1},
    {"aborted", setup, {fiber, fiber, aborts}, at_rest, .bound = 1, .stale = 1},
    {"reset and aborted", setup, {fiber, fiber, resets}, at_rest, .bound = 1, .stale = 1},
    {"two, twice, and a cancel", setup, {fiber_twice, fiber_twice, ask_first}, at_rest,
     .large = true},
    {0},
};

int main(int argc, char **argv)
{
    return sl_model_main(argc, argv, models);
}
