/* src/task/shared.c, shared_task.c, future.c, gather.c: completions, waiters, requests.
 *
 * Each waiter is told exactly once. An entry that was withdrawn is not touched afterwards. A record
 * is freed once, when nobody uses it. A request is never lost: it is delivered once, or it is left
 * for the next suspension, or the task that it was for has ended. */
#include "fibers.h"

#include "sched/wait.c"
#include "task/cancel.c"
#include "task/future.c"
#include "task/gather.c"
#include "task/scope.c"
#define sl_shared_give_record shipped_give_record /* records are not pooled here */
void shipped_give_record(struct sley_future *future);
#include "task/shared.c"
#undef sl_shared_give_record
#include "task/shared_task.c"
#include "task/task.c"

enum { UNTOUCHED = 0x5a };

static struct sley_future futures[2]; /* plain ones */
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

void sl_shared_give_record(struct sley_future *future)
{
    size_t bytes = future->kind == SL_FUTURE_TASK ? sizeof(struct sley_task) : sizeof *future;

    model_check(!sl_load_relaxed(&future->refs), "freed, and referred to");
    freed_n++;
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

/* Everybody has begun. */
bool sl_share_claim(struct sl_fiber *fiber)
{
    model_check(!(sl_fiber_flags(fiber) & SL_FIBER_NEW), "a task that has not begun");
    return false;
}

SL_MODEL_NOT_CALLED(sl_context_release_last);
SL_MODEL_NOT_CALLED(sl_fork_returned);
SL_MODEL_NOT_CALLED(sl_runtime_tasks);
SL_MODEL_NOT_CALLED(sl_share_park_for);
SL_MODEL_NOT_CALLED(sl_shield_free);
SL_MODEL_NOT_CALLED(sl_stack_overrun);
SL_MODEL_NOT_CALLED(sl_task_group_child_done);
SL_MODEL_NOT_CALLED(sl_task_group_child_ended);
SL_MODEL_NOT_CALLED(sl_worker_stop);

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

static void await_first(void)
{
    await(&futures[0]);
}

static void completes_first(void)
{
    cancelled[sl_model_current()] = sl_future_finish(&futures[0], SL_DONE, 7, NULL);
}

static void completes_second(void)
{
    sl_future_finish(&futures[1], SL_DONE, 8, NULL);
}

static void fails_second(void)
{
    sl_future_finish(&futures[1], SL_FAILED, -EIO, NULL);
}

static void cancels_first(void)
{
    cancelled[sl_model_current()] = sl_future_cancel(here(), &futures[0]);
}

static void cancel(int n)
{
    requests[n]++;
    cancelled[sl_model_current()] = sl_task_cancel(here(), &tasks[n]);
}

static void cancels_a(void)
{
    cancel(0);
}

static void cancels_b(void)
{
    cancel(1);
}

/* Its reference is its own: the future may be freed by whoever is last. */
static void awaits_and_drops(void)
{
    await_first();
    sl_future_drop(&futures[0]);
}

static void completes_and_drops(void)
{
    completes_first();
    sl_future_drop(&futures[0]);
}

/* A callback's entry, on the stack of who withdraws it. */
static struct sl_entry entries[2];
static int told[2];

static void entry_run(struct sley_loop *loop, struct sl_entry *entry)
{
    (void)loop;
    model_check(!entry->link.next, "told while it is listed");
    model_check(++told[entry - entries] == 1, "told twice");
    model_check(sl_future_state(&futures[0]) != SL_PENDING, "told before the end");
}

static void adds(int i)
{
    entries[i] = (struct sl_entry){.run = entry_run};
    sl_future_add(&futures[0], &entries[i]);
}

static void adds_entry(void)
{
    adds(0);
}

static void adds_and_withdraws(void)
{
    adds(1);
    sl_future_withdraw(&futures[0], &entries[1]);
    memset(&entries[1], UNTOUCHED, sizeof entries[1]);
}

/* ---- tasks that await tasks: A (thread 0) awaits B (1), which may await C (2) ---- */

static intptr_t returns_5(void *arg)
{
    (void)arg;
    return 5;
}

static void ends_task(void)
{
    struct sley_task *task = self();

    task->fn = returns_5;
    sl_task_main(here(), &task->fiber);
}

static void awaits_b(void)
{
    await(&tasks[1].future);
}

static intptr_t returns_c(void *arg)
{
    struct sley_loop *loop = here();
    int rc;

    (void)arg;
    will_wait();
    rc = sl_shared_wait(&loop, &tasks[2].future);
    waits[sl_model_current()] = false;
    return rc < 0 ? rc : tasks[2].future.word;
}

static void b_awaits_c(void)
{
    struct sley_task *task = self();

    task->fn = returns_c;
    sl_task_main(here(), &task->fiber);
}

static struct sley_scope scope;

static void cancels_scope_of_a(void)
{
    sl_scope_cancel(here(), &scope, -SLEY_ETIMEOUT);
}

/* ---- gathers, of the plain futures ---- */

static struct sley_future *gathered;

static void awaits_gather(void)
{
    await(gathered);
}

static void cancels_gather(void)
{
    cancelled[sl_model_current()] = sl_future_cancel(here(), gathered);
}

static void awaits_gather_and_drops(void)
{
    await(gathered);
    sl_future_drop(gathered);
}

/* ---- models ---- */

static void setup(void)
{
    setup_fibers(SL_FIBER_MANY);
    for (int i = 0; i < 2; i++)
        sl_future_init(&futures[i], &loops[0], SL_FUTURE);
    freed_n = 0;
    memset(codes, 0, sizeof codes);
    memset(ends, 0, sizeof ends);
    memset(cancelled, 0, sizeof cancelled);
    memset(requests, 0, sizeof requests);
    memset(words, 0, sizeof words);
    memset(told, 0, sizeof told);
    memset(entries, 0, sizeof entries);
    memset(block, 0, sizeof block);
    block_used = false;
    gathered = NULL;
    scope = (struct sley_scope){._outer = &runtime.root, ._task = &tasks[0]};
}

static void setup_counted(void)
{
    setup();
    sl_future_ref(&futures[0]);
}

static void setup_scope(void)
{
    setup();
    tasks[0].fiber.scope = &scope;
}

/* The runtime's reference and the awaiter's. */
static void setup_tasks(void)
{
    setup();
    for (int i = 0; i < FIBERS; i++)
        sl_store_relaxed(&tasks[i].future.refs, 2);
}

static void setup_gather_of(unsigned flags)
{
    struct sley_future *of[2] = {&futures[0], &futures[1]};

    setup();
    gathered = &start(&loops[0], 2, of, flags)->future;
}

static void setup_gather(void)
{
    setup_gather_of(0);
}

static void setup_gather_all(void)
{
    setup_gather_of(SLEY_RETURN_EXCEPTIONS);
}

static void at_rest(int i)
{
    model_check(!ready[i] && !waits[i], "ready, or waiting");
    model_check(!(sl_fiber_flags(&tasks[i].fiber) & (SL_FIBER_PARKED | SL_FIBER_HELD)),
                "parked or held for ever");
}

/* The requests to A, whose wait ended with codes[0]. */
static void check_requests(void)
{
    bool pending = sl_fiber_flags(&tasks[0].fiber) & SL_FIBER_MUST_CANCEL;
    bool delivered = codes[0] == -ECANCELED;

    at_rest(0);
    model_check(delivered + pending <= (int)requests[0], "delivered more often than asked");
    model_check(!requests[0] || delivered || pending, "a request is lost");
}

static void check_told(void)
{
    at_rest(0);
    model_check(ends[0] == 1 && codes[0] == 0 && words[0] == 7, "not told");
}

static void check_all_told(void)
{
    check_told();
    at_rest(1);
    model_check(ends[1] == 1 && codes[1] == 0 && words[1] == 7, "not told");
}

static void check_one_completed(void)
{
    check_told();
    model_check(cancelled[1] + cancelled[2] == 1, "completed twice");
}

static void check_freed(void)
{
    model_check(freed_n == 1, "not freed once");
}

static void check_entries(void)
{
    static const char untouched[sizeof entries[1]] = {[0 ... sizeof entries[1] - 1] = UNTOUCHED};

    model_check(told[0] == 1, "not told");
    model_check(!memcmp(&entries[1], untouched, sizeof untouched), "touched after it was taken back");
}

static void check_cancelled(void)
{
    check_requests();
    if (codes[0] == 0)
        model_check(words[0] == 7, "not told");
}

static void check_scope(void)
{
    at_rest(0);
    model_check(sl_scope_code(&tasks[0].fiber) == -SLEY_ETIMEOUT, "a scope's cancel is lost");
    model_check(codes[0] == 0 ? words[0] == 7 : codes[0] == -SLEY_ETIMEOUT, "another end");
}

/* B ends: with its value, or cancelled by the request. */
static void check_chain(void)
{
    enum sl_future_state state = sl_future_state(&tasks[1].future);

    at_rest(0);
    model_check(ends[0] == 1, "not told");
    model_check(sl_load_relaxed(&tasks[1].future.refs) == 1, "a reference too many or few");
    model_check(sl_load_relaxed(&tasks[0].future.refs) == 2, "a reference too many or few");
    if (codes[0] == 0)
        model_check(words[0] == (state == SL_DONE ? 5 : -ECANCELED), "not told");
    check_requests();
}

static void check_chain_of_three(void)
{
    check_chain();
    model_check(sl_load_relaxed(&tasks[2].future.refs) == 1, "a reference too many or few");
}

static void check_gather_of_error(void)
{
    at_rest(0);
    model_check(ends[0] == 1, "not told");
    model_check(sl_future_state(gathered) == SL_FAILED && gathered->word == -EIO,
                "an error is lost");
    model_check(sl_load_relaxed(&gathered->refs) == 1, "a reference too many or few");
}

static void check_gather(void)
{
    at_rest(0);
    model_check(ends[0] == 1 && sl_future_state(gathered) == SL_DONE, "not told");
    model_check(sl_load_relaxed(&gathered->refs) == 1, "a reference too many or few");
}

static void check_gather_cancelled(void)
{
    at_rest(0);
    model_check(ends[0] == 1, "not told");
    if (cancelled[1])
        model_check(sl_future_state(gathered) == SL_FAILED && gathered->word == -ECANCELED,
                    "cancelled, and ends well");
}

static void check_gather_freed(void)
{
    model_check(!block_used, "not freed");
    model_check(sl_load_relaxed(&futures[0].refs) == 1 && sl_load_relaxed(&futures[1].refs) == 1,
                "a reference too many or few");
}

/* Names with a ! are known not to hold: `fails` says how, until the source is put right. */
static const struct sl_model models[] = {
    {"awaited", setup, {await_first, completes_first}, check_told},
    {"awaited by two", setup, {await_first, await_first, completes_first}, check_all_told,
     .bound = 2, .stale = 3},
    {"completed by two", setup, {await_first, completes_first, completes_first},
     check_one_completed, .bound = 2, .stale = 3},
    {"dropped", setup_counted, {awaits_and_drops, completes_and_drops}, check_freed},
    {"callbacks", setup, {adds_entry, adds_and_withdraws, completes_first}, check_entries,
     .bound = 2, .stale = 3},
    {"request", setup, {await_first, cancels_a}, check_requests},
    {"request and completion", setup, {await_first, cancels_a, completes_first}, check_cancelled,
     .bound = 2, .stale = 3},
    {"scope and completion", setup_scope, {await_first, cancels_scope_of_a, completes_first},
     check_scope, .bound = 2, .stale = 3},
    {"request and cancel!", setup, {await_first, cancels_a, cancels_first}, check_requests,
     "delivered more often", .bound = 2, .stale = 3},
    {"chain!", setup_tasks, {awaits_b, ends_task, cancels_a}, check_chain,
     "a request is lost", .bound = 2, .stale = 3},
    {"chain of three!", setup_tasks, {awaits_b, b_awaits_c, ends_task, cancels_a},
     check_chain_of_three, "a reference too many", .bound = 2, .stale = 3},
    {"gather", setup_gather, {awaits_gather, completes_first, completes_second}, check_gather,
     .bound = 2, .stale = 3},
    {"gather of an error!", setup_gather, {awaits_gather, completes_first, fails_second},
     check_gather_of_error, "an error is lost", .bound = 2, .stale = 2},
    {"gather that is cancelled!", setup_gather_all, {awaits_gather, cancels_gather},
     check_gather_cancelled, "ends well", .bound = 2},
    {"gather, cancelled and completed!", setup_gather_all,
     {awaits_gather, cancels_gather, completes_first}, check_gather_cancelled, "ends well",
     .bound = 2, .stale = 2},
    {"gather that is dropped", setup_gather,
     {awaits_gather_and_drops, completes_first, completes_second}, check_gather_freed,
     .bound = 2, .stale = 2},
    {"four at a chain", setup_tasks, {awaits_b, ends_task, cancels_a, cancels_b}, check_chain,
     .large = true},
    {0},
};

int main(int argc, char **argv)
{
    return sl_model_main(argc, argv, models);
}
