/* src/sync/event.c, the shared kind: whoever waited, or has seen it set, may free it. */
#include "waiters.h"

#include "sync/event.c"

int sl_primitive_bind_slowly(void **owner, struct sley_loop *loop)
{
    return *owner == loop ? 0 : -1;
}

static sley_event event;
static int rc_of[FIBERS], left;

static void waits(int i, struct sley_loop *loop, bool frees)
{
    int rc = loop ? wait_shared(loop, &event) : sley_event_wait(&event);

    rc_of[i] = rc;
    sl_model_flush(sl_model_current()); /* who learns of it sees what came before */
    left++;
    model_check(rc == 0 || rc == -ECANCELED, "another error");
    if (frees)
        sl_model_freed(&event, sizeof event);
}

static void fiber_frees(void)
{
    waits(0, &loops[0], true);
}
static void thread_frees(void)
{
    waits(0, NULL, true);
}
static void fiber_0(void)
{
    waits(0, &loops[0], false);
}
static void fiber_1(void)
{
    waits(1, &loops[1], false);
}
static void looks_and_frees(void)
{
    if (sley_event_is_set(&event))
        sl_model_freed(&event, sizeof event);
}
static void cancels_and_frees(void)
{
    ask(0);
    if (sley_event_is_set(&event) && left)
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
static void canceller(void)
{
    ask(0);
}

static void setup(void)
{
    make_fibers(false);
    event = (sley_event)SLEY_EVENT_INIT;
    memset(rc_of, 0, sizeof rc_of);
    left = 0;
}
static void setup_own(void)
{
    setup();
    make_fibers(true);
}
static void setup_set(void)
{
    setup();
    event._set = SET;
}

static void at_rest(void)
{
    model_check(event._set == SET && !event._waiters.first, "not at rest");
    model_check(rc_of[1] == 0, "only the other one was cancelled");
    for (int i = 0; i < FIBERS; i++)
        model_check(!(sl_fiber_flags(&fibers[i]) & SL_FIBER_PARKED), "still parked");
}

static const struct sl_model models[] = {
    {"waiter frees", setup, {fiber_frees, sets}, at_rest},
    {"waiter of a loop frees", setup_own, {fiber_frees, sets}, at_rest},
    {"thread frees", setup, {thread_frees, sets}, at_rest},
    {"who looks frees", setup, {looks_and_frees, sets}, at_rest},
    {"two waiters", setup, {fiber_0, fiber_1, sets}, at_rest},
    {"cancelled", setup, {fiber_0, sets, canceller}, at_rest},
    {"cancelled and freed", setup, {fiber_0, sets, cancels_and_frees}, at_rest},
    {"two setters", setup, {fiber_0, sets, sets}, at_rest},
    {"cleared and set again", setup_set, {fiber_0, clears, sets}, at_rest},
    {"two waiters and a cancel", setup, {fiber_0, fiber_1, sets, canceller}, at_rest,
     .large = true},
    {0},
};

int main(int argc, char **argv)
{
    return sl_model_main(argc, argv, models);
}
