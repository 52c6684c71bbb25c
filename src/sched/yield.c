/* sley_yield: the shortest way from one fiber to the next, in one function.
 *
 * What is at the head of the ready queue changes places with the running fiber at its tail. Between
 * two fibers nothing is then read back that was just written, and the caller's registers are saved
 * once. Whatever is not the plain case (a callback is next, a fiber that never ran, the end of the
 * pass, C++ exceptions to be kept) takes the ordinary way through sl_worker_park. */
#include "sched/share.h"
#include "sched/wait.h"

#include <sley/error.h>
#include <sley/task.h>

/* Behind what any worker has to do, not only this one: what makes it give way may be wanted by more
 * tasks elsewhere than here. */
struct sley_loop *sl_worker_give_way(struct sley_loop *loop)
{
    struct sl_fiber *self = loop->current;
    struct sl_entry *entry = &self->entry;

    if (sl_fiber_flags(self) & (SL_FIBER_PINNED | SL_FIBER_ROAMS))
        sl_roam_yield(loop, self);
    else if (loop->team->steals)
        sl_inject_give(&loop->team->inject, &entry, 1);
    else
        sl_share_append(loop, entry);
    return sl_worker_park(loop, self);
}

SL_INLINE struct sley_loop *change_places(struct sley_loop *loop, struct sl_fiber *self)
{
    struct sl_link *head = &loop->ready.head, *first = head->next, *last = head->prev;
    struct sl_link *mine = &self->entry.link;
    struct sl_entry *entry = SL_CONTAINER(first, struct sl_entry, link);
    struct sl_fiber *next = sl_fiber_of(entry);

    if (SL_UNLIKELY(first == head || loop->budget <= 0 || entry->run || !next->sp) ||
        sl_exceptions_any(loop->exceptions)) {
        if (!loop->team)
            sl_ready_push(loop, &self->entry);
        else if (SL_LIKELY(!(sl_fiber_flags(self) & (SL_FIBER_PINNED | SL_FIBER_ROAMS))))
            sl_share_append(loop, &self->entry);
        else
            sl_roam_yield(loop, self);
        return sl_worker_park(loop, self);
    }
    loop->budget--;
    if (!loop->batch_last) /* sl_ready_pop's rule, with `mine` queued already */
        loop->batch_last = mine;
    else if (first == loop->batch_last)
        loop->batch_last = NULL;
    if (first == last) {
        head->next = mine;
        mine->prev = head;
    } else {
        struct sl_entry *second = SL_CONTAINER(first->next, struct sl_entry, link);

        head->next = &second->link;
        second->link.prev = head;
        /* Among thousands of fibers its stack is far away; by the next yield it will be here. */
        if (!second->run)
            __builtin_prefetch(sl_fiber_of(second)->sp);
        mine->prev = last;
        last->next = mine;
    }
    mine->next = head;
    head->prev = mine;
    loop->current = next;
    sl_hook_switch(&self->stack->hook, &next->stack->hook, 0);
    loop = sl_arch_switch(&self->sp, next->sp, loop);
    sl_hook_switched(&self->stack->hook);
    return loop;
}

int sley_yield(void)
{
    struct sley_loop *loop = sl_enter();
    struct sl_fiber *self;
    int rc = 0;

    if (SL_UNLIKELY(!loop))
        return sl_no_loop();
    self = loop->current;
    if (SL_UNLIKELY(!self))
        rc = -SLEY_ENOLOOP;
    else if (SL_UNLIKELY(sl_fiber_flags(self) & SL_FIBER_ASKED))
        rc = sl_scope_code(self);
    if (SL_LIKELY(rc == 0)) {
        loop = change_places(loop, self);
        if (SL_UNLIKELY(sl_fiber_flags(self) & SL_FIBER_ASKED))
            rc = sl_wait_checkpoint(self);
    }
    sl_leave(loop);
    return rc;
}
