/* src/offload/threadsafe.c on src/sched/idle.c: calls and coroutines from other threads.
 *
 * Each call runs once; the future of a coroutine is told once, its record is released once, after
 * its last use; a cancel from any thread is posted once. The loop's tasks are a stub: one that ends
 * when it likes, or with its cancel. */
#include "one_loop.h"
#include "offload/threadsafe.c"

#define BLOCKS 3
#define RESULT 7
#define RELEASED 0xdd

static _Alignas(16) char memory[BLOCKS][512];
static size_t sizes[BLOCKS]; /* of what was released */
static unsigned allocated, released;
static uint32_t made, cancelled;
static struct sley_task task;
static bool task_alive, task_cancelled, no_memory, cancel_comes;
static unsigned tasks_made, tasks_freed, called;
static unsigned wanted_calls, wanted_tasks;
static sley_thread_future *handle;

sl_atomic_u32 sl_context_threads;

void sl_future_add(struct sley_future *future, struct sl_entry *entry)
{
    sl_list_push(&future->waiters, &entry->link);
}

/* Of many workers, which these are not. */
bool sl_future_finish_many(struct sley_future *future, enum sl_future_state state, intptr_t word,
                           sley_error *error)
{
    (void)future, (void)state, (void)word, (void)error;
    model_check(false, "of one loop");
    return false;
}

void sl_future_drop_many(struct sley_future *future)
{
    (void)future;
    model_check(false, "of one loop");
}

/* ---- what they call ---- */

static void *allocate(size_t bytes, unsigned arena)
{
    (void)arena;
    SL_CHECK(allocated < BLOCKS && bytes <= sizeof memory[0]);
    memset(memory[allocated], 0, sizeof memory[0]);
    return memory[allocated++];
}

void *sl_sys_allocate_zeroed(size_t bytes, unsigned arena)
{
    return allocate(bytes, arena);
}

static unsigned block_of(const void *block)
{
    return (unsigned)(((const char *)block - memory[0]) / (ptrdiff_t)sizeof memory[0]);
}

/* Filled, so that a plain store that comes later can be seen at the end. */
static void release(void *block, size_t bytes, unsigned arena)
{
    (void)arena;
    released++;
    sl_model_note("released");
    sl_model_freed(block, bytes);
    memset(block, RELEASED, bytes);
    sizes[block_of(block)] = bytes;
    if (sl_model_current() > 0)
        sl_model_ring(&bell); /* the owner waits for the end of all */
}

struct sl_sys sl_sys = {.clock_now = clock_now, .allocate = allocate, .release = release};

struct sley_task *sl_task_create(struct sley_loop *of, sley_fn *fn, const void *arg, size_t size,
                                 const sley_task_options *options, void *site,
                                 struct sley_scope *scope)
{
    (void)fn, (void)arg, (void)size, (void)options, (void)site, (void)scope;
    tasks_made++;
    if (no_memory)
        return NULL;
    sl_future_init(&task.future, of, SL_FUTURE_TASK);
    task_alive = true;
    return &task;
}

bool sl_task_cancel(struct sley_loop *of, struct sley_task *which)
{
    (void)of;
    model_check(which == &task && !tasks_freed, "a cancel of a task whose record is gone");
    task_cancelled = task_alive;
    return task_alive;
}

void sl_future_free(struct sley_future *future)
{
    model_check(future == &task.future && !task_alive, "freed while it runs");
    tasks_freed++;
}

sley_error *sley_error_ref(const sley_error *error)
{
    model_check(!error, "an error of nobody");
    return NULL;
}

void sl_error_set(struct sley_loop *of, const sley_error *error)
{
    (void)of, (void)error;
}

void sl_context_release_last(uintptr_t word)
{
    (void)word;
}

/* ---- threads ---- */

static void end_task(void)
{
    task_alive = false;
    if (task_cancelled)
        sl_future_finish(&task.future, SL_CANCELLED, -ECANCELED, NULL);
    else
        sl_future_finish(&task.future, SL_DONE, RESULT, NULL);
}

static bool all_done(void)
{
    return called == wanted_calls && tasks_made == wanted_tasks && !task_alive &&
           released == wanted_calls + wanted_tasks;
}

