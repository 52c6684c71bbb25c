/* All tasks as they stand. Of many workers they are looked at one after the other, each while its
 * wait is held: together they tell something only if nobody ran meanwhile (sched/stuck.c), or if
 * all of a ring are held at once. Who holds a lock is an address until it has been found among the
 * tasks: it may be another runtime's, or gone. */
#include "task/waits.h"

#include "task/shared.h"

#include <stdlib.h>
#include <string.h>

/* ---- what a wait needs ---- */

void sl_needs_task(struct sl_needs *needs, const void *task)
{
    if (needs->n < needs->room)
        needs->into[needs->n] = (void *)(uintptr_t)task;
    needs->n++;
}

void sl_needs_future(struct sl_needs *needs, const struct sley_future *future)
{
    if (sl_future_state(future) != SL_PENDING)
        return;
    switch (future->kind) {
    case SL_FUTURE_TASK:
        sl_needs_task(needs, future);
        break;
    case SL_FUTURE_GATHER:
        sl_gather_needs(needs, future);
        break;
    case SL_FUTURE_SHIELD:
        sl_shield_needs(needs, future);
        break;
    default:
        needs->others = true;
    }
}

void sl_needs_object(const struct sl_wait *wait, struct sl_needs *needs)
{
    sl_needs_future(needs, wait->object);
}

bool sl_waits_ask(const struct sl_wait *wait, struct sl_needs *needs)
{
    const struct sl_wait_class *class = wait->class;
    struct sl_fiber *holder;

    needs->n = 0;
    needs->others = !class->local;
    if (class->needs) {
        needs->others = false;
        class->needs(wait, needs);
        return needs->n || needs->others;
    }
    if (class->holder && (holder = class->holder(wait))) {
        needs->others = false; /* as far as one knows: resolve */
        sl_needs_task(needs, sl_task_of(holder));
    }
    return true;
}

const struct sl_wait *sl_waits_hold(struct sley_task *task)
{
    if (!sl_future_many(&task->future)) /* one loop's: this thread alone could let it go on */
        return task->fiber.wait;
    return sl_park_hold(&task->fiber, 0) ? task->fiber.wait : NULL;
}

void sl_waits_release(struct sley_task *task)
{
    if (sl_future_many(&task->future))
        sl_park_release(&task->fiber, 0);
}

/* A wait that nobody is known to end is a thread's to end, if the program was given the loop: it
 * may have one call into it. */
static bool ask(const struct sley_task *task, const struct sl_wait *wait, struct sl_needs *needs)
{
    bool waits = sl_waits_ask(wait, needs);

    needs->others |= !needs->n && sl_load_relaxed(&task->future.loop->runtime->stuck.given);
    return waits;
}

/* ---- the quick look ---- */

enum quick { RUNS, SURE, DOUBTFUL };

/* Lets go of the wait. */
static enum quick judge(struct sley_task *task, const struct sl_wait *wait)
{
    struct sl_needs needs = {.room = 0};
    enum quick quick = !ask(task, wait, &needs) ? RUNS : needs.others ? DOUBTFUL : SURE;

    sl_waits_release(task);
    return quick;
}

static enum quick look_at(struct sley_task *task)
{
    const struct sl_wait *wait = sl_waits_hold(task);

    return wait ? judge(task, wait) : RUNS;
}

/* The record may be free by now, or another task's, or be made into one at this moment: its word
 * alone is looked at until its wait is held. */
bool sl_waits_doubtful(void *record)
{
    struct sley_task *task = record;

    return task && sl_fiber_many(&task->fiber) && sl_park_hold(&task->fiber, 0) &&
           judge(task, task->fiber.wait) == DOUBTFUL;
}

static bool find_doubt(struct sley_task *task, void *arg)
{
    struct sley_task **doubt = arg;

    if (!*doubt && look_at(task) != SURE)
        *doubt = task;
    return false;
}

struct sley_task *sl_waits_doubt(struct sley_loop *loop)
{
    struct sl_list *tasks = &loop->runtime->tasks;
    struct sley_task *doubt = NULL;

    if (loop->team)
        sl_shared_each_task(loop->team, find_doubt, &doubt);
    else
        for (struct sl_link *link = tasks->head.next; link != &tasks->head && !doubt;
             link = link->next)
            find_doubt(SL_CONTAINER(link, struct sley_task, all), &doubt);
    return doubt;
}

/* ---- the whole ---- */

/* Twice as much memory, or what is needed; false: there is none. */
static bool grow(void **memory, size_t *room, size_t wanted, size_t size)
{
    size_t more = *room * 2 > wanted ? *room * 2 : wanted + 16;
    void *larger = sl_sys.allocate(more * size, 0);

    if (!larger)
        return false;
    if (*memory) {
        memcpy(larger, *memory, *room * size);
        sl_sys.release(*memory, *room * size, 0);
    }
    *memory = larger;
    *room = more;
    return true;
}

static bool see(struct sl_waits *waits, struct sley_task *task)
{
    struct sl_stand stand = {.task = task, .first = waits->needed, .fd = -1};
    const struct sl_wait *wait;

    while ((wait = sl_waits_hold(task))) {
        struct sl_needs needs = {.into = (void **)waits->needs + waits->needed,
                                 .room = waits->needs_room - waits->needed};
        bool waiting = needs.room && ask(task, wait, &needs);

        if (waiting && needs.n <= needs.room) {
            stand.class = wait->class;
            stand.object = wait->object;
            stand.n = needs.n;
            stand.others = needs.others;
            stand.fd = wait->class->descriptor ? wait->class->descriptor(wait) : -1;
        }
        sl_waits_release(task);
        if (needs.room && needs.n <= needs.room)
            break;
        if (!grow((void **)&waits->needs, &waits->needs_room, waits->needed + needs.n + 1,
                  sizeof *waits->needs))
            return false;
    }
    waits->needed += stand.n;
    waits->stands[waits->n++] = stand;
    return true;
}

