/* src/sync/event.c, the shared kind: whoever waited, or has seen it set, may free it. */
#include "waiters.h"

#include "sync/event.c"

int sl_primitive_bind_slowly(void **owner, struct sley_loop *loop)
{
    return *owner == loop ? 0 : -1;
}

static sley_event event;
static int rc_of[FIBERS], left_it;

static void waits_for_it(struct sley_loop *loop, bool frees)
{
    int rc = loop ? wait_shared(loop, &event) : sley_event_wait(&event);

    rc_of[sl_model_current()] = rc;
    done(&left_it);
    model_check(rc == 0 || rc == -ECANCELED, "another error");
    if (frees)
        sl_model_freed(&event, sizeof event);
}

static void fiber_frees(void)
{
    waits_for_it(as_fiber(), true);
}
static void thread_frees(void)
{
    waits_for_it(as_thread(), true);
}
static void fiber(void)
{
    waits_for_it(as_fiber(), false);
}
static void looks_and_frees(void)
{
    if (sley_event_is_set(&event))
        sl_model_freed(&event, sizeof event);
}
static void cancels_and_frees(void)
{
    ask_first();
    if (sley_event_is_set(&event) && left_it)
        sl_model_freed(&event, sizeof event);
}
static void sets(void)
{
    sley_event_set(&event);
}
static void clears(void)
{
    sley_event_clear(&event);
    sley_event_set(&event);
}

static void setup_of(bool own)
{
    setup_waiters(own);
    event = (sley_event)SLEY_EVENT_INIT;
    memset(rc_of, 0, sizeof rc_of);
    left_it = 0;
}
static void setup(void)
{
    setup_of(false);
}
static void setup_own(void)
{
    setup_of(true);
}
static void setup_set(void)
{
    setup();
    event._set = SET;
}

static void at_rest(void)
{
    nobody_waits(&event._waiters);
    model_check(event._set == SET && event._guard == 0, "not at rest");
    model_check(rc_of[1] == 0, "only the first one was cancelled");
}

static const struct sl_model models[] = {
    {"waiter frees", setup, {fiber_frees, sets}, at_rest},
    {"waiter of a loop frees", setup_own, {fiber_frees, sets}, at_rest},
    {"thread frees", setup, {thread_frees, sets}, at_rest},
    {"who looks frees", setup, {looks_and_frees, sets}, at_rest},
    {"two waiters", setup, {fiber, fiber, sets}, at_rest, .bound = 2, .stale = 2},
    {"cancelled", setup, {fiber, sets, ask_first}, at_rest},
    {"cancelled and freed", setup, {fiber, sets, cancels_and_frees}, at_rest},
    {"two setters", setup, {fiber, sets, sets}, at_rest, .bound = 2},
    {"cleared and set again", setup_set, {fiber, clears, sets}, at_rest},
    {"two waiters and a cancel", setup, {fiber, fiber, sets, ask_first}, at_rest, .large = true},
    {0},
};

int main(int argc, char **argv)
{
    return sl_model_main(argc, argv, models);
}
