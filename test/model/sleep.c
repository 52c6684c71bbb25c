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
#include "sched/wait.c"
#include "task/cancel.c"
#include "task/scope.c"
#include "task/shared_cancel.c"
#include "task/shared_task.c"
#include "task/sleep.c"

enum { DEADLINE = 1, AFTER = 3, NOT_BACK = 1 };

static struct sl_member members[FIBERS];
static struct sley_scope scope;
static int code;
static bool asked;

const struct sl_wait_class sl_await_class = {.reason = "nobody awaits here"};
const struct sl_worker_calls sl_worker_calls = {0};
struct sl_sys sl_sys;
void (*const sl_timer_at_home)(struct sley_loop *loop, struct sl_entry *entry) = NULL;

SL_MODEL_NOT_CALLED(sl_future_cancel);
SL_MODEL_NOT_CALLED(sl_future_free);
SL_MODEL_NOT_CALLED(sl_future_drop_many);
SL_MODEL_NOT_CALLED(sl_pool_each);
SL_MODEL_NOT_CALLED(sl_ring_ring);

void sl_future_lock_slowly(struct sley_future *future)
{
    unsigned turns = 0;

    do
        while (sl_load_relaxed(&future->guard) == SL_GUARD_HELD)
            sl_spin_wait(&turns);
    while (sl_exchange_acq_rel(&future->guard, SL_GUARD_HELD) == SL_GUARD_HELD);
}

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

static void canceller(void)
{
    asked = true;
    sl_shared_cancel(&tasks[0]);
}

static void scope_canceller(void)
{
    sl_scope_cancel(&loops[sl_model_current()], &scope, -SLEY_ETIMEOUT);
}

/* ---- models ---- */

static void setup(void)
{
    setup_fibers(SL_FIBER_MANY);
    memset(members, 0, sizeof members);
    for (int i = 0; i < FIBERS; i++) {
        loops[i].member = &members[i];
        loops[i].now = AFTER;
        sl_store_relaxed(&loops[i].wheel_lock, 0);
        sl_store_relaxed(&loops[i].timers, 0);
        sl_wheel_init(&loops[i].wheel, 0);
    }
    scope = (struct sley_scope){._outer = &runtime.root, ._task = &tasks[0]};
    tasks[0].fiber.scope = &scope;
    code = NOT_BACK;
    asked = false;
}

static void check(void)
{
    uint32_t word = sl_fiber_flags(&tasks[0].fiber);
    bool pending = word & SL_FIBER_MUST_CANCEL;

    model_check(code != NOT_BACK, "still asleep");
    model_check(!(word & (SL_FIBER_PARKED | SL_FIBER_HELD)), "parked or held for ever");
    model_check(!loops[0].wheel.armed, "its timer is still armed");
    model_check(!asked || pending || code == -ECANCELED, "a request is lost");
    model_check(code == 0 || code == -ECANCELED || scope._code, "told of what nobody did");
    if (scope._code)
        model_check(sl_scope_code(&tasks[0].fiber) == scope._code, "a scope's cancel is lost");
}

static const struct sl_model models[] = {
    {"fired", setup, {sleeper, firer}, check},
    {"fired by two", setup, {sleeper, firer, looker}, check, .bound = 1},
    {"fired and cancelled", setup, {sleeper, firer, canceller}, check, .bound = 2},
    {"fired, and its scope cancelled", setup, {sleeper, firer, scope_canceller}, check, .bound = 2},
    {0},
};

int main(int argc, char **argv)
{
    return sl_model_main(argc, argv, models);
}
