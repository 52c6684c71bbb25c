/* src/sched/stuck.c: who looks whether anybody can ever run again, against those who run.
 *
 * Two workers hand a ball to each other; who has it runs. A third one has nothing to do. When the
 * last one parks with the ball, either nobody can help, and somebody must say so, or a thread
 * could, and nobody may; not even if a thread has thrown the ball in amid a look. */
#include "explore.h"

#include "sched/stuck.c"

#define WORKERS 3
#include "members.h"

enum { RUNS = 0, STUCK = 1, HOPES = 2 }; /* of a task */

static struct sl_runtime runtime;
static struct sl_ring rings[WORKERS];
static sl_atomic_u32 tasks[WORKERS], queued[WORKERS], stop;
static uint32_t bells[WORKERS];
static int passes, said, looking;
static bool over, hopeless;

/* ---- what stuck.c calls ---- */

bool sl_still_queued(struct sl_team *of)
{
    (void)of;
    return sl_load_relaxed(&queued[1]) || sl_load_relaxed(&queued[2]);
}

int64_t sl_still_deadline(struct sl_team *of)
{
    (void)of;
    return INT64_MAX;
}

uint64_t sl_runtime_tasks(const struct sl_runtime *of)
{
    (void)of;
    return 2;
}

uint64_t sl_team_figure(struct sl_team *of, enum sl_figure figure)
{
    (void)of, (void)figure;
    return 0;
}

SL_MODEL_NOT_CALLED(sl_team_fail);
SL_MODEL_NOT_CALLED(sl_ring_remind);

static void end_all(void)
{
    sl_store_relaxed(&stop, 1);
    for (int i = 0; i < WORKERS; i++)
        sl_model_ring(&bells[i]);
}

static enum sl_stuck_verdict look_at_tasks(struct sley_loop *loop, bool is_long)
{
    (void)is_long;
    model_check(!looking, "two look");
    looking = 1;
    sl_model_step("looks");
    looking = 0;
    for (int i = 1; i < WORKERS; i++) /* pairs with who has parked */
        if (sl_load_acquire(&tasks[i]) != STUCK)
            return SL_STUCK_NOT;
    if (!sl_stuck_holds(loop))
        return SL_STUCK_AGAIN;
    model_check(over && hopeless, "who can go on is called stuck");
    said += !runtime.stuck.said;
    runtime.stuck.said = true;
    end_all();
    return SL_STUCK_SAID;
}

const struct sl_worker_calls sl_worker_calls = {.stuck = look_at_tasks};

/* ---- the workers ---- */

static void rest(int i)
{
    uint32_t before = sl_add_acq_rel(&team->idle, 1); /* pairs as in search.c */

    sl_fence_seq_cst(); /* pairs with that of who passes the ball */
    if (!sl_load_relaxed(&queued[i]) && !sl_load_relaxed(&stop)) {
        if (before == WORKERS - 1)
            sl_stuck_rest(&loops[i], false);
        if (over && !hopeless)
            end_all(); /* a thread comes */
        sl_model_wait(&bells[i]);
    }
    sl_sub_acq_rel(&team->idle, 1); /* pairs as in search.c */
}

static void count_turn(int i)
{
    sl_store_relaxed(&team->members[i].turns, sl_load_relaxed(&team->members[i].turns) + 1);
}

static void run_task(int i)
{
    int other = WORKERS - i;

    sl_store_relaxed(&queued[i], 0);
    if (passes) {
        passes--;
        sl_exchange_acq_rel(&tasks[other], RUNS); /* pairs with the look */
        sl_store_release(&queued[other], 1);      /* pairs with the taking */
        sl_exchange_acq_rel(&tasks[i], STUCK);    /* pairs with the look */
        sl_fence_seq_cst();                       /* pairs with that in rest */
        sl_model_ring(&bells[other]);
        return;
    }
    over = true;
    sl_exchange_acq_rel(&tasks[i], hopeless ? STUCK : HOPES); /* pairs with the look */
}

static void work(int i)
{
    while (!sl_load_relaxed(&stop)) {
        count_turn(i);
        if (sl_load_acquire(&queued[i])) /* pairs with the giving */
            run_task(i);
        else
            rest(i);
    }
}

static void idler(void)
{
    work(0);
}
static void one(void)
{
    work(1);
}
static void two(void)
{
    work(2);
}

static void helper(void)
{
    sl_exchange_acq_rel(&tasks[2], RUNS); /* pairs with the look */
    sl_store_release(&queued[2], 1);      /* pairs with the taking */
    sl_fence_seq_cst();                   /* pairs with that in rest */
    sl_model_ring(&bells[2]);
}

static void setup_of(int n, bool without_hope)
{
    setup_team(WORKERS, 0);
    memset(&runtime, 0, sizeof runtime);
    for (int i = 0; i < WORKERS; i++) {
        loops[i].runtime = &runtime;
        loops[i].ring = &rings[i];
        sl_store_relaxed(&tasks[i], STUCK);
        sl_store_relaxed(&queued[i], i == 1);
        bells[i] = 0;
    }
    sl_store_relaxed(&tasks[1], RUNS);
    sl_store_relaxed(&stop, 0);
    passes = n;
    said = looking = 0;
    over = false;
    hopeless = without_hope;
}

static void setup_stuck(void)
{
    setup_of(1, true);
}
static void setup_hope(void)
{
    setup_of(1, false);
}
static void setup_thrown_in(void)
{
    setup_of(1, false);
    sl_store_relaxed(&tasks[1], STUCK);
    sl_store_relaxed(&tasks[2], HOPES);
    sl_store_relaxed(&queued[1], 0);
}

static void once(void)
{
    model_check(said == 1, "it is said, once");
}
static void never(void)
{
    model_check(said == 0, "it is not said");
}

static const struct sl_model models[] = {
    {"nobody can help", setup_stuck, {idler, one, two}, once},
    {"a thread may help", setup_hope, {idler, one, two}, never},
    {"a ball is thrown in", setup_thrown_in, {idler, one, two, helper}, never, .bound = 2},
    {0},
};

int main(int argc, char **argv)
{
    return sl_model_main(argc, argv, models);
}
