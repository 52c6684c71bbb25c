/* Edge cancellation: asyncio's request and counter (FORMAT.md R6, R7).
 *
 * A request goes down the chain of awaits: a task that awaits a task hands it on, and only the
 * last one of the chain is cancelled, or has to be at its next suspension. The walk is a loop, so
 * that a chain of any length costs no stack. */
#include "task/task.h"

bool sl_task_cancel(struct sley_loop *loop, struct sley_task *task)
{
    if (task->future.state != SL_PENDING)
        return false;
    for (;;) {
        struct sl_wait *wait = task->fiber.wait;
        struct sley_future *target;

        task->fiber.cancelling++;
        if (!wait || (task->fiber.flags & SL_FIBER_SHIELDED))
            break;
        if (wait->class != &sl_await_class) {
            if (!sl_wait_cancel(loop, wait))
                break;
            wait->taken |= SL_EDGE_TAKEN;
            return true;
        }
        target = wait->object;
        if (target->state != SL_PENDING)
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
    task->fiber.flags |= SL_FIBER_MUST_CANCEL;
    return true;
}

unsigned sl_task_uncancel(struct sley_task *task)
{
    if (task->fiber.cancelling && --task->fiber.cancelling == 0)
        task->fiber.flags &= (uint16_t)~SL_FIBER_MUST_CANCEL;
    return task->fiber.cancelling;
}

bool sley_task_cancel(sley_task *task)
{
    uint32_t user = 0;
    struct sley_loop *loop;
    bool asked;

    if (!task || sl_runtime_dead(task->future.loop->runtime))
        return false;
    loop = sl_enter(&user);
    asked = sl_task_cancel(task->future.loop, task);
    if (loop)
        sl_leave(loop, user);
    return asked;
}

unsigned sley_task_uncancel(sley_task *task)
{
    return sl_task_uncancel(task);
}

unsigned sley_task_cancelling(const sley_task *task)
{
    return task->fiber.cancelling;
}
