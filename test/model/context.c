/* src/sched/share.c and worker.c: fibers that are in a queue before their contexts are saved.
 *
 * A fiber stands in a queue while it still runs, as one whose wait has been ended; then it parks.
 * Nobody goes on with a context that has not been saved, or with the one before; a fiber runs on
 * one worker at a time; workers that take each other's fibers at the same time do not wait for each
 * other for ever. The switch itself is two stores, what is saved and where, and then the thread is
 * the other fiber. */
#define SL_DEQUE_SLOTS 4u

#include "explore.h"

#include "arch/switch.h"
#include "sched/switch.h"

static void *model_switch(void **save, void *to, void *passed);
#define sl_arch_switch(save, to, passed) model_switch(save, to, passed)

#include "sched/inject.c"
#include "sched/share.c"
#include "sched/slow.c"
#include "sched/visit.c"
#include "sched/switch.c"
#include "sched/worker.c"

#include <setjmp.h>

#define WORKERS 2
#define FIBERS 2
#define ROUNDS 2
#include "members.h"

const struct sl_worker_calls sl_worker_calls = {0};
static struct sl_exceptions no_exceptions;
static struct sl_stack stacks[FIBERS];
static struct sl_fiber fibers[FIBERS];
static jmp_buf switched[WORKERS];
static struct sl_fiber *to_run[WORKERS]; /* NULL: the hub */
static char hubs[WORKERS];
static bool crosses; /* each is the other worker's next; else whoever takes it */
/* What a fiber saves when it parks for the n-th time, each time elsewhere. */
static uint64_t saved[FIBERS][ROUNDS + 1];
static unsigned parked[FIBERS], waited[FIBERS], runs_on[FIBERS], gone, rounds;

SL_MODEL_NOT_CALLED(sl_stacks_fetch);
SL_MODEL_NOT_CALLED(sl_stacks_fresh);
SL_MODEL_NOT_CALLED(sl_stacks_return);
SL_MODEL_NOT_CALLED(sl_stacks_set_aside);

/* Nobody sleeps. */
void sl_search_offered(struct sley_loop *loop)
{
    (void)loop;
}
void sl_search_wake(struct sl_team *of)
{
    (void)of;
}

/* ---- the switch ---- */

static void go_on_with(int worker, char *context)
{
    if (context == &hubs[worker]) {
        to_run[worker] = NULL;
        return;
    }
    for (int i = 0; i < FIBERS; i++) {
        if (context != (char *)&saved[i][parked[i]])
            continue;
        model_check(sl_shared_load_relaxed(&saved[i][parked[i]]) == parked[i], "not saved");
        model_check(!runs_on[i], "runs twice");
        runs_on[i] = (unsigned)worker + 1;
        to_run[worker] = &fibers[i];
        return;
    }
    sl_model_fail("a context of before");
}

static void *model_switch(void **save, void *to, void *passed)
{
    int worker = sl_model_current();
    struct sley_loop *loop = passed;

    model_check(loop == here(), "another worker's");
    if (save == &loop->hub) {
        loop->hub = &hubs[worker];
    } else {
        int i = (int)(SL_CONTAINER(save, struct sl_fiber, sp) - fibers);

        model_check(runs_on[i] == (unsigned)worker + 1, "parks elsewhere");
        runs_on[i] = 0;
        parked[i]++;
        sl_shared_store_relaxed(&saved[i][parked[i]], (uint64_t)parked[i]);
        sl_shared_store_release(save, (void *)&saved[i][parked[i]]);
    }
    go_on_with(worker, to);
    longjmp(switched[worker], 1);
}

/* ---- fibers and workers ---- */

/* Its wait is ended as soon as it has begun: it stands in a queue, and parks. */
static void run_on(struct sl_fiber *self)
{
    int i = (int)(self - fibers);
    struct sl_entry *entry = &self->entry;

    while (waited[i]++ < rounds) {
        model_check(here()->current == self, "is not the current one");
        sl_inject_give(crosses ? &team->members[here() == loops].mine : &team->inject, &entry, 1);
        sl_share_park(here(), self); /* returns if it took itself: no switch */
    }
    runs_on[i] = 0;
    gone++;
    here()->current = NULL;
    to_run[here() - loops] = NULL;
}

static void worker(void)
{
    struct sley_loop *loop = here();
    struct sl_entry *entry;

    (void)!setjmp(switched[sl_model_current()]);
    while (gone < FIBERS) {
        if (to_run[here() - loops]) {
            run_on(to_run[here() - loops]);
            continue;
        }
        loop = here();
        loop->current = NULL;
        if (!(entry = loop->taken) && !(entry = sl_share_next(loop))) {
            sl_model_give_way();
            continue;
        }
        loop->taken = NULL;
        sl_worker_dispatch(loop, entry);
    }
}

/* ---- models ---- */

static void setup_of(unsigned n, bool each_others)
{
    setup_team(WORKERS, 1000);
    crosses = each_others;
    memset(fibers, 0, sizeof fibers);
    memset(saved, 0, sizeof saved);
    memset(parked, 0, sizeof parked);
    memset(waited, 0, sizeof waited);
    gone = 0;
    rounds = n;
    for (unsigned i = 0; i < WORKERS; i++) {
        struct sley_loop *loop = &loops[i];

        loop->hub = &hubs[i];
        loop->exceptions = &no_exceptions;
        stacks[i].home = loop;
        fibers[i].stack = &stacks[i];
        fibers[i].sp = SL_FIBER_RUNS;
        sl_store_relaxed(&fibers[i].word, SL_FIBER_MANY);
        runs_on[i] = i + 1;
        to_run[i] = loop->current = &fibers[i];
    }
}

static void setup_cross(void)
{
    setup_of(1, true);
}

static void setup_cross_again(void)
{
    setup_of(ROUNDS, true);
}

static void setup_queue(void)
{
    setup_of(1, false);
}

static void setup_queue_again(void)
{
    setup_of(ROUNDS, false);
}

static void all_gone(void)
{
    model_check(gone == FIBERS, "a fiber is lost");
    model_check(!sl_inject_any(&team->inject), "a fiber is left");
    for (int i = 0; i < WORKERS; i++)
        model_check(!sl_inject_any(&team->members[i].mine), "a fiber is left");
}

static const struct sl_model models[] = {
    {"each other's", setup_cross, {worker, worker}, all_gone, .bound = 2, .stale = 2},
    {"each other's, again", setup_cross_again, {worker, worker}, all_gone, .bound = 1, .stale = 3},
    {"anybody's", setup_queue, {worker, worker}, all_gone, .bound = 2, .stale = 2},
    {"anybody's, again", setup_queue_again, {worker, worker}, all_gone, .bound = 2, .stale = 1},
    {0},
};

int main(int argc, char **argv)
{
    return sl_model_main(argc, argv, models);
}
