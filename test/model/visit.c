/* src/sched/visit.c, share.c: threads of others that make a runtime's fibers ready, and its end.
 *
 * As soon as a fiber is queued it may run, and be the last one: the runtime is not freed before who
 * queued it has left it. */
#include "explore.h"

#include "sched/inject.c"
#include "sched/share.c"
#include "sched/slow.c"
#include "sched/visit.c"

#define WORKERS 1
#define FIBERS 2
#include "members.h"

static struct sl_runtime runtime;
static struct sl_stack stacks[FIBERS];
static struct sl_fiber fibers[FIBERS];
static int ended;

const struct sl_worker_calls sl_worker_calls = {0};
SL_MODEL_NOT_CALLED(sl_loop_ring);
SL_MODEL_NOT_CALLED(sl_roam);
SL_MODEL_NOT_CALLED(sl_search_offered);

/* Its one worker does not sleep. */
void sl_search_wake(struct sl_team *of)
{
    (void)sl_inject_any(&of->inject);
}

static void wakes_0(void)
{
    sl_ready_wake(NULL, &fibers[0]);
}

static void wakes_1(void)
{
    sl_ready_wake(NULL, &fibers[1]);
}

/* Runs both to their ends, then the runtime has none and goes. */
static void runs(void)
{
    while (ended < FIBERS) {
        struct sl_entry *entry = sl_share_from_inject(&loops[0]);

        if (!entry && !(entry = sl_deque_pop(&loops[0].member->deque)))
            sl_model_give_way();
        else
            ended++;
    }
    sl_share_visitors_leave(&runtime);
    sl_model_freed(&teams, sizeof teams);
    sl_model_freed(&runtime, sizeof runtime);
}

static void setup(void)
{
    setup_team(WORKERS, 1000);
    memset(&runtime, 0, sizeof runtime);
    memset(fibers, 0, sizeof fibers);
    loops[0].runtime = &runtime;
    for (int i = 0; i < FIBERS; i++) {
        stacks[i].home = &loops[0];
        fibers[i].stack = &stacks[i];
        sl_store_relaxed(&fibers[i].word, SL_FIBER_MANY);
    }
    ended = 0;
}

static void all_ended(void)
{
    model_check(ended == FIBERS, "a fiber is lost");
}

static const struct sl_model models[] = {
    {"two visitors", setup, {runs, wakes_0, wakes_1}, all_ended, .bound = 2, .stale = 3},
    {0},
};

int main(int argc, char **argv)
{
    return sl_model_main(argc, argv, models);
}
