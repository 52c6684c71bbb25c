/* sley/blocking.h: a section of a task that blocks, in a thread of a pool.
 *
 *     sley_blocking section = SLEY_BLOCKING_INIT;
 *     SLEY_BLOCKING(&section)
 *         n = sqlite3_step(statement);          on the task's stack, with its variables
 *     if (section.rc < 0)
 *         return section.rc;                    it was not run; or it was, and cancelled meanwhile
 *
 * The task goes to the thread and comes back; its worker runs others meanwhile, and keeps its ring.
 * Both ends are suspension points. A cancel or a deadline finds a section that no thread has begun
 * (it is not run), or waits for its end, which reports it: what blocks is not interrupted, and no
 * run ends before it. A `return` out of the block leaves rc unread: a request to cancel that came
 * meanwhile is swallowed then, as by every call whose answer is ignored.
 *
 * Inside, the caller is a plain thread. There is no current loop or task: calls that need one
 * answer -SLEY_ENOLOOP, or NULL; local primitives are out of reach; entering a scope, a timeout or
 * a group is a failed check (around the section they are fine). Shared primitives and awaits block
 * the thread. A shared lock may be taken on one side and released on the other; one that is taken
 * inside is a thread's in reports. An OS mutex that is locked inside is unlocked inside.
 *
 * The error detail and the context variables are the task's, and so is the stack: what needs much
 * of it wants sley_task_options.stack_size. errno, the signal mask (all are blocked but faults) and
 * other thread-locals are the thread's; docs/thread_locals.md, rule 3, holds at both ends.
 *
 * A section in a plain thread, or in another section, runs where it is. One that runs has its
 * thread of the pool until its end: sections that wait for each other need a thread for each.
 *
 * asyncio: to_thread(), of a block.
 */
#ifndef SLEY_BLOCKING_H
#define SLEY_BLOCKING_H

#include <sley/base.h>
#include <sley/thread.h>

SLEY_BEGIN_DECLS

/* Belongs to the task that enters it, and must not move before it has been left; may then be
 * entered again. */
typedef struct sley_blocking {
    int rc; /* what enter or exit returned last */
    int _spare[1];
    void *_section[14];
} sley_blocking;

#define SLEY_BLOCKING_INIT {0, {0}, {NULL}}

/* Moves the task to a thread of the pool (NULL: the runtime's default one), which must not be
 * closed before the section has been left. 0: it is there (a plain thread: where it was). Else it
 * is where it was, and the section not entered: -ECANCELED or a scope's code; -ENOMEM: no pool, no
 * thread; -SLEY_EFINISHED: the pool is being closed; -SLEY_ENOLOOP: in a callback; -SLEY_EFORKED:
 * the loop or the pool is the parent's. */
SLEY_SUSPENDS int sley_blocking_enter(sley_blocking *section, sley_executor *executor);
/* Moves it back, to its loop; a stealable task of many workers to any of them. 0, or the code of a
 * cancel or deadline that came since it was entered. A section that was not entered: what enter
 * returned. */
SLEY_SUSPENDS int sley_blocking_exit(sley_blocking *section);

static inline void sley_blocking_exit_(sley_blocking **section)
{
    sley_blocking_exit(*section);
}

SLEY_END_DECLS

/* The block runs if enter returned 0; break, return, goto and C++'s throw leave it well.
 * SLEY_BLOCKING: in the runtime's default pool. */
#define SLEY_BLOCKING_IN(section, executor)                                                       \
    for (sley_blocking * SLEY_UNIQUE(sley_b) __attribute__((cleanup(sley_blocking_exit_))) =      \
             (section),                                                                           \
             *SLEY_UNIQUE(sley_o) =                                                               \
                 sley_blocking_enter(SLEY_UNIQUE(sley_b), (executor)) == 0 ? SLEY_UNIQUE(sley_b)  \
                                                                           : NULL;                \
         SLEY_UNIQUE(sley_o); SLEY_UNIQUE(sley_o) = NULL)
#define SLEY_BLOCKING(section) SLEY_BLOCKING_IN(section, NULL)
#endif