/* Keeps the reference, of many workers, if it could. */
static bool take_one(struct sley_task *task, void *arg)
{
    struct sl_waits *waits = arg;

    if (!waits->failed && waits->n == waits->room &&
        !grow((void **)&waits->stands, &waits->room, waits->n + 1, sizeof *waits->stands))
        waits->failed = true;
    if (!waits->failed && !see(waits, task))
        waits->failed = true;
    return !waits->failed;
}

static int by_name(const void *a, const void *b)
{
    const struct sl_stand *x = a, *y = b;
    int order = strcmp(x->task->name, y->task->name);

    return order ? order : (x->task > y->task) - (x->task < y->task);
}

static int by_task(const void *a, const void *b, void *arg)
{
    const struct sl_waits *waits = arg;
    const struct sley_task *x = waits->stands[*(const uint32_t *)a].task;
    const struct sley_task *y = waits->stands[*(const uint32_t *)b].task;

    return (x > y) - (x < y);
}

/* The place of a task, from 1; 0: it is none of them. */
static uint32_t place_of(const struct sl_waits *waits, uintptr_t task)
{
    size_t from = 0, to = waits->n;

    while (from < to) {
        size_t middle = (from + to) / 2;
        uintptr_t there = (uintptr_t)waits->stands[waits->by_task[middle]].task;

        if (there == task)
            return waits->by_task[middle] + 1;
        if (there < task)
            from = middle + 1;
        else
            to = middle;
    }
    return 0;
}

/* A group's children are found by the group that they name, which may be gone: among those whose
 * parents wait for their end. */
struct exits {
    struct { const void *group; uint32_t place; } *places;
    size_t n;
};

static int by_group(const void *a, const void *b)
{
    uintptr_t x = (uintptr_t) * (void *const *)a, y = (uintptr_t) * (void *const *)b;

    return (x > y) - (x < y);
}

static bool find_exits(const struct sl_waits *waits, struct exits *exits)
{
    exits->n = 0;
    exits->places = sl_sys.allocate((waits->n + 1) * sizeof *exits->places, 0);
    for (size_t i = 0; exits->places && i < waits->n; i++) {
        if (waits->stands[i].class != &sl_group_exit_class)
            continue;
        exits->places[exits->n].group = waits->stands[i].object;
        exits->places[exits->n++].place = (uint32_t)i;
    }
    if (exits->n)
        qsort(exits->places, exits->n, sizeof *exits->places, by_group);
    return exits->places != NULL;
}

static bool join_groups(struct sl_waits *waits)
{
    struct exits exits;

    if (!find_exits(waits, &exits))
        return false;
    for (size_t i = waits->n; exits.n && i-- > 0;) {
        const void *group = waits->stands[i].task->group, **found;
        struct sl_stand *parent;

        if (!group || !(found = bsearch(&group, exits.places, exits.n, sizeof *exits.places,
                                        by_group)))
            continue;
        parent = &waits->stands[exits.places[((char *)found - (char *)exits.places) /
                                             sizeof *exits.places].place];
        waits->stands[i].sibling = parent->child;
        parent->child = (uint32_t)i + 1;
    }
    sl_sys.release(exits.places, (waits->n + 1) * sizeof *exits.places, 0);
    return true;
}

/* Addresses become places; a lock of whom nobody knows may be released by anybody. */
static void resolve(struct sl_waits *waits)
{
    for (size_t i = 0; i < waits->n; i++) {
        struct sl_stand *stand = &waits->stands[i];

        for (size_t k = stand->first; k < stand->first + stand->n; k++) {
            waits->needs[k] = place_of(waits, waits->needs[k]);
            stand->others |= !waits->needs[k] && !stand->class->local;
        }
    }
}

static bool arrange(struct sl_waits *waits, bool sorted)
{
    waits->by_task = sl_sys.allocate((waits->n + 1) * sizeof *waits->by_task, 0);
    if (!waits->by_task)
        return false;
    if (sorted && waits->n)
        qsort(waits->stands, waits->n, sizeof *waits->stands, by_name);
    for (size_t i = 0; i < waits->n; i++)
        waits->by_task[i] = (uint32_t)i;
    if (waits->n)
        qsort_r(waits->by_task, waits->n, sizeof *waits->by_task, by_task, waits);
    resolve(waits);
    return join_groups(waits);
}

bool sl_waits_take(struct sl_waits *waits, struct sley_loop *loop)
{
    struct sl_list *tasks = &loop->runtime->tasks;

    *waits = (struct sl_waits){0};
    if (loop->team)
        sl_shared_each_task(loop->team, take_one, waits);
    else
        for (struct sl_link *link = tasks->head.next; link != &tasks->head; link = link->next)
            take_one(SL_CONTAINER(link, struct sley_task, all), waits);
    if (!waits->failed && arrange(waits, loop->team))
        return true;
    sl_waits_drop(waits, loop);
    return false;
}

void sl_waits_drop(struct sl_waits *waits, const struct sley_loop *loop)
{
    for (size_t i = 0; loop->team && i < waits->n; i++)
        sl_future_drop(&waits->stands[i].task->future);
    if (waits->stands)
        sl_sys.release(waits->stands, waits->room * sizeof *waits->stands, 0);
    if (waits->needs)
        sl_sys.release(waits->needs, waits->needs_room * sizeof *waits->needs, 0);
    if (waits->by_task)
        sl_sys.release(waits->by_task, (waits->n + 1) * sizeof *waits->by_task, 0);
}
