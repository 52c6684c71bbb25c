/* src/task/shared.c, shared_task.c, future.c: completions, waiters, requests.
 *
 * Each waiter is told exactly once. An entry that was withdrawn is not touched afterwards. A record
 * is freed once, when nobody uses it. A request is never lost: it is delivered once, or it is left
 * for the next suspension, or the task that it was for has ended. */
#include "tasks.h"

static void await_first(void)
{
    await(&futures[0]);
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

/* Not one that a request before it would take with it. */
static void cancels_a_that_waits(void)
{
    if (sl_fiber_flags(&tasks[0].fiber) & SL_FIBER_PARKED)
        cancel(0);
}

static void cancels_b(void)
{
    cancel(1);
}

/* A request of before: neither of the two changes of the count may be lost. */
static void takes_back(void)
{
    sl_task_uncancel(&tasks[0]);
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

/* As sl_shared_each_task does with every record, free or not. */
static void looks(void)
{
    if (sl_future_try_ref(&futures[0]))
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

/* What is called drops the last reference: who completes it has none of its own. */
static void entry_drops(struct sley_loop *loop, struct sl_entry *entry)
{
    entry_run(loop, entry);
    sl_future_drop(&futures[0]);
}

static void completes_borrowed(void)
{
    entries[0] = (struct sl_entry){.run = entry_drops};
    sl_list_push(&futures[0].waiters, &entries[0].link);
    completes_first();
}

/* ---- tasks that await tasks: A (thread 0) awaits B (1), which may await C (2) ---- */

static intptr_t returns_5(void *arg)
{
    (void)arg;
    return 5;
}

/* To the end; then its worker goes on with whom that has woken. */
static void run(sley_fn *fn)
{
    struct sley_loop *loop = here();
    struct sley_task *task = self();
    struct sl_entry *next;

    task->fn = fn;
    sl_task_main(loop, &task->fiber);
    next = loop->direct;
    loop->direct = NULL;
    if (next)
        sl_ready_wake(loop, sl_fiber_of(next));
}

static void ends_task(void)
{
    run(returns_5);
}

/* One that takes a request, if there is any by now, and goes on. */
static intptr_t ignores_a_request(void *arg)
{
    (void)arg;
    (void)!sl_wait_checkpoint(&self()->fiber);
    return 5;
}

static void goes_on(void)
{
    run(ignores_a_request);
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
    run(returns_c);
}

static struct sley_scope scope;

static void cancels_scope_of_a(void)
{
    sl_scope_cancel(here(), &scope, -SLEY_ETIMEOUT);
}

/* ---- models ---- */

static void setup(void)
{
    setup_futures();
    memset(told, 0, sizeof told);
    memset(entries, 0, sizeof entries);
    scope = (struct sley_scope){._outer = &runtime.root, ._task = &tasks[0]};
}

static void setup_counted(void)
{
    setup();
    sl_future_ref(&futures[0]);
}

static void setup_looked_at(void)
{
    setup_counted();
    records_stay = true;
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
        sl_store_relaxed(&tasks[i].future.refs, SL_REFS_MANY + 2);
}

/* A has taken a request, and has not taken it back yet. */
static void setup_counted_one(void)
{
    setup();
    sl_fiber_set(&tasks[0].fiber, SL_FIBER_CANCELLING_ONE);
}

/* A was asked before it came to wait. */
static void setup_asked(void)
{
    setup_tasks();
    requests[0] = 1;
    sl_fiber_set(&tasks[0].fiber, SL_FIBER_CANCELLING_ONE | SL_FIBER_MUST_CANCEL);
}

/* The runtime is being closed, and these are its last tasks. */
static void setup_closing(void)
{
    setup_tasks();
    sl_store_relaxed(&runtime.closing, 1);
    for (int i = 0; i < 2; i++)
        sl_store_relaxed(&loops[i].tasks_created, 1);
}

static void check_closed(void)
{
    model_check(stops, "nobody has seen that it was the last one");
}

/* Two await B. */
static void check_both_awaited(void)
{
    for (int i = 0; i < FIBERS - 1; i += 2)
        model_check(ends[i] == 1 && codes[i] == 0 && words[i] == 5, "not told");
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

static void check_count(void)
{
    check_requests();
    model_check(sl_fiber_cancelling(&tasks[0].fiber) == 1, "not counted");
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

static void check_looked_at(void)
{
    check_freed();
    model_check(!refs_of(&futures[0]), "free, and referred to");
}

static void check_entries(void)
{
    static const char untouched[sizeof entries[1]] = {[0 ... sizeof entries[1] - 1] = UNTOUCHED};

    model_check(told[0] == 1, "not told");
    model_check(!memcmp(&entries[1], untouched, sizeof untouched), "touched after it was left");
}

static void check_dropped(void)
{
    model_check(told[0] == 1 && freed_n == 1, "not told, or not freed");
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
    model_check(refs_of(&tasks[1].future) == 1, "a reference too many or few");
    model_check(refs_of(&tasks[0].future) == 2, "a reference too many or few");
    if (codes[0] == 0)
        model_check(words[0] == (state == SL_DONE ? 5 : -ECANCELED), "not told");
    check_requests();
}

/* What has not reached B stays with A. */
static void check_goes_on(void)
{
    bool pending = sl_fiber_flags(&tasks[0].fiber) & SL_FIBER_MUST_CANCEL;
    bool delivered = codes[0] == -ECANCELED;

    at_rest(0);
    model_check(sl_fiber_cancelling(&tasks[0].fiber) == requests[0], "not counted");
    model_check(sl_fiber_cancelling(&tasks[1].fiber) == requests[0] || delivered || pending,
                "a request is lost");
    model_check(sl_fiber_cancelling(&tasks[1].fiber) < requests[0] || delivered || !pending,
                "handed on, and kept");
}

static void check_chain_of_three(void)
{
    check_chain();
    model_check(refs_of(&tasks[2].future) == 1, "a reference too many or few");
}

static const struct sl_model models[] = {
    {"awaited", setup, {await_first, completes_first}, check_told},
    {"awaited by two", setup, {await_first, await_first, completes_first}, check_all_told,
     .bound = 2, .stale = 2},
    {"completed by two", setup, {await_first, completes_first, completes_first},
     check_one_completed, .bound = 2, .stale = 3},
    {"dropped", setup_counted, {awaits_and_drops, completes_and_drops}, check_freed},
    {"dropped and looked at", setup_looked_at, {awaits_and_drops, completes_and_drops, looks},
     check_looked_at, .bound = 2, .stale = 3},
    {"callbacks", setup, {adds_entry, adds_and_withdraws, completes_first}, check_entries,
     .bound = 2, .stale = 3},
    {"a call drops it", setup, {completes_borrowed}, check_dropped},
    {"request", setup, {await_first, cancels_a}, check_requests},
    {"request and completion", setup, {await_first, cancels_a, completes_first}, check_cancelled,
     .bound = 2, .stale = 3},
    {"scope and completion", setup_scope, {await_first, cancels_scope_of_a, completes_first},
     check_scope, .bound = 2, .stale = 3},
    {"request and cancel", setup, {await_first, cancels_a, cancels_first}, check_requests,
     .bound = 2, .stale = 3},
    {"asked by two", setup, {await_first, cancels_a, cancels_a}, check_requests,
     .bound = 2, .stale = 1},
    {"taken back", setup_counted_one, {await_first, cancels_a, takes_back}, check_count,
     .bound = 2, .stale = 2},
    {"awaited by two, a task", setup_tasks, {awaits_b, ends_task, awaits_b}, check_both_awaited,
     .bound = 2, .stale = 2},
    {"the last two end", setup_closing, {ends_task, ends_task}, check_closed},
    {"chain", setup_tasks, {awaits_b, ends_task, cancels_a}, check_chain, .bound = 2, .stale = 3},
    {"chain of three", setup_tasks, {awaits_b, b_awaits_c, ends_task, cancels_a},
     check_chain_of_three, .bound = 1, .stale = 2},
    {"four at a chain", setup_tasks, {awaits_b, ends_task, cancels_a, cancels_b}, check_chain,
     .bound = 1, .stale = 1},
    {"asked again", setup_asked, {awaits_b, goes_on, cancels_a_that_waits}, check_goes_on,
     .bound = 2, .stale = 2},
    {0},
};

int main(int argc, char **argv)
{
    return sl_model_main(argc, argv, models);
}
