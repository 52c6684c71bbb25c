#include "task/loop.h"

#include "os/cpus.h"
#include "sched/fork.h"
#include "sched/share.h"
#include "task/exception.h"
#include "task/offload.h"
#include "task/report.h"
#include "task/scope.h"
#include "task/shared.h"
#include "task/waits.h"

#include <errno.h>
#include <string.h>

/* ---- made and unmade ---- */

int sl_options_read(sley_options *into, const sley_options *options)
{
    *into = (sley_options){.size = sizeof *into};
    if (!options)
        return 0;
    if (options->size < offsetof(sley_options, seed) || options->size > sizeof *into)
        return -EINVAL;
    memcpy(into, options, options->size);
    into->workers = sl_workers_wanted(into->workers);
    return into->workers < 0 ? into->workers : 0;
}

static void open_loop(struct sley_loop *loop, struct sl_runtime *runtime)
{
    bool many = runtime->team != NULL;

    sl_worker_open(loop, runtime);
    sl_pool_open(&loop->tasks, sizeof(struct sley_task));
    sl_pool_open(&loop->futures, 64);
    sl_pool_open(&loop->handles, sl_handle_size(many));
    if (many) {
        sl_pool_share(&loop->tasks, &runtime->task_depot);
        sl_pool_share(&loop->futures, &runtime->future_depot);
        sl_stacks_share(&loop->stacks, &runtime->stack_depot);
    }
}

static void close_loop(struct sley_loop *loop)
{
    sl_worker_close(loop);
    sley_error_drop(loop->error);
    sl_context_release(loop->context);
    sl_pool_close(&loop->tasks);
    sl_pool_close(&loop->futures);
    sl_pool_close(&loop->handles);
}

static void close_team(struct sl_runtime *runtime)
{
    struct sl_team *team = runtime->team;

    for (unsigned i = 1; i < team->n; i++)
        if (team->members[i].loop) {
            close_loop(team->members[i].loop);
            sl_sys.release(team->members[i].loop, sizeof(struct sley_loop), 0);
        }
    sl_team_free(team);
}

/* Loop 0 holds the runtime. */
static void close_first(struct sley_loop *loop)
{
    struct sl_runtime *runtime = loop->runtime;
    bool many = runtime->team != NULL;

    close_loop(loop);
    if (many) {
        sl_pool_close(&runtime->guest_tasks);
        sl_pool_close(&runtime->guest_futures);
        sl_pool_depot_close(&runtime->task_depot);
        sl_pool_depot_close(&runtime->future_depot);
        sl_stacks_depot_close(&runtime->stack_depot);
    }
    sl_sys.release(loop, sizeof *loop, 0);
}

static int open_team(struct sley_loop *first, unsigned n)
{
    struct sl_runtime *runtime = first->runtime;

    sl_context_share();
    runtime->team = sl_team_new(n, !runtime->options.roaming_workers);
    if (!runtime->team)
        return -ENOMEM;
    sl_pool_depot_open(&runtime->task_depot);
    sl_pool_depot_open(&runtime->future_depot);
    sl_stacks_depot_open(&runtime->stack_depot);
    sl_pool_open(&runtime->guest_tasks, sizeof(struct sley_task));
    sl_pool_open(&runtime->guest_futures, 64);
    sl_pool_share(&runtime->guest_tasks, &runtime->task_depot);
    sl_pool_share(&runtime->guest_futures, &runtime->future_depot);
    sl_team_join(runtime->team, 0, first);
    for (unsigned i = 1; i < n; i++) {
        struct sley_loop *loop = sl_sys_allocate_zeroed(sizeof *loop, 0);

        if (!loop)
            return -ENOMEM;
        loop->runtime = runtime;
        sl_team_join(runtime->team, i, loop);
        open_loop(loop, runtime);
    }
    return 0;
}

int sl_loop_new(sley_loop **made, const sley_options *options)
{
    struct sley_loop *loop;
    struct sl_runtime *runtime;
    sley_options all;
    int rc = sl_options_read(&all, options);

    if (rc < 0)
        return rc;
    sl_sys_start();
    if ((rc = sl_fork_start()) < 0)
        return rc;
    loop = sl_sys_allocate_zeroed(sizeof *loop, 0);
    if (!loop)
        return -ENOMEM;
    runtime = &loop->runtime_storage;
    runtime->options = all;
    runtime->born = sl_forks;
    if (!runtime->options.seed)
        runtime->options.seed = sl_sys.random();
    runtime->stack_class = sl_stack_class_of(all.stack_size ? all.stack_size : (size_t)256 << 10);
    if (runtime->stack_class < 0) {
        sl_sys.release(loop, sizeof *loop, 0);
        return -EINVAL;
    }
    runtime->exception_handler = all.exception_handler;
    runtime->exception_arg = all.exception_arg;
    sl_list_init(&runtime->tasks);
    loop->runtime = runtime;
    if (all.workers > 1)
        rc = open_team(loop, (unsigned)all.workers);
    open_loop(loop, runtime);
    if (rc < 0) {
        if (runtime->team)
            close_team(runtime);
        close_first(loop);
        return rc;
    }
    sley_loop_set_debug(loop, all.debug);
    *made = loop;
    return 0;
}

