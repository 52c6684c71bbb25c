/* src/sync/semaphore_shared.c: permits are neither lost nor made; whoever was given the last one
 * may free it. */
#include "waiters.h"

#include "sync/semaphore_shared.c"

SL_MODEL_NOT_CALLED(sl_semaphore_describe);

static sley_semaphore semaphore;
static int given, taken, cancelled;

static void takes(struct sley_loop *loop, bool frees)
{
    int rc = loop ? acquire_slowly(loop, &semaphore) : sl_semaphore_acquire_shared(&semaphore);

    model_check(rc == 0 || rc == -ECANCELED, "another error");
    if (rc == 0)
        taken++;
    else
        cancelled++;
    if (frees)
        sl_model_freed(&semaphore, sizeof semaphore);
}

static void fiber_frees(void)
{
    takes(as_fiber(), true);
}
static void thread_frees(void)
{
    takes(as_thread(), true);
}
static void fiber(void)
{
    takes(as_fiber(), false);
}
static void thread(void)
{
    takes(as_thread(), false);
}
static void tries_and_frees(void)
{
    if (sl_semaphore_try_shared(&semaphore) == 0)
        sl_model_freed(&semaphore, sizeof semaphore);
}
static void tries(void)
{
    if (sl_semaphore_try_shared(&semaphore) == 0)
        sl_semaphore_release_shared(&semaphore);
}
static void gives(void)
{
    model_check(sl_semaphore_release_shared(&semaphore) == 0, "refused");
}
static void gives_two(void)
{
    gives();
    gives();
}

static void setup_of(bool own, int n)
{
    setup_waiters(own);
    semaphore = (sley_semaphore)SLEY_SEMAPHORE_INIT(0);
    taken = cancelled = 0;
    given = n;
}
static void setup_one(void)
{
    setup_of(false, 1);
}
static void setup_two(void)
{
    setup_of(false, 2);
}
static void setup_own(void)
{
    setup_of(true, 2);
}

static void at_rest(void)
{
    nobody_waits(&semaphore._waiters);
    model_check((int)semaphore._value == given - taken, "not at rest");
}
static void not_tried(void)
{
}

static const struct sl_model models[] = {
    {"waiter frees", setup_one, {fiber_frees, gives}, at_rest},
    {"thread frees", setup_one, {thread_frees, gives}, at_rest},
    {"who tries frees", setup_one, {tries_and_frees, gives}, not_tried},
    {"two waiters", setup_two, {fiber, fiber, gives_two}, at_rest, .bound = 2, .stale = 2},
    {"waiters of loops", setup_own, {fiber, fiber, gives_two}, at_rest, .large = true},
    {"cancelled", setup_two, {fiber, gives_two, ask_first}, at_rest},
    {"one tries", setup_one, {fiber, gives, tries}, at_rest},
    {"two givers", setup_two, {fiber, gives, gives}, at_rest, .bound = 2},
    {"three and a cancel", setup_two, {fiber, thread, gives_two, ask_first}, at_rest,
     .large = true},
    {0},
};

int main(int argc, char **argv)
{
    return sl_model_main(argc, argv, models);
}
