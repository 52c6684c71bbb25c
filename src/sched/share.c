#include "sched/share.h"

#include "sched/slow.h"
#include "sched/switch.h"
#include "sched/wait.h"

/* So many times in a row the place before the deque is served first: else two fibers that wake each
 * other would keep all the others waiting. */
#define NEXT_IN_A_ROW 16
/* Each so many picks the injection queue goes first, and each second one what is pinned. Picks, and
 * not turns: who makes and awaits tasks has one in 64 turns, always of the same number. Where turns
 * are slow it goes first when so much time has gone by, as long as a few others come between. */
#define INJECT_PICKS 64
#define INJECT_NS 2000000
#define INJECT_APART 4
#define INJECT_BATCH 32

/* ---- places in queues ---- */

/* In a deque the place of a fiber that has not begun is marked in its lowest bit: who awaits it may
 * begin it from where it stands, and the place is forgotten by who comes upon it. It must not be
 * taken for another place of the same fiber, which has parked and been woken since.
 *
 * The fiber may have ended long before, and its record may be another's, who has not begun either:
 * then that one is begun from here, and its own place is the one to be forgotten. Records are never
 * anything else, and NEW is set last when one is made. */
static struct sl_entry *mark(struct sl_entry *entry)
{
    return (struct sl_entry *)((uintptr_t)entry | 1);
}
static struct sl_entry *unmark(struct sl_entry *place)
{
    return (struct sl_entry *)((uintptr_t)place & ~(uintptr_t)1);
}

struct sl_entry *sl_share_accept(struct sl_entry *place)
{
    struct sl_entry *entry = unmark(place);

    if (entry == place)
        return entry;
    /* Pairs with sl_share_claim (one of the two clears NEW) and with who made it. */
    if (sl_and_acq_rel(&sl_fiber_of(entry)->word, ~(uint32_t)SL_FIBER_NEW) & SL_FIBER_NEW)
        return entry;
    return NULL;
}

bool sl_share_stale(struct sl_entry *place)
{
    struct sl_entry *entry = unmark(place);

    return entry != place && !(sl_fiber_flags(sl_fiber_of(entry)) & SL_FIBER_NEW);
}

/* ---- in ---- */

void sl_share_give(struct sl_team *team, struct sl_entry *entry)
{
    sl_inject_give(&team->inject, &entry, 1);
    sl_search_wake(team);
    sl_dawdle(2);
}

void sl_share_give_to(struct sley_loop *loop, struct sl_entry *entry)
{
    sl_inject_give(loop->team ? &loop->member->mine : &loop->mine, &entry, 1);
    sl_loop_ring(loop);
    sl_dawdle(2);
}

/* No room: the older half goes to the injection queue, less what is to be forgotten. That queue
 * is linked through the entries, so nobody may begin one of them from where it stands: it is
 * claimed now. */
static SL_NOINLINE void overflow(struct sley_loop *loop, struct sl_entry *place)
{
    struct sl_entry *taken[SL_DEQUE_SLOTS / 2], *live[SL_DEQUE_SLOTS / 2];
    struct sl_deque *deque = &loop->member->deque;

    while (!sl_deque_push(deque, place)) {
        uint32_t n = sl_deque_take(deque, taken, SL_DEQUE_SLOTS / 2), m = 0;

        for (uint32_t i = 0; i < n; i++)
            if ((live[m] = sl_share_accept(taken[i])))
                m++;
        if (loop->team->steals)
            sl_inject_give(&loop->team->inject, live, m);
        for (uint32_t i = 0; i < m && !loop->team->steals; i++)
            sl_ready_push(loop, live[i]);
    }
}

void sl_share_append(struct sley_loop *loop, struct sl_entry *entry)
{
    SL_DEBUG_CHECK(!loop->in_user);
    if (SL_UNLIKELY(!sl_deque_push(&loop->member->deque, entry)))
        overflow(loop, entry);
}

/* What comes between two passes is offered when the next one begins (sl_search_busy). */
void sl_share_push(struct sley_loop *loop, struct sl_entry *entry)
{
    sl_share_append(loop, entry);
    if (!loop->gathers)
        sl_search_offer(loop);
}

/* What stood there may be the place of a task that was awaited, whose record this one has now. */
void sl_share_push_next(struct sley_loop *loop, struct sl_entry *place)
{
    struct sl_entry *before = sl_deque_swap_next(&loop->member->deque, place);

    if (!before || before == place || sl_share_stale(before)) {
        sl_fence_after_rmw();
        sl_search_look(loop);
        return;
    }
    sl_share_append(loop, before);
    sl_search_offer(loop);
}

