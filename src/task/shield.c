/* shield: an outer future whose cancel does not reach the inner one (FORMAT.md R9). */
#include "task/task.h"
#include "task/waits.h"

#include <sley/wait.h>

struct shield {
    struct sley_future outer;
    struct sl_entry entry;      /* among the inner one's waiters; holds a reference to the outer */
    struct sley_future *inner;
};

static void inner_done(struct sley_loop *loop, struct sl_entry *entry)
{
    struct shield *shield = SL_CONTAINER(entry, struct shield, entry);
    struct sley_future *inner = shield->inner, *outer = &shield->outer;

    (void)loop;
    /* If the outer one was cancelled before, nobody has seen the error: it is reported when the
     * inner one is freed. */
    if (sl_future_state(outer) == SL_PENDING &&
        sl_future_finish(outer, sl_future_state(inner), inner->word, sley_error_ref(inner->error)))
        sl_future_mark(inner, SL_FUTURE_RETRIEVED);
    sl_future_drop(outer);
}

void sl_shield_free(struct sley_future *future)
{
    struct shield *shield = SL_CONTAINER(future, struct shield, outer);

    sl_future_drop(shield->inner);
    sl_sys.release(shield, sizeof *shield, 0);
}

void sl_shield_needs(struct sl_needs *needs, const struct sley_future *future)
{
    sl_needs_future(needs, SL_CONTAINER(future, const struct shield, outer)->inner);
}

sley_future *sley_shield_future(sley_future *future)
{
    struct shield *shield;

    if (!future)
        return NULL;
    if (sl_future_state(future) != SL_PENDING)
        return sl_future_ref(future);
    shield = sl_sys.allocate(sizeof *shield, 0);
    if (!shield)
        return NULL;
    sl_future_init(&shield->outer, future->loop, SL_FUTURE_SHIELD);
    shield->inner = sl_future_ref(future);
    shield->entry = (struct sl_entry){.run = inner_done};
    sl_future_ref(&shield->outer);
    sl_future_add(future, &shield->entry);
    return &shield->outer;
}

intptr_t sley_shield(sley_future *future)
{
    sley_future *outer = sley_shield_future(future);
    intptr_t word;

    if (!outer)
        return future ? -ENOMEM : -EINVAL;
    word = sley_await(outer);
    sl_future_drop(outer);
    return word;
}
