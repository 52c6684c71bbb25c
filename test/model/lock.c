/* src/sync/lock_shared.c on src/sync/shared.c and src/sched/wait.c: the wait-list core, and the
 * lock that is built of it.
 *
 * One is inside at a time; nobody waits for ever; who was cancelled has not got it, and has
 * passed on what it was woken for; whoever is the last to release may free it. */
#define SL_LOCK_LOOKS 1
#define SL_LOCK_LOOKS_OF_HEAD 1
#include "waiters.h"

#include "sync/lock_shared.c"

static sley_lock lock;
static int inside, users, cancelled, left_it;

static void use(struct sley_loop *loop, bool frees)
{
    int rc = sl_lock_acquire_shared(&loop, &lock);
    bool last;

    if (rc < 0) {
        model_check(rc == -ECANCELED, "another error");
        cancelled++;
        done(&left_it);
        return;
    }
    model_check(inside++ == 0, "two hold it");
    sl_model_step("inside");
    inside--;
    last = --users == 0;
    model_check(sl_lock_release_shared(loop, &lock) == 0, "was not held");
    done(&left_it);
    if (frees && last)
        sl_model_freed(&lock, sizeof lock);
}

static void fiber(void)
{
    use(as_fiber(), true);
}
static void thread(void)
{
    use(as_thread(), true);
}
static void stays(void)
{
    use(as_fiber(), false);
}
static void thread_stays(void)
{
    use(as_thread(), false);
}
static void stays_twice(void)
{
    stays();
    stays();
}
static void releases(void)
{
    model_check(sl_lock_release_shared(as_thread(), &lock) == 0, "was not held");
}
/* Once nobody else waits for it, it may be freed by who releases it last. */
static void cancels_and_frees(void)
{
    struct sley_loop *loop = as_thread();

    ask_first();
    if (sl_lock_acquire_shared(&loop, &lock) == 0)
        sl_lock_release_shared(loop, &lock);
    if (left_it)
        sl_model_freed(&lock, sizeof lock);
}
static void tries(void)
{
    if (sl_lock_try_shared(&lock) == 0) {
        model_check(inside++ == 0, "two hold it");
        inside--;
        model_check(sl_lock_release_shared(sl_current(), &lock) == 0, "was not held");
    }
}

static void setup_of(bool own, int n)
{
    setup_waiters(own);
    lock = (sley_lock)SLEY_LOCK_INIT;
    inside = cancelled = left_it = 0;
    users = n;
}
static void setup_two(void)
{
    setup_of(false, 2);
}
static void setup_three(void)
{
    setup_of(false, 3);
}
static void setup_held(void)
{
    setup_of(false, 2);
    lock._locked = SL_LOCK_LOCKED;
}
static void setup_own(void)
{
    setup_of(true, 2);
}

static void at_rest(void)
{
    nobody_waits(&lock._waiters);
    model_check(lock._locked == 0 && lock._guard == 0, "not at rest");
}

static const struct sl_model models[] = {
    {"two fibers", setup_two, {fiber, fiber}, at_rest},
    {"fiber and thread", setup_two, {fiber, thread}, at_rest},
    {"two threads", setup_two, {thread, thread}, at_rest},
    {"fibers of two loops", setup_own, {fiber, fiber}, at_rest},
    {"loop and thread", setup_own, {fiber, thread}, at_rest},
    {"cancelled", setup_two, {stays, stays, ask_first}, at_rest},
    {"overtaken", setup_three, {stays_twice, stays}, at_rest},
    {"fiber, thread and one that tries", setup_two, {stays, thread_stays, tries}, at_rest,
     .bound = 2},
    {"held, and freed", setup_held, {stays, releases, cancels_and_frees}, at_rest, .bound = 2,
     .stale = 3},
    {"held, two wait, one is cancelled", setup_held, {stays, stays, releases, ask_first}, at_rest,
     .large = true},
    {"three", setup_three, {fiber, fiber, thread}, at_rest, .bound = 2, .stale = 2},
    {"three and a cancel", setup_three, {stays, stays, thread_stays, ask_first}, at_rest,
     .large = true},
    {0},
};

int main(int argc, char **argv)
{
    return sl_model_main(argc, argv, models);
}
