/* Edge cancellation: asyncio's request and counter (FORMAT.md R6, R7).
 *
 * A request goes down the chain of awaits: a task that awaits a task hands it on, and only the
 * last one of the chain is cancelled, or has to be at its next suspension. The walk is a loop, so
 * that a chain of any length costs no stack. */
#include "task/open.h"
#include "task/shared.h"

/* One loop's own, unless the fiber waits where other threads may end it. */
static void count(struct sl_fiber *fiber, uint32_t one)
{
    if (SL_UNLIKELY(sl_fiber_many(fiber)))
        sl_add_acq_rel(&fiber->word, one); /* pairs with the others' changes of the word */
    else
        sl_store_relaxed(&fiber->word, sl_fiber_flags(fiber) + one);
}

bool sl_task_cancel(struct sley_loop *loop, struct sley_task *task)
{
    if (sl_future_many(&task->future))
        return sl_shared_cancel(task);
    if (sl_future_state(&task->future) != SL_PENDING)
        return false;
    for (;;) {
        struct sl_wait *wait = task->fiber.wait;
        struct sley_future *target;

        count(&task->fiber, SL_FIBER_CANCELLING_ONE);
        if (!wait || (sl_fiber_flags(&task->fiber) & SL_FIBER_SHIELDED))
            break;
        if (wait->class != &sl_await_class) {
            if (!sl_wait_cancel(loop, wait))
                break;
            wait->taken |= SL_EDGE_TAKEN;
            return true;
        }
        target = wait->object;
        if (sl_future_state(target) != SL_PENDING)
            break;
        if (target->kind != SL_FUTURE_TASK) {
            if (!sl_future_cancel(loop, target))
                break;
            wait->taken |= SL_EDGE_TAKEN;
            return true;
        }
        wait->taken |= SL_EDGE_TAKEN;
        task = sl_task_of_future(target);
    }
    sl_fiber_set(&task->fiber, SL_FIBER_MUST_CANCEL);
    return true;
}

/* ---- one loop's task, asked by other threads ---- */

bool sl_task_ask(struct sley_task *task)
{
    struct sley_loop *loop = task->future.loop;
    uint8_t times = sl_load_relaxed(&task->fiber.asked);
    enum sl_own own = sl_own_begin(loop);
    bool asked;

    if (own != SL_OWN_NOT) {
        asked = sl_task_cancel(loop, task);
        sl_own_end(loop, own);
        return asked;
    }
    if (sl_future_state(&task->future) != SL_PENDING)
        return false;
    do
        if (times == UINT8_MAX) /* enough: they have not been looked at yet */
            return true;
    while (!sl_cas_weak_acq_rel(&task->fiber.asked, &times, times + 1)); /* pairs with asked */
    sl_loop_signal(loop, SL_SIGNAL_TASKS);
    return true;
}

void sl_task_asked(struct sley_loop *loop)
{
    struct sl_list *tasks = &loop->runtime->tasks;

    for (struct sl_link *link = tasks->head.next; link != &tasks->head; link = link->next) {
        struct sley_task *task = SL_CONTAINER(link, struct sley_task, all);
        uint8_t times = sl_load_relaxed(&task->fiber.asked);

        if (SL_LIKELY(!times))
            continue;
        times = sl_exchange_acq_rel(&task->fiber.asked, 0); /* pairs with those who ask */
        while (times--)
            sl_task_cancel(loop, task);
    }
}

unsigned sl_task_uncancel(struct sley_task *task)
{
    sl_atomic_u32 *at = &task->fiber.word;
    uint32_t word = sl_load_relaxed(at), new;

    do {
        if (word < SL_FIBER_CANCELLING_ONE)
            return 0;
        new = word - SL_FIBER_CANCELLING_ONE;
        if (new < SL_FIBER_CANCELLING_ONE)
            new &= ~(uint32_t)SL_FIBER_MUST_CANCEL;
        if (!(word & SL_FIBER_MANY)) {
            sl_store_relaxed(at, new);
            break;
        }
    } while (!sl_cas_weak_acq_rel(at, &word, new)); /* pairs with who asks */
    return new / SL_FIBER_CANCELLING_ONE;
}

bool sley_task_cancel(sley_task *task)
{
    struct sley_loop *loop;
    bool asked;

    if (!task || sl_runtime_dead(task->future.loop->runtime))
        return false;
    loop = sl_enter();
    if (loop == task->future.loop || sl_future_many(&task->future))
        asked = sl_task_cancel(task->future.loop, task);
    else
        asked = sl_task_ask(task);
    if (loop)
        sl_leave(loop);
    return asked;
}

unsigned sley_task_uncancel(sley_task *task)
{
    return sl_task_uncancel(task);
}

unsigned sley_task_cancelling(const sley_task *task)
{
    return sl_fiber_cancelling(&task->fiber);
}
