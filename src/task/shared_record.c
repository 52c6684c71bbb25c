/* Records of many workers: those of the worker that runs this, or of all threads that are none. */
#include "task/shared.h"

static struct sl_pool *pool_of(struct sley_loop *loop, enum sl_future_kind kind)
{
    return kind == SL_FUTURE_TASK ? &loop->tasks : &loop->futures;
}

static struct sl_pool *guest_pool_of(struct sl_runtime *runtime, enum sl_future_kind kind)
{
    return kind == SL_FUTURE_TASK ? &runtime->guest_tasks : &runtime->guest_futures;
}

void *sl_shared_take_record(struct sley_loop *loop, enum sl_future_kind kind)
{
    struct sl_runtime *runtime = loop->runtime;
    struct sley_loop *here = sl_current();
    void *record;

    if (SL_LIKELY(here && here->team == loop->team))
        return sl_pool_take_shared(pool_of(here, kind));
    sl_spin_lock(&runtime->guest_lock);
    record = sl_pool_take_shared(guest_pool_of(runtime, kind));
    sl_spin_unlock(&runtime->guest_lock);
    return record;
}

void sl_shared_give_record(struct sley_future *future)
{
    struct sl_runtime *runtime = future->loop->runtime;
    struct sley_loop *here = sl_current();

    if (future->kind == SL_FUTURE_TASK) /* it is none for who looks at all records */
        sl_store_relaxed(&sl_task_of_future(future)->fiber.word, 0);
    if (SL_LIKELY(here && here->team == future->loop->team)) {
        sl_pool_give_shared(pool_of(here, future->kind), future);
        return;
    }
    sl_spin_lock(&runtime->guest_lock);
    sl_pool_give_shared(guest_pool_of(runtime, future->kind), future);
    sl_spin_unlock(&runtime->guest_lock);
}