int sley_loop_new(sley_loop **made, const sley_options *options)
{
    int rc = sl_loop_new(made, options);

    if (rc == 0)
        sl_stuck_given(*made);
    return rc;
}

#define PATIENCE_NS ((int64_t)60 * 1000000000)
#define INSIST_AGAIN_NS 10000000

/* Due `shutdown_timeout` after the edge. */
static void insist(struct sley_loop *loop, struct sl_entry *entry)
{
    struct sl_timer *timer = SL_CONTAINER(entry, struct sl_timer, entry);

    sl_scope_cancel(loop, &loop->runtime->root, -ECANCELED);
    if (!loop->team)
        return;
    /* Of many workers a task may be made at the same moment, and be missed. */
    sl_shared_scope_cancelled(loop, &loop->runtime->root);
    timer->deadline = loop->now + INSIST_AGAIN_NS;
    sl_wheel_arm(&loop->wheel, timer);
}

/* The loop cannot run (no ring): tasks that never ran can be ended all the same. */
static void end_unstarted(struct sley_loop *loop)
{
    struct sl_link *link, *next;

    if (loop->team)
        sl_shared_end_unstarted(loop);
    for (link = loop->runtime->tasks.head.next; link != &loop->runtime->tasks.head; link = next) {
        struct sl_fiber *fiber = &SL_CONTAINER(link, struct sley_task, all)->fiber;

        next = link->next;
        if (sl_shared_load_relaxed(&fiber->sp))
            continue;
        sl_entry_withdraw(loop, &fiber->entry);
        sl_task_never_start(loop, fiber);
    }
}

static void ask_to_end(struct sley_loop *loop, struct sley_task *task, enum sl_ending how)
{
    if (how == SL_END_REPORTING)
        sl_exception_report(loop, "Task was pending when its loop was closed", &task->future, 0);
    sl_task_cancel(loop, task);
}

static bool end_one(struct sley_task *task, void *arg)
{
    ask_to_end(task->future.loop, task, *(enum sl_ending *)arg);
    return false;
}

void sl_loop_cancel_all(struct sley_loop *loop, enum sl_ending how)
{
    struct sl_runtime *runtime = loop->runtime;
    int64_t patience = runtime->options.shutdown_timeout.ns;
    struct sl_timer timer = {.entry.run = insist};

    if (!sl_runtime_tasks(runtime) || sl_runtime_dead(runtime))
        return;
    sl_store_relaxed(&runtime->closing, 1);
    if (loop->team)
        sl_shared_each_task(loop->team, end_one, &how);
    for (struct sl_link *link = runtime->tasks.head.next; link != &runtime->tasks.head;
         link = link->next)
        ask_to_end(loop, SL_CONTAINER(link, struct sley_task, all), how);
    if (how != SL_END_ASKING)
        sl_scope_cancel(loop, &runtime->root, -ECANCELED);
    if (!patience)
        patience = PATIENCE_NS;
    if (how == SL_END_ASKING || loop->team)
        sl_timer_arm(loop, &timer, sl_loop_clock(loop) + (how == SL_END_ASKING ? patience : 0));
    loop->stop = false;
    while (sl_runtime_tasks(runtime) && sl_worker_run(loop) == 0)
        ;
    end_unstarted(loop);
    sl_timer_disarm(loop, &timer);
    sl_store_relaxed(&runtime->closing, 0);
}

/* The same among many workers, which are at rest: this thread empties all their queues. */
static void drop_shared(struct sl_team *team)
{
    for (unsigned i = 0; i < team->n; i++)
        team->members[i].loop->dropping = true;
    for (unsigned i = 0; i < team->n; i++)
        sl_worker_drop(team->members[i].loop);
}

/* Calls that were scheduled and never made are dropped, as in asyncio; internal entries run. Every
 * task has ended, so that the timers that are left are calls, too. */
