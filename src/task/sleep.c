#include "task/task.h"

#include <sley/time.h>

static const struct sl_wait_class sleep_wait = {.reason = "sleep", .local = true};

struct sleeper {
    struct sl_timer timer;
    struct sl_wait wait;
};

/* Runs inside the expiry pass: no entry of its own in the ready queue (FORMAT.md R3). */
static void sleeper_due(struct sley_loop *loop, struct sl_entry *entry)
{
    struct sl_timer *timer = SL_CONTAINER(entry, struct sl_timer, entry);

    sl_wait_wake(loop, &SL_CONTAINER(timer, struct sleeper, timer)->wait);
}

static int sleep_until(struct sley_loop **loop, int64_t deadline)
{
    struct sl_fiber *self = (*loop)->current;
    struct sley_loop *here = *loop;
    struct sleeper sleeper;
    int rc = sl_scope_code(self);

    if (rc)
        return rc;
    sleeper.timer.entry.run = sleeper_due;
    sl_wait_init(&sleeper.wait, self, &sleep_wait, NULL);
    sleeper.timer.entry.link.next = NULL;
    /* Of many workers another one may fire the timer as soon as it is armed. */
    if (deadline != SLEY_NS_MAX && (!here->team || sl_wait_begin(&sleeper.wait)))
        sl_timer_arm(here, &sleeper.timer, deadline);
    rc = sl_wait_park(loop, &sleeper.wait);
    sl_timer_disarm(here, &sleeper.timer);
    return rc;
}

int sley_sleep(sley_duration duration)
{
    struct sley_loop *loop;
    int rc = -SLEY_ENOLOOP;

    if (duration.ns <= 0)
        return sley_yield();
    loop = sl_enter();
    if (SL_UNLIKELY(!loop))
        return sl_no_loop();
    if (loop->current) {
        sley_instant now = {sl_loop_clock(loop)};

        rc = sleep_until(&loop, sley_instant_add(now, duration).ns);
    }
    sl_leave(loop);
    return rc;
}

int sley_sleep_until(sley_instant when)
{
    struct sley_loop *loop = sl_enter();
    int rc = -SLEY_ENOLOOP;

    if (SL_UNLIKELY(!loop))
        return sl_no_loop();
    if (loop->current)
        rc = sleep_until(&loop, when.ns);
    sl_leave(loop);
    return rc;
}

intptr_t sley_sleep_result(sley_duration duration, intptr_t result)
{
    int rc = sley_sleep(duration);

    return rc < 0 ? rc : result;
}

sley_instant sley_time(void)
{
    struct sley_loop *loop = sl_current();
    sley_instant now = {loop ? sl_loop_clock(loop) : sl_sys.clock_now()};

    return now;
}