/* The worker's passes: what has arrived, what is ready, sleep. The task ends at once, or only with
 * a cancel that is still to come. */
static void owner(void)
{
    for (;;) {
        run_ready();
        if (task_alive && (!cancel_comes || task_cancelled || sl_model_choose(2)))
            end_task();
        else if (all_done())
            break;
        else
            idle();
    }
}

static void callback(void *arg)
{
    (void)arg;
    called++;
}

static void caller(void)
{
    model_check(sley_loop_call_soon_threadsafe(&loop, callback, NULL) == 0, "refused");
}

static intptr_t nothing(void *arg)
{
    (void)arg;
    return 0;
}

static void make(void)
{
    model_check(sley_run_coroutine_threadsafe(&loop, nothing, NULL, &handle) == 0, "refused");
}

static intptr_t result(void)
{
    return sley_thread_future_result(handle, (sley_duration){SLEY_NS_MAX});
}

static void waits(void)
{
    intptr_t word;

    make();
    word = result();
    model_check(word == (no_memory ? -ENOMEM : RESULT), "another result");
    model_check(sley_thread_future_done(handle), "told, and not done");
    sley_thread_future_drop(handle);
}

static void gives_up(void)
{
    make();
    sley_thread_future_drop(handle);
}

static void cancels(void)
{
    make();
    sley_thread_future_cancel(handle);
    sley_thread_future_drop(handle);
}

static void cancels_and_waits(void)
{
    intptr_t word;

    make();
    sley_thread_future_cancel(handle);
    sley_thread_future_cancel(handle);
    word = result();
    model_check(word == RESULT || word == -ECANCELED, "another result");
    sley_thread_future_drop(handle);
}

/* Two threads cancel, the one that made it and another one. */
static void shares(void)
{
    make();
    sl_model_ring(&made);
    sley_thread_future_cancel(handle);
    sl_model_wait(&cancelled);
    sley_thread_future_drop(handle);
}

static void cancels_too(void)
{
    sl_model_wait(&made);
    sley_thread_future_cancel(handle);
    sl_model_ring(&cancelled);
}

/* ---- models ---- */

static void setup(void)
{
    setup_loop();
    made = cancelled = 0;
    allocated = released = 0;
    task_alive = task_cancelled = no_memory = cancel_comes = false;
    tasks_made = tasks_freed = called = 0;
    wanted_calls = wanted_tasks = 0;
    handle = NULL;
}

static void setup_calls(void)
{
    setup();
    wanted_calls = 2;
}

static void setup_task(void)
{
    setup();
    wanted_tasks = 1;
}

static void setup_no_memory(void)
{
    setup_task();
    no_memory = true;
}

static void setup_cancel(void)
{
    setup_task();
    cancel_comes = true;
}

static void setup_both(void)
{
    setup_task();
    wanted_calls = 1;
}

static void all_released(void)
{
    model_check(all_done(), "something was not done");
    model_check(released == allocated, "something is left");
    for (unsigned i = 0; i < allocated; i++)
        for (size_t at = 0; at < sizes[i]; at++)
            model_check((unsigned char)memory[i][at] == RELEASED, "written after it was released");
    model_check(tasks_freed == (no_memory ? 0 : wanted_tasks), "the task's record is left");
}

static const struct sl_model models[] = {
    {"calls", setup_calls, {owner, caller, caller}, all_released},
    {"coroutine", setup_task, {owner, waits}, all_released},
    {"coroutine, handle dropped", setup_task, {owner, gives_up}, all_released},
    {"coroutine without memory", setup_no_memory, {owner, waits}, all_released},
    {"coroutine cancelled", setup_cancel, {owner, cancels}, all_released},
    {"coroutine cancelled twice", setup_cancel, {owner, cancels_and_waits}, all_released},
    {"coroutine cancelled by two", setup_cancel, {owner, shares, cancels_too}, all_released},
    {"coroutine and call", setup_both, {owner, waits, caller}, all_released},
    {0},
};

int main(int argc, char **argv)
{
    return sl_model_main(argc, argv, models);
}
