/* A section of a task in a thread of a pool. For its loop it is one wait from enter to exit; where
 * the fiber is meanwhile: sched/host.h. */
#include "offload/executor.h"
#include "sched/fork.h"
#include "sched/host.h"
#include "sched/wait.h"
#include "task/context.h"
#include "task/report.h"

#include <sley/blocking.h>

#include <errno.h>
#include <stdio.h>

/* What lies in a sley_blocking. */
struct section {
    int rc;
    struct sl_wait wait;
    struct sl_work work;
    struct sley_executor *executor;
    struct sl_host *host; /* the thread that has the fiber, or NULL */
    uint64_t locks;       /* OS locks that the thread took before: debug mode */
};
_Static_assert(sizeof(struct section) <= sizeof(sley_blocking), "it has the room");

static struct section *section_of(struct sl_wait *wait)
{
    return SL_CONTAINER(wait, struct section, wait);
}

/* One loop, by whoever owns it. A thread that has the fiber goes on, and exit tells of the
 * cancel. */
static bool cancel(struct sley_loop *loop, struct sl_wait *wait)
{
    struct section *section = section_of(wait);

    if (sl_executor_withdraw(section->executor, &section->work) && sl_park_end(wait->fiber))
        sl_ready_wake(loop, wait->fiber);
    return true;
}

/* The same of a wait that is held. */
static bool cancel_held(struct sley_loop *loop, struct sl_wait *wait)
{
    struct section *section = section_of(wait);

    if (!sl_executor_withdraw(section->executor, &section->work)) {
        sl_park_release(wait->fiber, 0);
        return true;
    }
    sl_park_end_held(wait->fiber);
    sl_ready_wake(loop, wait->fiber);
    return true;
}

static void describe(const struct sl_wait *wait, char *text, size_t size)
{
    const struct section *section = wait->object;

    snprintf(text, size, "%p (%s)", wait->object, sl_work_state(&section->work));
}

static const struct sl_wait_class blocking_wait = {
    .reason = "blocking section",
    .describe = describe,
    .cancel = cancel,
    .cancel_held = cancel_held,
    .completes = true,
};

/* In a thread of the pool: from enter to exit. */
static void run(struct sl_work *work)
{
    struct section *section = SL_CONTAINER(work, struct section, work);
    struct sl_fiber *fiber = section->wait.fiber;
    const struct sley_loop *home = fiber->stack->home;
    struct sl_host host;

    section->host = &host;
    if (home->debug)
        sl_report_held_outside(&section->locks, NULL);
    sl_host_run(&host, fiber);
    if (sl_park_end(fiber)) /* always: what is not queued is not taken back */
        sl_ready_wake(NULL, fiber);
}

/* Returns in that thread: 0, and *loop is NULL; or where it was. */
static int move(struct sley_loop **loop, struct section *section)
{
    struct sl_runtime *runtime = (*loop)->runtime;
    struct sl_fiber *self = (*loop)->current;
    int rc;

    sl_context_share();
    sl_wait_init(&section->wait, self, &blocking_wait, section);
    sl_host_prepare(self);
    sl_add_relaxed(&runtime->executor_jobs, 1);
    rc = sl_executor_submit(section->executor, &section->work);
    if (rc == 0) {
        /* Whoever has it by now waits for the context: so it is parked before anybody ends that.
         * A cancel from here on takes it back, or comes too late. */
        (void)!sl_wait_begin(&section->wait);
        if (SL_UNLIKELY(sl_fiber_flags(self) & SL_FIBER_ASKED))
            sl_wait_park_first(*loop, &section->wait);
        *loop = sl_host_enter(*loop, self, &section->host);
        if (!*loop)
            return 0;
        rc = sl_wait_parked(self, &section->wait);
        if (rc == 0)
            rc = -ECANCELED;
    }
    sl_sub_acq_rel(&runtime->executor_jobs, 1); /* pairs with nothing: its task is still there */
    return rc;
}

int sley_blocking_enter(sley_blocking *public_section, sley_executor *executor)
{
    struct section *section = (struct section *)public_section;
    struct sley_loop *loop = sl_enter();
    int rc = -SLEY_ENOLOOP;

    *section = (struct section){.work.run = run};
    if (!loop) {
        rc = sl_no_loop();
        return section->rc = rc == -SLEY_ENOLOOP ? 0 : rc; /* a plain thread blocks as it is */
    }
    if (loop->current && (rc = sl_wait_checkpoint(loop->current)) == 0) {
        section->executor = executor ? executor : sl_executor_default(loop);
        rc = section->executor ? move(&loop, section) : -ENOMEM;
    }
    if (loop)
        sl_leave(loop);
    return section->rc = rc;
}

int sley_blocking_exit(sley_blocking *public_section)
{
    struct section *section = (struct section *)public_section;
    struct sl_fiber *self = section->wait.fiber;
    struct sley_loop *loop;
    int rc;

    if (!section->host)
        return section->rc;
    loop = self->stack->home;
    if (SL_UNLIKELY(sl_runtime_dead(loop->runtime)))
        sl_fork_returned();
    if (SL_UNLIKELY(loop->debug))
        sl_report_held_outside(&section->locks, self);
    loop = sl_host_leave(section->host, self);
    section->host = NULL;
    sl_sub_acq_rel(&loop->runtime->executor_jobs, 1); /* pairs with nothing, as above */
    rc = sl_wait_parked(self, &section->wait);
    if (rc == 0)
        rc = sl_wait_checkpoint(self);
    sl_leave(loop);
    return section->rc = rc;
}
