/* one_loop.h: a runtime of one loop, that of the first model thread, on src/sched/idle.c.
 *
 * Its ring is a bell: an eventfd that is always read. Ringing twice before it is looked at is one
 * wake-up. */
#ifndef SL_MODEL_ONE_LOOP_H
#define SL_MODEL_ONE_LOOP_H

#include "explore.h"
#include "sched/idle.c"

static struct sley_loop loop;
static struct sl_runtime runtime;
static struct sl_ring ring;
static uint32_t bell;
static uint32_t signals_seen, signals_wanted;
static int64_t next_timer; /* INT64_MAX: none */

/* ---- what idle.c calls ---- */

static int64_t clock_now(void)
{
    return 0;
}

static void signalled(struct sley_loop *of, uint32_t signals)
{
    model_check(of == &loop && signals, "told of no signal");
    model_check(!(signals & ~signals_wanted), "told of a signal that nobody sent");
    signals_seen |= signals;
}

int64_t sl_stuck_rest(struct sley_loop *of, bool reminded)
{
    (void)of, (void)reminded;
    return INT64_MAX;
}

const struct sl_worker_calls sl_worker_calls = {.signalled = signalled};

int64_t sl_wheel_next(struct sl_wheel *wheel)
{
    (void)wheel;
    return next_timer;
}

struct sl_ring *sl_worker_make_ring(struct sley_loop *of, int *rc)
{
    (void)of, (void)rc;
    sl_model_fail("there is a ring");
    return NULL;
}

/* Nothing of what these models have is woken by other threads directly. */
void sl_share_receive(struct sley_loop *on, struct sl_inject *mine)
{
    (void)on, (void)mine;
    sl_model_fail("something was received");
}

/* A deadline may come at any time, and then never again. */
static int turn(struct sl_ring *of, int64_t wait_ns)
{
    model_check(of == &ring, "turns another ring");
    sl_model_step("turn");
    if (wait_ns > 0 && (next_timer == INT64_MAX || !sl_model_choose(2))) {
        sl_model_wait(&bell);
    } else {
        bell = 0;
        if (wait_ns > 0)
            next_timer = INT64_MAX;
    }
    return 0;
}

void sl_ring_ring(const struct sl_ring *of)
{
    model_check(of == &ring, "rings another ring");
    sl_model_ring(&bell);
}

void sley_error_drop(const struct sley_error *error)
{
    model_check(!error, "an error of nobody");
}

/* ---- for models ---- */

/* What has arrived, and what is ready by it. */
static void run_ready(void)
{
    struct sl_entry *entry;

    sl_inbox_take(&loop);
    while ((entry = sl_ready_pop(&loop)))
        entry->run(&loop, entry);
}

/* Sleeps unless there is something to do; never for ever. */
static void idle(void)
{
    bool turned = false;

    model_check(sl_idle(&loop, &turned), "a deadlock is reported");
}

static void setup_loop(void)
{
    static const struct sl_ring_class class = {.turn = turn};

    ring.class = &class;
    ring.in_flight = 0;
    sl_list_init(&loop.ready);
    loop.batch_last = NULL;
    loop.ring = &ring;
    loop.runtime = &runtime;
    loop.stop = false;
    sl_store_relaxed(&loop.inbox, NULL);
    sl_store_relaxed(&loop.asleep, 0);
    sl_store_relaxed(&loop.signals, 0);
    bell = 0;
    signals_seen = signals_wanted = 0;
    next_timer = INT64_MAX;
}

#endif
