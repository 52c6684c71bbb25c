#include "sched/timer.h"

#define MASK (SL_TIMER_SLOTS - 1)

void sl_wheel_init(struct sl_wheel *wheel, int64_t now)
{
    *wheel = (struct sl_wheel){.tick = now >> SL_TIMER_TICK_BITS,
                               .earliest = INT64_MAX,
                               .known = true};
    for (int level = 0; level < SL_TIMER_LEVELS; level++)
        for (int slot = 0; slot < SL_TIMER_SLOTS; slot++)
            sl_list_init(&wheel->slots[level][slot]);
    sl_list_init(&wheel->far);
}

/* The level is that of the highest digit in which the timer's tick differs from the wheel's: a
 * slot of level L > 0 thus always lies ahead, in the part of the level that is still to come. */
static void file(struct sl_wheel *wheel, struct sl_timer *timer)
{
    int64_t tick = timer->deadline >> SL_TIMER_TICK_BITS;
    uint64_t differs;
    int level, slot;

    if (tick < wheel->tick)
        tick = wheel->tick;
    differs = (uint64_t)(tick ^ wheel->tick);
    level = differs ? (63 - __builtin_clzll(differs)) / SL_TIMER_SLOT_BITS : 0;
    if (SL_UNLIKELY(level >= SL_TIMER_LEVELS)) {
        sl_list_push(&wheel->far, &timer->entry.link);
        return;
    }
    slot = (int)(tick >> (level * SL_TIMER_SLOT_BITS)) & MASK;
    sl_list_push(&wheel->slots[level][slot], &timer->entry.link);
    wheel->used[level][slot / 64] |= (uint64_t)1 << (slot % 64);
}

void sl_wheel_arm(struct sl_wheel *wheel, struct sl_timer *timer)
{
    if (timer->deadline == SL_TIMER_QUEUED)
        timer->deadline++;
    file(wheel, timer);
    wheel->armed++;
    if (timer->deadline < wheel->earliest)
        wheel->earliest = timer->deadline;
}

/* The first slot of the level from `slot` on that is not empty, or -1. Bits of slots that were
 * emptied by disarming are cleared here, not there. */
static int first_used(struct sl_wheel *wheel, int level, int slot)
{
    while (slot < SL_TIMER_SLOTS) {
        uint64_t word = wheel->used[level][slot / 64] >> (slot % 64);

        if (!word) {
            slot = (slot / 64 + 1) * 64;
            continue;
        }
        slot += __builtin_ctzll(word);
        if (!sl_list_empty(&wheel->slots[level][slot]))
            return slot;
        wheel->used[level][slot / 64] &= ~((uint64_t)1 << (slot % 64));
    }
    return -1;
}

static int digit(int64_t tick, int level)
{
    return (int)(tick >> (level * SL_TIMER_SLOT_BITS)) & MASK;
}

static int64_t earliest_of(const struct sl_list *slot)
{
    int64_t earliest = INT64_MAX;

    for (struct sl_link *link = slot->head.next; link != &slot->head; link = link->next) {
        struct sl_timer *timer = SL_CONTAINER(link, struct sl_timer, entry.link);

        if (timer->deadline < earliest)
            earliest = timer->deadline;
    }
    return earliest;
}

int64_t sl_wheel_next(struct sl_wheel *wheel)
{
    if (wheel->known)
        return wheel->earliest;
    wheel->known = true;
    wheel->earliest = INT64_MAX;
    if (!wheel->armed)
        return INT64_MAX;
    for (int level = 0; level < SL_TIMER_LEVELS; level++) {
        int slot = first_used(wheel, level, digit(wheel->tick, level) + (level > 0));

        if (slot >= 0)
            return wheel->earliest = earliest_of(&wheel->slots[level][slot]);
    }
    return wheel->earliest = earliest_of(&wheel->far);
}

/* Stable, by deadline: insertion order is creation order. Merges runs of 1, 2, 4, ... timers. */
static struct sl_link *merge(struct sl_link *a, struct sl_link *b)
{
    struct sl_link *head = NULL, **end = &head;