/* Who makes a task awaits it next, mostly, and begins it from wherever it stands. Who makes more
 * than one finds the first one in the next one's place, where it stays: they begin in order. */
void sl_share_push_new(struct sley_loop *loop, struct sl_fiber *fiber)
{
    struct sl_entry *place = mark(&fiber->entry);
    struct sl_entry *before = sl_load_relaxed(&loop->member->deque.next);

    if (before && before != place && !sl_share_stale(before))
        sl_share_push(loop, place);
    else
        sl_share_push_next(loop, place);
}

void sl_ready_wake(struct sley_loop *loop, struct sl_fiber *fiber)
{
    struct sley_loop *home = fiber->stack->home;

    if (loop == home && (!loop->team || sl_fiber_flags(fiber) & SL_FIBER_PINNED)) {
        sl_ready_push(loop, &fiber->entry);
        return;
    }
    if (!loop || !loop->team || loop->team != home->team ||
        sl_fiber_flags(fiber) & (SL_FIBER_PINNED | SL_FIBER_ROAMS)) {
        sl_share_visit(loop, fiber);
        return;
    }
    if (loop->ending && !loop->direct) { /* nothing comes between the end and its turn */
        loop->direct = &fiber->entry;
        return;
    }
    if (loop->current || loop->ending)
        sl_share_push_next(loop, &fiber->entry);
    else if (sl_slow_timed(loop) && sl_slow_fiber(fiber)) /* no old mark */
        sl_share_give(loop->team, &fiber->entry);
    else /* a completion, a timer: first come, first served */
        sl_share_push(loop, &fiber->entry);
}

/* ---- out ---- */

static struct sl_entry *from_next(struct sley_loop *loop)
{
    struct sl_deque *deque = &loop->member->deque;
    struct sl_entry *entry;

    if (!sl_load_relaxed(&deque->next))
        return NULL;
    entry = sl_deque_swap_next(deque, NULL);
    if (entry && ++loop->in_a_row > NEXT_IN_A_ROW) {
        loop->in_a_row = 0;
        sl_share_append(loop, entry);
        return NULL;
    }
    return entry;
}

/* Where turns are timed: those who are quick, as far as is known, up to one who is not. */
struct sl_entry *sl_share_from_inject(struct sley_loop *loop)
{
    struct sl_entry *taken[INJECT_BATCH];
    uint32_t most = sl_slow_timed(loop) ? 1 : INJECT_BATCH, n = 0, more;

    do {
        more = sl_inject_take(&loop->team->inject, taken + n, most, loop->team->n);
        n += more;
    } while (more && most == 1 && n < INJECT_BATCH && !sl_slow_entry(taken[n - 1]));
    for (uint32_t i = 1; i < n; i++)
        sl_share_append(loop, taken[i]);
    /* While we took, the queue looked empty to others. */
    if (n && sl_inject_any(&loop->team->inject))
        sl_search_wake(loop->team);
    else if (n > 1)
        sl_search_offer(loop);
    return n ? taken[0] : NULL;
}

/* What others have given to this worker alone joins its list. */
void sl_share_receive(struct sley_loop *loop, struct sl_inject *mine)
{
    struct sl_entry *taken[INJECT_BATCH];
    uint32_t n;

    while ((n = sl_inject_take(mine, taken, INJECT_BATCH, 1)))
        for (uint32_t i = 0; i < n; i++) {
            sl_ready_push(loop, taken[i]);
            if (SL_UNLIKELY(loop->team && loop->team->roams))
                sl_roam_settle(loop, taken[i]);
        }
}

/* Does the injection queue go first? Of timed turns the clock is read. */
SL_INLINE bool inject_goes_first(struct sley_loop *loop)
{
    if (SL_LIKELY(--loop->inject_in > 0) &&
        (!sl_slow_timed(loop) || loop->inject_in > INJECT_PICKS - INJECT_APART ||
         loop->turn_began - loop->injected_at < INJECT_NS))
        return false;
    loop->inject_in = INJECT_PICKS;
    loop->injected_at = loop->turn_began;
    return true;
}

static struct sl_entry *pick(struct sley_loop *loop)
{
    struct sl_entry *entry = NULL;
    uint32_t turn = ++loop->picks;

    if (SL_UNLIKELY(inject_goes_first(loop)) && (entry = sl_share_from_inject(loop)))
        return entry;
    if (sl_inject_any(&loop->member->mine))
        sl_share_receive(loop, &loop->member->mine);
    if (turn & 1 && (entry = sl_ready_pop(loop)))
        return entry;
    if ((entry = from_next(loop)))
        return entry;
    loop->in_a_row = 0;
    if ((entry = sl_deque_pop(&loop->member->deque)) || (entry = sl_ready_pop(loop)))
        return entry;
    return sl_share_from_inject(loop);
}

