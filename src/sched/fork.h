/* sched/fork.h: what a fork leaves of the parent's loops in the child: nothing that runs.
 *
 * sl_forks counts how often this process is the child of one. A runtime of another number is dead
 * (sl_runtime_dead); the thread that forked runs no loop any more, so that sl_current costs what it
 * did; a ring of the parent answers nothing (sl_ring_forked). */
#ifndef SL_SCHED_FORK_H
#define SL_SCHED_FORK_H

struct sley_loop;

/* Registers the handlers, once a process; before the first runtime. 0 or -ENOMEM. */
int sl_fork_start(void);

/* Does the calling thread stand on the stacks of a dead loop? Nothing of it can be released. */
int sl_fork_inside(const struct sley_loop *loop);

/* A function that the parent's loop called has returned, in the child: says so and aborts. */
_Noreturn void sl_fork_returned(void);

/* What the rooms above forget in the child. */
struct sl_fork_calls {
    void (*table)(void);
};
extern const struct sl_fork_calls sl_fork_calls; /* io/table.c */

#endif
