/* src/sync/lock_shared.c on src/sync/shared.c and src/sched/wait.c: the wait-list core, and the
 * lock that is built of it.
 *
 * One is inside at a time; nobody waits for ever; who was cancelled has not got it, and has
 * passed on what it was woken for; whoever is the last to release may free it. */
#define SL_LOCK_LOOKS 1
#define SL_LOCK_LOOKS_MOST 1
#include "waiters.h"

#include "sync/lock_shared.c"

static sley_lock lock;
static int inside, users, cancelled, left;

/* Whoever learns of it from us sees what we did before. */
static void leave(void)
{
    sl_model_flush(sl_model_current());
    left++;
}

static void use(struct sley_loop *loop, bool frees)
{
    int rc = sl_lock_acquire_shared(&loop, &lock);
    bool last;

    if (rc < 0) {
        model_check(rc == -ECANCELED, "another error");
        cancelled++;
        leave();
        return;
    }
    model_check(inside++ == 0, "two hold it");
    sl_model_step("inside");
    inside--;
    last = --users == 0;
    model_check(sl_lock_release_shared(loop, &lock) == 0, "was not held");
    leave();
    if (frees && last)
        sl_model_freed(&lock, sizeof lock);
}

static void fiber_0(void)
{
    use(&loops[0], true);
}
static void fiber_1(void)
{
    use(&loops[1], true);
}
static void thread(void)
{
    use(NULL, true);
}
static void stays_0(void)
{
    use(&loops[0], false);
}
static void stays_1(void)
{
    use(&loops[1], false);
}
static void stays_thread(void)
{
    use(NULL, false);
}
static void stays_twice(void)
{
    use(&loops[0], false);
    use(&loops[0], false);
}
static void canceller(void)
{
    ask(1);
}
static void releases(void)
{
    model_check(sl_lock_release_shared(NULL, &lock) == 0, "was not held");
}
/* Once nobody else waits for it, it may be freed by who releases it last. */
static void cancels_and_frees(void)
{
    struct sley_loop *loop = NULL;

    ask(1);
    if (sl_lock_acquire_shared(&loop, &lock) == 0)
        sl_lock_release_shared(loop, &lock);
    if (left)
        sl_model_freed(&lock, sizeof lock);
}
static void tries(void)
{
    struct sley_loop *loop = &loops[2];

    if (sl_lock_try_shared(&lock) == 0) {
        model_check(inside++ == 0, "two hold it");
        inside--;
        model_check(sl_lock_release_shared(loop, &lock) == 0, "was not held");
    }
}

static void setup_two(void)
{
    make_fibers(false);
    lock = (sley_lock)SLEY_LOCK_INIT;
    inside = cancelled = left = 0;
    users = 2;
}
static void setup_three(void)
{
    setup_two();
    users = 3;
}
static void setup_held(void)
{
    setup_two();
    lock._locked = SL_LOCK_LOCKED;
}
static void setup_own(void)
{
    setup_two();
    make_fibers(true);
}

static void at_rest(void)
{
    model_check(!lock._waiters.first && lock._locked == 0, "not at rest");
    model_check(sl_load_relaxed((sl_atomic_u32 *)&lock._guard) == 0, "guarded");
    for (int i = 0; i < FIBERS; i++)
        model_check(!(sl_fiber_flags(&fibers[i]) & SL_FIBER_PARKED), "still parked");
}

static const struct sl_model models[] = {
    {"two fibers", setup_two, {fiber_0, fiber_1}, at_rest},
    {"fiber and thread", setup_two, {fiber_0, thread}, at_rest},
    {"two threads", setup_two, {thread, thread}, at_rest},
    {"fibers of two loops", setup_own, {fiber_0, fiber_1}, at_rest},
    {"loop and thread", setup_own, {fiber_0, thread}, at_rest},
    {"cancelled", setup_two, {stays_0, stays_1, canceller}, at_rest},
    {"overtaken", setup_three, {stays_twice, stays_1}, at_rest},
    {"fiber, thread and one that tries", setup_two, {stays_0, stays_thread, tries}, at_rest},
    {"held, and freed", setup_held, {releases, stays_1, cancels_and_frees}, at_rest},
    {"held, two wait, one is cancelled", setup_held,
     {releases, stays_1, stays_0, canceller}, at_rest, .large = true},
    {"three", setup_three, {fiber_0, fiber_1, thread}, at_rest, .large = true},
    {"three and a cancel", setup_three, {stays_0, stays_1, stays_thread, canceller}, at_rest,
     .large = true},
    {0},
};

int main(int argc, char **argv)
{
    return sl_model_main(argc, argv, models);
}