bool sl_share_any(struct sley_loop *loop)
{
    struct sl_deque *deque = &loop->member->deque;

    return loop->taken || !sl_list_empty(&loop->ready) || sl_deque_length(deque) ||
           sl_load_relaxed(&deque->next) || sl_inject_any(&loop->member->mine) ||
           sl_inject_any(&loop->team->inject);
}

SL_INLINE bool is_over(const struct sley_loop *loop)
{
    return loop->share_left <= 0 || sl_load_relaxed(&loop->team->stopping);
}

/* A hint for who looks on. */
SL_INLINE void take_turn(struct sley_loop *loop)
{
    sl_store_relaxed(&loop->member->turns, sl_load_relaxed(&loop->member->turns) + 1);
}

/* Whom a fiber's end has woken, which is there. */
SL_INLINE struct sl_entry *take_direct(struct sley_loop *loop)
{
    struct sl_entry *entry = loop->direct;

    loop->direct = NULL;
    take_turn(loop);
    loop->share_left--;
    return entry;
}

struct sl_entry *sl_share_next(struct sley_loop *loop)
{
    struct sl_entry *entry;

    if (SL_UNLIKELY(is_over(loop))) {
        if (loop->direct)
            sl_share_append(loop, loop->direct);
        loop->direct = NULL;
        return NULL;
    }
    if (SL_UNLIKELY(loop->direct != NULL)) /* by the end of one that had not begun */
        return take_direct(loop);
    take_turn(loop);
    do
        if (!(entry = pick(loop)))
            return NULL;
    while (!(entry = sl_share_accept(entry)));
    sl_dawdle(8);
    loop->share_left--;
    return entry;
}

struct sl_entry *sl_share_left(struct sley_loop *loop)
{
    struct sl_entry *entry = loop->taken;

    loop->taken = NULL;
    while (!entry && (entry = pick(loop)))
        entry = sl_share_accept(entry);
    return entry;
}

/* ---- the switch ---- */

void *sl_share_context(struct sl_fiber *fiber)
{
    unsigned turns = 0;
    void *sp;

    /* Pairs with the store in sl_arch_switch: what it saved on its stack is there. */
    while ((sp = sl_shared_load_acquire(&fiber->sp)) == SL_FIBER_RUNS)
        sl_spin_wait(&turns);
    sl_shared_store_relaxed(&fiber->sp, SL_FIBER_RUNS);
    return sp;
}

/* Callbacks, who never starts, and whose context is not there yet: waiting for that on a stack that
 * has not been saved itself, two workers could wait for each other. The hub may. */
static bool for_the_hub(struct sl_entry *entry)
{
    struct sl_fiber *fiber = sl_fiber_of(entry);

    if (entry->run)
        return true;
    if (!sl_shared_load_relaxed(&fiber->sp))
        return sl_fiber_flags(fiber) & (SL_FIBER_MUST_CANCEL | SL_FIBER_NOTED);
    return sl_shared_load_relaxed(&fiber->sp) == SL_FIBER_RUNS;
}

struct sl_fiber *sl_share_next_fiber(struct sley_loop *loop, const struct sl_entry *mine)
{
    struct sl_entry *entry;

    if (sl_slow_timed(loop))
        sl_slow_turn(loop, mine ? loop->current : NULL);
    entry = loop->direct && SL_LIKELY(!is_over(loop)) ? take_direct(loop) : sl_share_next(loop);
    if (entry && entry != mine && for_the_hub(entry)) {
        loop->taken = entry;
        return NULL;
    }
    return entry ? sl_fiber_of(entry) : NULL;
}

/* NULL: the hub. */
static struct sley_loop *park_for(struct sley_loop *loop, struct sl_fiber *self,
                                  struct sl_fiber *next)
{
    void *to;

    if (next && !sl_shared_load_relaxed(&next->sp))
        return sl_switch_begin(loop, self, next);
    loop->current = next;
    to = next ? sl_share_context(next) : loop->hub;
    sl_hook_switch(&self->stack->hook, next ? &next->stack->hook : &loop->hook, 0);
    loop = sl_arch_switch(&self->sp, to, loop);
    sl_hook_switched(&self->stack->hook);
    return loop;
}

struct sley_loop *sl_share_park(struct sley_loop *loop, struct sl_fiber *self)
{
    struct sl_fiber *next = sl_share_next_fiber(loop, &self->entry);

    return next == self ? loop : park_for(loop, self, next);
}
