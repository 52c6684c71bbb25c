/* Rings of tasks in which each waits for the next one: a walk from each task, along what it needs,
 * and back where there is nothing more. */
#include "task/waits.h"

#include <string.h>

#define HELD_MOST 64 /* of a ring, at once */
#define DONE UINT32_MAX

struct sl_step sl_waits_step(const struct sl_waits *waits, const struct sl_stand *stand)
{
    return (struct sl_step){.place = (uint32_t)(stand - waits->stands) + 1,
                            .sibling = stand->child};
}

uint32_t sl_waits_next(const struct sl_waits *waits, struct sl_step *step)
{
    const struct sl_stand *stand = &waits->stands[step->place - 1];
    uint32_t place = 0;

    while (step->need < stand->n && !place)
        place = (uint32_t)waits->needs[stand->first + step->need++];
    if (place)
        return place;
    place = step->sibling;
    if (place)
        step->sibling = waits->stands[place - 1].sibling;
    return place;
}

/* Nobody but the one whom it needs can end its wait. */
static bool needs_one(const struct sl_stand *stand)
{
    return stand->class && !stand->others && stand->n == 1 && !stand->child;
}

/* Tells of what lies on the path from there on, beginning with the first by its name. */
static void tell_of(const struct sl_waits *waits, const struct sl_step *path, size_t n,
                    uint32_t *ring, sl_waits_tell *tell, void *arg)
{
    size_t first = 0;

    for (size_t i = 1; i < n; i++) {
        int order = strcmp(waits->stands[path[i].place - 1].task->name,
                           waits->stands[path[first].place - 1].task->name);

        if (order < 0 || (order == 0 && path[i].place < path[first].place))
            first = i;
    }
    for (size_t i = 0; i < n; i++)
        ring[i] = path[(first + i) % n].place;
    tell(waits, ring, n, arg);
}

static void walk_from(struct sl_waits *waits, uint32_t start, bool alone, struct sl_step *path,
                      uint32_t *ring, sl_waits_tell *tell, void *arg)
{
    size_t n = 0;
    uint32_t place = start;

    for (;;) {
        struct sl_stand *stand = place ? &waits->stands[place - 1] : NULL;

        if (stand && !stand->mark && (!alone || needs_one(stand))) {
            path[n++] = sl_waits_step(waits, stand);
            stand->mark = (uint32_t)n;
        } else if (stand && stand->mark && stand->mark != DONE) {
            tell_of(waits, path + stand->mark - 1, n - stand->mark + 1, ring, tell, arg);
        }
        while (n && !(place = sl_waits_next(waits, &path[n - 1])))
            waits->stands[path[--n].place - 1].mark = DONE;
        if (!n)
            return;
    }
}

void sl_waits_rings(struct sl_waits *waits, bool alone, sl_waits_tell *tell, void *arg)
{
    size_t bytes = (waits->n + 1) * (sizeof(struct sl_step) + sizeof(uint32_t));
    struct sl_step *path = sl_sys.allocate(bytes, 0);

    if (!path)
        return;
    for (size_t i = 0; i < waits->n; i++)
        if (!waits->stands[i].mark)
            walk_from(waits, (uint32_t)i + 1, alone, path, (uint32_t *)(path + waits->n + 1), tell,
                      arg);
    sl_sys.release(path, bytes, 0);
}

/* ---- is it one? ---- */

static bool needs_task(const struct sl_wait *wait, const struct sley_task *next)
{
    void *into = NULL;
    struct sl_needs needs = {.into = &into, .room = 1};

    return sl_waits_ask(wait, &needs) && needs.n == 1 && !needs.others && into == next;
}

/* Who waits cannot leave its wait while it is held, nor release a lock: what is seen of all of them
 * while all are held is so at one moment. Only one thread holds more than one, or two would wait
 * for each other; nobody who holds one waits for another.
 *
 * A ring of one may be none: who has released the lock has made the next one its owner, and waits
 * for us to let go of that one's wait. Its line in the report says who holds the lock. */
bool sl_waits_ring_holds(const struct sl_waits *waits, const uint32_t *ring, size_t n)
{
    static sl_atomic_u32 holds;
    size_t held = 0;
    bool is_ring = true;

    if (n == 1 || n > HELD_MOST || sl_exchange_acq_rel(&holds, 1)) /* pairs with the store below */
        return false;
    while (held < n && is_ring) {
        struct sley_task *task = waits->stands[ring[held] - 1].task;
        const struct sl_wait *wait = sl_waits_hold(task);

        held += wait != NULL;
        is_ring = wait && needs_task(wait, waits->stands[ring[held % n] - 1].task);
    }
    /* An owner that was read before its task was held may have released meanwhile. */
    for (size_t i = 0; i < held && is_ring; i++)
        is_ring = needs_task(waits->stands[ring[i] - 1].task->fiber.wait,
                             waits->stands[ring[(i + 1) % n] - 1].task);
    while (held)
        sl_waits_release(waits->stands[ring[--held] - 1].task);
    sl_store_release(&holds, 0); /* pairs with the exchange */
    return is_ring;
}
