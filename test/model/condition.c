/* src/sync/condition.c, the shared kind, on the shared lock: no notification is lost, also if who
 * had it was cancelled; who has waited holds the lock, whatever ended the wait. */
#define SL_LOCK_LOOKS 1
#define SL_LOCK_LOOKS_OF_HEAD 1
#include "waiters.h"

#include "sync/lock_shared.c"
#include "sync/condition.c"

#include "task/scope.c"

static sley_condition condition;
static bool flag;
static int inside, seen, cancelled;

SL_MODEL_NOT_CALLED(sl_shared_scope_cancelled);
SL_MODEL_NOT_CALLED(sl_future_cancel);
const struct sl_wait_class sl_await_class = {.reason = "nobody awaits here"};

int sl_lock_acquire(struct sley_loop **loop, sley_lock *lock)
{
    return sl_lock_acquire_shared(loop, lock);
}

int sl_lock_release(struct sley_loop *loop, sley_lock *lock)
{
    inside--;
    return sl_lock_release_shared(loop, lock);
}

static int enter(struct sley_loop **loop)
{
    int rc = sl_lock_acquire(loop, &condition._own);

    if (rc == 0)
        model_check(++inside == 1, "two hold the lock");
    return rc;
}

/* Tells one more when it has seen the flag: everybody is told in the end. */
static void waits_for_flag(struct sley_loop *loop)
{
    int rc = enter(&loop);

    if (rc < 0) { /* asked before it had the lock */
        cancelled++;
        return;
    }
    while (rc == 0 && !flag) {
        rc = sl_condition_wait(&loop, &condition, condition_waits);
        model_check(++inside == 1, "waited, and does not hold the lock");
    }
    model_check(rc == 0 || rc == -ECANCELED, "another error");
    *(rc == 0 ? &seen : &cancelled) += 1;
    if (rc == 0)
        sl_condition_wake(loop, &condition, 1);
    model_check(sl_lock_release(loop, &condition._own) == 0, "was not held");
}

static void fiber(void)
{
    waits_for_flag(as_fiber());
}

static void thread(void)
{
    waits_for_flag(as_thread());
}

static void tell(size_t n)
{
    struct sley_loop *loop = as_fiber();

    model_check(enter(&loop) == 0, "nobody cancels this one");
    flag = true;
    sl_condition_wake(loop, &condition, n);
    model_check(sl_lock_release(loop, &condition._own) == 0, "was not held");
}

static void tells(void)
{
    tell(1);
}

static void tells_all(void)
{
    tell(SIZE_MAX);
}

static void setup_of(bool own)
{
    setup_waiters(own);
    condition = (sley_condition)SLEY_CONDITION_INIT;
    flag = false;
    inside = seen = cancelled = 0;
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
    nobody_waits(&condition._waiters);
    nobody_waits(&condition._own._waiters);
    model_check(condition._own._locked == 0 && condition._own._guard == 0, "not at rest");
    model_check(condition._guard == 0 && inside == 0 && cancelled <= 1, "not at rest");
}

static const struct sl_model models[] = {
    {"fiber", setup, {fiber, tells}, at_rest},
    {"fiber of a loop", setup_own, {fiber, tells}, at_rest},
    {"thread", setup, {thread, tells}, at_rest},
    {"cancelled", setup, {fiber, tells, ask_first}, at_rest, .bound = 2, .stale = 2},
    {"two fibers", setup, {fiber, fiber, tells}, at_rest, .bound = 2, .stale = 2},
    {"fiber and thread", setup, {fiber, thread, tells}, at_rest, .bound = 2, .stale = 2},
    {"all", setup, {fiber, fiber, tells_all}, at_rest, .bound = 2, .stale = 1},
    {"two, and a cancel", setup, {fiber, fiber, tells, ask_first}, at_rest, .bound = 1,
     .stale = 1},
    {"three, and a cancel", setup, {fiber, fiber, thread, tells, ask_first}, at_rest,
     .large = true},
    {0},
};

int main(int argc, char **argv)
{
    return sl_model_main(argc, argv, models);
}