    while (a && b) {
        const struct sl_timer *first = SL_CONTAINER(a, struct sl_timer, entry.link);
        const struct sl_timer *second = SL_CONTAINER(b, struct sl_timer, entry.link);
        struct sl_link **from = second->deadline < first->deadline ? &b : &a;

        *end = *from;
        end = &(*from)->next;
        *from = (*from)->next;
    }
    *end = a ? a : b;
    return head;
}

static void sort(struct sl_list *list)
{
    struct sl_link *runs[48] = {NULL}, *link = list->head.next, *sorted = NULL;
    int top = 0;

    list->head.prev->next = NULL;
    while (link) {
        struct sl_link *next = link->next, *run = link;
        int i = 0;

        run->next = NULL;
        for (; runs[i]; i++) {
            run = merge(runs[i], run);
            runs[i] = NULL;
        }
        runs[i] = run;
        if (i >= top)
            top = i + 1;
        link = next;
    }
    for (int i = 0; i < top; i++)
        sorted = merge(runs[i], sorted);
    sl_list_init(list);
    while (sorted) {
        struct sl_link *next = sorted->next;

        sl_list_push(list, sorted);
        sorted = next;
    }
}

/* Takes what is due out of a slot of level 0 and appends it, in order. */
static void collect(struct sl_wheel *wheel, int slot, int64_t now, struct sl_list *due)
{
    struct sl_list *list = &wheel->slots[0][slot], batch;
    int64_t last = INT64_MIN;
    bool in_order = true;

    sl_list_init(&batch);
    for (struct sl_link *link = list->head.next, *next; link != &list->head; link = next) {
        struct sl_timer *timer = SL_CONTAINER(link, struct sl_timer, entry.link);

        next = link->next;
        if (timer->deadline > now)
            continue;
        in_order = in_order && timer->deadline >= last;
        last = timer->deadline;
        sl_link_remove(link);
        sl_list_push(&batch, link);
        wheel->armed--;
    }
    if (!in_order)
        sort(&batch);
    /* Here, while they are in the cache: of many that are due at once each is read once less. */
    for (struct sl_link *link = batch.head.next; link != &batch.head; link = link->next)
        SL_CONTAINER(link, struct sl_timer, entry.link)->deadline = SL_TIMER_QUEUED;
    sl_list_splice(due, &batch);
}

/* The wheel stands at the beginning of a slot of a higher level: its timers move down. */
static void cascade(struct sl_wheel *wheel, struct sl_list *slot)
{
    struct sl_list timers;

    sl_list_init(&timers);
    sl_list_splice(&timers, slot);
    for (struct sl_link *link; (link = sl_list_pop(&timers));)
        file(wheel, SL_CONTAINER(link, struct sl_timer, entry.link));
}

/* Moves to the next slot, at most `target`, that has timers: false if there is none before it. */
static bool advance(struct sl_wheel *wheel, int64_t target)
{
    for (int level = 0; level < SL_TIMER_LEVELS; level++) {
        int shift = level * SL_TIMER_SLOT_BITS;
        int slot = first_used(wheel, level, digit(wheel->tick, level) + 1);
        int64_t tick;

        if (slot < 0)
            continue;
        tick = (((wheel->tick >> shift) & ~(int64_t)MASK) | slot) << shift;
        if (tick > target)
            break;
        wheel->tick = tick;
        if (level)
            cascade(wheel, &wheel->slots[level][slot]);
        return true;
    }
    if (sl_list_empty(&wheel->far) ||
        (target >> (SL_TIMER_LEVELS * SL_TIMER_SLOT_BITS)) ==
            (wheel->tick >> (SL_TIMER_LEVELS * SL_TIMER_SLOT_BITS))) {
        wheel->tick = target;
        return false;
    }
    wheel->tick = target; /* years have passed */
    cascade(wheel, &wheel->far);
    return true;
}

void sl_wheel_expire(struct sl_wheel *wheel, int64_t now, struct sl_list *due)
{
    int64_t target = now >> SL_TIMER_TICK_BITS;

    if (target < wheel->tick)
        target = wheel->tick;
    if (!wheel->armed) {
        wheel->tick = target;
        return;
    }
    wheel->known = false;
    collect(wheel, digit(wheel->tick, 0), now, due);
    while (wheel->tick < target && advance(wheel, target))
        collect(wheel, digit(wheel->tick, 0), now, due);
    sl_wheel_next(wheel);
}
