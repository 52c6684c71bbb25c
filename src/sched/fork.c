/* Fork: the handlers. The child has one thread, the one that forked; locks that others held are
 * held for ever, and memory is as they left it. Each lock of ours is therefore held across the fork
 * or made anew. */
#include "sched/fork.h"

#include "os/kick.h"
#include "os/plain.h"
#include "sched/worker.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

/* What is next in the loop that the child stands in. */
static void after_a_callback(struct sley_loop *loop, struct sl_entry *entry)
{
    (void)loop, (void)entry;
    sl_fork_returned();
}

static struct sl_entry last_entry = {.run = after_a_callback};

/* The thread that forked was inside this loop's tasks or callbacks. */
static void leave(struct sley_loop *loop)
{
    sl_current_set(NULL);
    sl_current_outside()->forked = true;
    if (loop->team && loop->index) /* a thread of ours, where nearly all signals are blocked */
        pthread_sigmask(SIG_SETMASK, &loop->team->mask, NULL);
    else
        sl_thread_signals_forked(&loop->thread_signals);
    loop->team = NULL; /* the others are not here: what is left is one loop, and dead */
    loop->taken = &last_entry; /* which one of many workers looks at first */
    sl_list_init(&loop->ready);
    sl_ready_push(loop, &last_entry);
    loop->batch_last = NULL;
    loop->stop = false;
    loop->dropping = true; /* timers that are due with the caller's: not called */
    if (loop->budget < 1)
        loop->budget = 1;
}

static void child(void)
{
    struct sley_loop *loop = sl_current();

    sl_forks++;
    sl_rings_forked();
    sl_signals_forked();
    sl_kicks_forked();
    sl_fork_calls.table();
    if (loop)
        leave(loop);
    else if (sl_current_outside()->fiber) /* of a section that blocks */
        sl_current_outside()->forked = true;
}

static int registered;

static void start(void)
{
    /* pthread_atfork's only error is ENOMEM. */
    registered = -pthread_atfork(sl_rings_lock, sl_rings_unlock, child);
}

int sl_fork_start(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, start);
    return registered;
}

static bool inside(const struct sley_loop *loop)
{
    return loop->state == SL_LOOP_RUNNING && pthread_equal(loop->owner, pthread_self());
}

int sl_fork_inside(const struct sley_loop *loop)
{
    const struct sl_team *team = loop->runtime->team;

    for (unsigned i = 0; team && i < team->n; i++)
        if (inside(team->members[i].loop))
            return true;
    return inside(loop);
}

_Noreturn void sl_fork_returned(void)
{
    static const char text[] =
        "sley: after fork, a function returned into the parent's loop, which is dead in this"
        " process: a child ends with _exit or exec\n";

    sl_plain_write(2, text, sizeof text - 1, -1);
    abort();
}
