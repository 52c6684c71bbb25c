/* watchers.h: src/sched/rescue.c as search.c sees it: who looks, and who is called to watch. Where
 * one is, the rescue signal of the team is not 0. */
#ifndef SL_MODEL_WATCHERS_H
#define SL_MODEL_WATCHERS_H

/* Time goes by when a sleep is over; 0: it was long ago. */
#define PASSES_NS 10000000
static sl_atomic_u64 called_at, left_at;
static sl_atomic_u64 blocks[WORKERS]; /* since then; 0: it does not */
static uint32_t looked[WORKERS]; /* rung by another one that looks, later */

/* Whoever looks has slept so long that the others stand still, for all it knows. */
void sl_rescue_look(struct sley_loop *loop)
{
    for (unsigned i = 0; i < loop->team->n; i++) {
        uint64_t since = sl_load_relaxed(&blocks[i]);

        sl_store_relaxed(&loop->team->members[i].still, 1);
        if (i != loop->index && since && (uint64_t)loop->now > since)
            sl_model_ring(&looked[i]);
    }
}

bool sl_rescue_called(const struct sley_loop *loop)
{
    return loop->now && loop->now == (int64_t)sl_load_relaxed(&called_at);
}

void sl_rescue_alone(struct sley_loop *loop, bool left)
{
    if (!left && sl_rescue_called(loop))
        return;
    sl_store_relaxed(&called_at, (uint64_t)sl_loop_clock(loop));
    if (left)
        sl_store_relaxed(&left_at, (uint64_t)loop->now);
    sl_search_call_watcher(loop->team);
}

void sl_stall_tell(struct sl_team *team, struct sl_member *member, int64_t now)
{
    (void)team, (void)member, (void)now;
}

void sl_rescue_prolong(struct sley_loop *loop)
{
    if (sl_load_relaxed(&loop->team->watchers))
        sl_store_relaxed(&called_at, (uint64_t)loop->now);
}

bool sl_rescue_left(const struct sley_loop *loop)
{
    return loop->now && loop->now == (int64_t)sl_load_relaxed(&left_at);
}

int64_t sl_rescue_sleep(struct sley_loop *loop, bool soon)
{
    (void)loop, (void)soon;
    return SL_RESCUE_NS;
}

#endif
