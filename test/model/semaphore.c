/* src/sync/semaphore_shared.c: permits are neither lost nor made; whoever was given the last one
 * may free it. */
#include "waiters.h"

#include "sync/semaphore_shared.c"

static sley_semaphore semaphore;
static int taken, cancelled;

static void takes(struct sley_loop *loop, bool frees)
{
    int rc;

    rc = loop ? acquire_slowly(loop, &semaphore) : sl_semaphore_acquire_shared(&semaphore);
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
    takes(&loops[0], true);
}
static void thread_frees(void)
{
    takes(NULL, true);
}
static void fiber_0(void)
{
    takes(&loops[0], false);
}
static void fiber_1(void)
{
    takes(&loops[1], false);
}
static void thread(void)
{
    takes(NULL, false);
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
static void canceller(void)
{
    ask(0);
}

static int given;

static void setup_one(void)
{
    make_fibers(false);
    semaphore = (sley_semaphore)SLEY_SEMAPHORE_INIT(0);
    taken = cancelled = 0;
    given = 1;
}
static void setup_two(void)
{
    setup_one();
    given = 2;
}
static void setup_own(void)
{
    setup_two();
    make_fibers(true);
}

static void at_rest(void)
{
    model_check(!semaphore._waiters.first && (int)semaphore._value == given - taken, "not at rest");
    for (int i = 0; i < FIBERS; i++)
        model_check(!(sl_fiber_flags(&fibers[i]) & SL_FIBER_PARKED), "still parked");
}
static void not_tried(void)
{
}

static const struct sl_model models[] = {
    {"waiter frees", setup_one, {fiber_frees, gives}, at_rest},
    {"thread frees", setup_one, {thread_frees, gives}, at_rest},
    {"who tries frees", setup_one, {tries_and_frees, gives}, not_tried},
    {"two waiters", setup_two, {fiber_0, fiber_1, gives_two}, at_rest},
    {"waiters of loops", setup_own, {fiber_0, fiber_1, gives_two}, at_rest, .large = true},
    {"cancelled", setup_two, {fiber_0, gives_two, canceller}, at_rest},
    {"one tries", setup_one, {fiber_0, gives, tries}, at_rest},
    {"two givers", setup_two, {fiber_0, gives, gives}, at_rest},
    {"three and a cancel", setup_two, {fiber_0, thread, gives_two, canceller}, at_rest,
     .large = true},
    {0},
};

int main(int argc, char **argv)
{
    return sl_model_main(argc, argv, models);
}