static void drop_calls(struct sley_loop *loop)
{
    struct sl_list due;
    struct sl_link *link;

    if (loop->team) {
        drop_shared(loop->team);
        return;
    }
    sl_inbox_take(loop); /* what other threads have asked for since it ran */
    while (!sl_list_empty(&loop->ready)) {
        loop->stop = true;
        if (sl_worker_run(loop) < 0)
            break;
    }
    sl_list_init(&due);
    sl_wheel_expire(&loop->wheel, INT64_MAX, &due);
    while ((link = sl_list_pop(&due))) {
        struct sl_entry *entry = SL_CONTAINER(link, struct sl_entry, link);

        entry->run(loop, entry);
    }
}

/* Of many workers any loop stands for the runtime, which the first one runs. */
static struct sley_loop *first_of(struct sley_loop *loop)
{
    return loop && loop->runtime->team ? loop->runtime->team->members[0].loop : loop;
}

int sley_loop_close(sley_loop *loop)
{
    loop = first_of(loop);
    if (!loop)
        return 0;
    if (sl_runtime_dead(loop->runtime)) {
        if (sl_fork_inside(loop))
            return -SLEY_EFORKED; /* the caller's stack is among what would be released */
        loop->dropping = true;
        sl_offload_calls->close(loop);
    } else {
        if (sley_loop_is_running(loop) || sl_current())
            return -SLEY_ERUNNING;
        sl_own_adopt(loop);
        sl_loop_cancel_all(loop, SL_END_REPORTING);
        loop->dropping = true;
        sl_offload_calls->close(loop);
        drop_calls(loop);
        sl_share_visitors_leave(loop->runtime);
    }
    if (loop->runtime->team && sl_runtime_dead(loop->runtime))
        return 0; /* other threads held its locks, perhaps: its memory goes with the child */
    if (loop->team) {
        sl_team_leave(loop->team);
        close_team(loop->runtime);
    }
    close_first(loop);
    return 0;
}

/* ---- running ---- */

/* This thread runs the loop from now on: 0, or why it must not. */
static int claim(struct sley_loop *loop)
{
    return sl_runtime_dead(loop->runtime) ? -SLEY_EFORKED : sl_own_run(loop);
}

static SL_NOINLINE int run_claimed(struct sley_loop *loop)
{
    bool took;
    int rc;

    sl_report_install(loop, &took);
    rc = sl_worker_run_claimed(loop);
    sl_report_uninstall(loop, took);
    if (rc < 0 && loop->ring_storage.refusal)
        sley_raise(rc, "%s", loop->ring_storage.refusal);
    return rc;
}

int sley_loop_run_forever(sley_loop *loop)
{
    int rc;

    loop = first_of(loop);
    rc = claim(loop);
    if (rc < 0)
        return rc;
    rc = run_claimed(loop);
    sl_worker_leave(loop);
    return rc;
}

static void stopper_run(struct sley_loop *loop, struct sl_entry *entry)
{
    (void)loop;
    sl_worker_stop(SL_CONTAINER(entry, struct sl_stopper, entry)->loop);
}

intptr_t sley_loop_run_until_complete(sley_loop *loop, sley_future *future)
{
    struct sl_stopper stopper = {.entry.run = stopper_run, .loop = first_of(loop)};
    int rc;

    loop = first_of(loop);
    if (!future || !sl_future_is_of(future, loop))
        return future ? -SLEY_EWRONGLOOP : -EINVAL;
    /* The future stops this run, and no other thread's before or after. */
    if ((rc = claim(loop)) < 0)
        return rc;
    if (!loop->team || sl_future_state(future) == SL_PENDING) {
        stopper.counts = sl_waits_call_comes(future);
        sl_future_add(future, &stopper.entry);
        rc = run_claimed(loop);
        sl_future_withdraw(future, &stopper.entry);
        sl_waits_call_over(future, stopper.counts);
    }
    sl_worker_leave(loop);
    if (sl_future_state(future) == SL_PENDING)
        return rc < 0 ? rc : -SLEY_ESTOPPED;
    sl_future_mark(future, SL_FUTURE_RETRIEVED);
    sl_error_set(NULL, future->error);
    return future->word;
}

intptr_t sley_loop_run_coro(sley_loop *loop, sley_fn *fn, void *arg)
{
    struct sley_task *task = sley_loop_create_task(loop, fn, arg, NULL);
    intptr_t word;

    if (!task && sl_runtime_dead(loop->runtime))
        return -SLEY_EFORKED;
    if (!task)
        return loop->state == SL_LOOP_CLOSED ? -SLEY_EFINISHED : -ENOMEM;
    word = sley_loop_run_until_complete(loop, &task->future);
    sl_future_drop(&task->future);
    return word;
}

void sley_loop_stop(sley_loop *loop)
{
    if (!sl_runtime_dead(loop->runtime))
        sl_worker_stop(loop);
}

bool sley_loop_run_once(sley_loop *loop)
{
    return !sl_runtime_dead(loop->runtime) && sl_worker_run_once(loop);
}
