/* src/task/sleep.c on src/sched/wait.c, member.c and timer.c: a sleep whose timer another worker
 * fires, from the moment on in which it is armed.
 *
 * It ends once: by the timer, or by a cancel. Neither is lost, and the timer is in no wheel
 * afterwards. */
#include "fibers.h"

#define until sleeps_until /* of a loop that is alone */
#include "sched/idle.c"
#undef until
#include "sched/member.c"
#include "sched/timer.c"
#include "cancels.h"
#include "task/sleep.c"

enum { DEADLINE = 1, AFTER = 3, NOT_BACK = 1 };

static struct sl_member members[FIBERS];
static int code;

const struct sl_worker_calls sl_worker_calls = {0};
struct sl_sys sl_sys;
void (*const sl_timer_at_home)(struct sley_loop *loop, struct sl_entry *entry) = NULL;

SL_MODEL_NOT_CALLED(sl_ring_ring);

/* ---- threads ---- */

static void sleeper(void)
{
    struct sley_loop *loop = &loops[0];

    waits[0] = true; /* as soon as its timer is armed it may be made ready */
    code = sleep_until(&loop, DEADLINE);
    sl_store_relaxed(&loop->timers, 1); /* who waits for one that was left may go home */
}

/* Another worker: it finds the deadline, and fires for the one that is stuck. */
static void firer(void)
{
    struct sley_loop *self = &loops[sl_model_current()];

    while (!sl_load_acquire(&loops[0].timers)) /* pairs with who arms one */
        sl_model_spin();
    sl_timers_expire(&loops[0], self);
}

static void looker(void)
{
    sl_timers_expire(&loops[0], &loops[sl_model_current()]);
}

/* ---- models ---- */

static void setup(void)
{
    setup_cancels(SL_FIBER_MANY);
    memset(members, 0, sizeof members);
    for (int i = 0; i < FIBERS; i++) {
        loops[i].member = &members[i];
        loops[i].now = AFTER;
        sl_store_relaxed(&loops[i].wheel_lock, 0);
        sl_store_relaxed(&loops[i].timers, 0);
        sl_wheel_init(&loops[i].wheel, 0);
    }
    code = NOT_BACK;
}

static void check(void)
{
    model_check(code != NOT_BACK, "still asleep");
    model_check(!loops[0].wheel.armed, "its timer is still armed");
    check_cancels(code == -ECANCELED);
    model_check(code == 0 || code == -ECANCELED || scope._code, "told of what nobody did");
}

static const struct sl_model models[] = {
    {"fired", setup, {sleeper, firer}, check},
    {"fired by two", setup, {sleeper, firer, looker}, check, .bound = 1,
     .large = SL_MODEL_UNDER_ASAN},
    {"fired and cancelled", setup, {sleeper, firer, canceller}, check, .bound = 2},
    {"fired, and its scope cancelled", setup, {sleeper, firer, scope_canceller}, check, .bound = 2},
    {0},
};

int main(int argc, char **argv)
{
    return sl_model_main(argc, argv, models);
}
