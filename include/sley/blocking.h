/* sley/blocking.h: a section of a task that blocks, in a thread of a pool.
 *
 *     sley_blocking section = SLEY_BLOCKING_INIT;
 *     SLEY_BLOCKING(&section)
 *         n = sqlite3_step(statement);          on the task's stack, with its variables
 *     if (section.rc < 0)
 *         return section.rc;                    cancelled; the block may not have run
 *
 * The task goes to the thread and comes back; its worker runs others meanwhile, and keeps its ring.
 * Both ends are suspension points. A cancel finds a section that no thread has begun (it is not
 * run), or waits for its end, which reports it: what blocks is not interrupted.
 *
 * Inside, the caller is a plain thread: there is no current loop or task, calls that need one
 * answer -SLEY_ENOLOOP, shared primitives and awaits block the thread, and own what they take as
 * that thread; what the task holds it cannot release here. The error detail and the context
 * variables are the task's. An OS mutex that is locked inside is unlocked inside; errno and other
 * thread-locals are the thread's (docs/thread_locals.md, rule 3, holds at both ends).
 *
 * A section in a plain thread, or in another section, runs where it is. Sections that wait for each
 * other need a pool that has a thread for each.
 *
 * asyncio: to_thread(), of a block.
 */
#ifndef SLEY_BLOCKING_H
#define SLEY_BLOCKING_H

#include <sley/base.h>
#include <sley/thread.h>

SLEY_BEGIN_DECLS

/* Belongs to the task that enters it, and stays where it is until it is left; may then be entered
 * again. */
typedef struct sley_blocking {
    int rc; /* what enter or exit returned last */
    int _spare[1];
    void *_section[14];
} sley_blocking;

#define SLEY_BLOCKING_INIT {0, {0}, {NULL}}

/* Moves the task to a thread of the pool (NULL: the runtime's default one), which must not be
 * closed before the section has been left. 0: it is there. Else it is where it was, and the
 * section not entered: -ECANCELED or a scope's code; -ENOMEM: no pool, no thread; -SLEY_EFINISHED:
 * the pool is being closed; -SLEY_ENOLOOP: in a callback; -SLEY_EFORKED. */
SLEY_SUSPENDS int sley_blocking_enter(sley_blocking *section, sley_executor *executor);
/* Moves it back, to its loop or among many workers to any of them. 0, or the code of a cancel that
 * came since it was entered. A section that was not entered: what enter returned. */
SLEY_SUSPENDS int sley_blocking_exit(sley_blocking *section);

static inline void sley_blocking_exit_(sley_blocking **section)
{
    sley_blocking_exit(*section);
}

SLEY_END_DECLS

/* The block runs if enter returned 0; break, return and goto leave it well. */
#define SLEY_BLOCKING_IN(section, executor)                                                       \
    for (sley_blocking * SLEY_UNIQUE(sley_b) __attribute__((cleanup(sley_blocking_exit_))) =      \
             (section),                                                                           \
             *SLEY_UNIQUE(sley_o) =                                                               \
                 sley_blocking_enter(SLEY_UNIQUE(sley_b), (executor)) == 0 ? SLEY_UNIQUE(sley_b)  \
                                                                           : NULL;                \
         SLEY_UNIQUE(sley_o); SLEY_UNIQUE(sley_o) = NULL)
#define SLEY_BLOCKING(section) SLEY_BLOCKING_IN(section, NULL)
#endif
