/* tasks.h: the sources of futures and tasks of many workers, on the fibers of fibers.h.
 *
 * Records are not pooled: what is freed may not be looked at any more. Nobody has details of
 * errors; everybody has begun. */
#ifndef SL_MODEL_TASKS_H
#define SL_MODEL_TASKS_H

#include "fibers.h"

#include "sched/switch.h"
#include "sched/wait.c"
/* Everybody has begun. */
#define sl_switch_begin(loop, self, next) \
    (model_check(!(next), "a task that has not begun"), sl_worker_park(loop, self))
#include "task/cancel.c"
#include "task/future.c"
#include "task/gather.c"
#include "task/scope.c"
#include "task/shared.c"
#include "task/shared_cancel.c"
#include "task/shared_task.c"
#include "task/task.c"

enum { UNTOUCHED = 0x5a }; /* what nobody may write to any more */

static struct sley_future futures[2]; /* plain ones */
static bool records_stay; /* in a pool: who looks at all of them sees those that are free, too */
static int freed_n, codes[FIBERS], ends[FIBERS];
static bool cancelled[FIBERS];        /* what the canceller of this number was told */
static unsigned requests[FIBERS];     /* to the task of this number */
static intptr_t words[FIBERS];

/* ---- what is not explored here ---- */

static _Alignas(16) char block[1024];
static bool block_used;

static void *allocate(size_t bytes, size_t zeroed)
{
    (void)zeroed;
    model_check(bytes <= sizeof block && !block_used, "one block");
    block_used = true;
    return block;
}

static void release(void *memory, size_t bytes, size_t zeroed)
{
    (void)zeroed;
    model_check(memory == block && block_used, "released twice");
    block_used = false;
    memset(block, UNTOUCHED, sizeof block);
    sl_model_freed(memory, bytes);
}

struct sl_sys sl_sys = {.allocate = (void *)allocate, .release = (void *)release};

const struct sl_offload_calls *const sl_offload_calls = NULL;
const struct sl_worker_calls sl_worker_calls = {0};

static uint32_t refs_of(const struct sley_future *future)
{
    return sl_load_relaxed((sl_atomic_u32 *)(uintptr_t)&future->refs) % SL_REFS_MANY;
}

void sl_shared_give_record(struct sley_future *future)
{
    size_t bytes = future->kind == SL_FUTURE_TASK ? sizeof(struct sley_task) : sizeof *future;

    model_check(!refs_of(future), "freed, and referred to");
    freed_n++;
    if (!records_stay)
        sl_model_freed(future, bytes);
}

void sley_error_drop(const sley_error *error)
{
    model_check(!error, "nobody has details here");
}

sley_error *sley_error_ref(const sley_error *error)
{
    model_check(!error, "nobody has details here");
    return NULL;
}

sley_error *sl_error_take(sley_error **slot, intptr_t code)
{
    (void)slot, (void)code;
    return NULL;
}

void sl_error_set(struct sley_loop *loop, const sley_error *error)
{
    (void)loop, (void)error;
}

intptr_t sley_raise(intptr_t code, const char *format, ...)
{
    (void)format;
    return code;
}

void sl_exception_never_retrieved(struct sley_loop *loop, struct sley_future *future)
{
    (void)loop, (void)future;
}

void sl_exception_report(struct sley_loop *loop, const char *message, struct sley_future *future,
                         intptr_t error)
{
    (void)loop, (void)message, (void)future, (void)error;
}

/* As team.c does. */
uint64_t sl_runtime_tasks(const struct sl_runtime *of)
{
    uint64_t created = 0, ended = 0;

    (void)of;
    for (int i = 0; i < FIBERS; i++)
        ended += sl_load_acquire(&loops[i].tasks_ended);
    for (int i = 0; i < FIBERS; i++)
        created += sl_load_relaxed(&loops[i].tasks_created);
    return created - ended;
}

static int stops;

void sl_worker_stop(struct sley_loop *loop)
{
    (void)loop;
    stops++;
}

sl_atomic_u32 sl_context_threads;

SL_MODEL_NOT_CALLED(sl_slow_turn);
SL_MODEL_NOT_CALLED(sl_context_put_slowly);
SL_MODEL_NOT_CALLED(sl_context_release_last);
SL_MODEL_NOT_CALLED(sl_fork_returned);
SL_MODEL_NOT_CALLED(sl_future_check_thread);
SL_MODEL_NOT_CALLED(sl_needs_future);
SL_MODEL_NOT_CALLED(sl_needs_object);
SL_MODEL_NOT_CALLED(sl_open_finish);
SL_MODEL_NOT_CALLED(sl_open_gone);
SL_MODEL_NOT_CALLED(sl_shield_free);
SL_MODEL_NOT_CALLED(sl_stack_overrun);
SL_MODEL_NOT_CALLED(sl_task_group_child_done);
SL_MODEL_NOT_CALLED(sl_task_group_child_ended);

bool sl_pool_each(struct sl_pool *pool, bool (*visit)(void *record, void *arg), void *arg)
{
    (void)pool, (void)visit, (void)arg;
    sl_model_fail("the scope is one task's");
    return true;
}

/* ---- steps ---- */

static struct sley_loop *here(void)
{
    return &loops[sl_model_current()];
}

static struct sley_task *self(void)
{
    return &tasks[sl_model_current()];
}

/* Awaits as a task does; no claims here: everybody has begun. */
static int await(struct sley_future *future)
{
    struct sley_loop *loop = here();
    int rc;

    will_wait();
    rc = sl_shared_wait(&loop, future);
    waits[sl_model_current()] = false;
    codes[sl_model_current()] = rc;
    if (rc == 0)
        words[sl_model_current()] = future->word;
    ends[sl_model_current()]++;
    return rc;
}

static void completes_first(void)
{
    cancelled[sl_model_current()] = sl_future_finish(&futures[0], SL_DONE, 7, NULL);
}

/* ---- around them ---- */

static void setup_futures(void)
{
    setup_fibers(SL_FIBER_MANY);
    for (int i = 0; i < 2; i++)
        sl_future_init(&futures[i], &loops[0], SL_FUTURE);
    for (int i = 0; i < FIBERS; i++) {
        sl_store_relaxed(&loops[i].tasks_created, 0);
        sl_store_relaxed(&loops[i].tasks_ended, 0);
    }
    stops = 0;
    freed_n = 0;
    records_stay = false;
    memset(codes, 0, sizeof codes);
    memset(ends, 0, sizeof ends);
    memset(cancelled, 0, sizeof cancelled);
    memset(requests, 0, sizeof requests);
    memset(words, 0, sizeof words);
    memset(block, 0, sizeof block);
    block_used = false;
}

static void at_rest(int i)
{
    model_check(!ready[i] && !waits[i], "ready, or waiting");
    model_check(!(sl_fiber_flags(&tasks[i].fiber) & (SL_FIBER_PARKED | SL_FIBER_HELD)),
                "parked or held for ever");
}

#endif
