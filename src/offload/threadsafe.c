/* Calls from other threads: call_soon_threadsafe and run_coroutine_threadsafe. */
#include "task/task.h"

#include <sley/loop.h>
#include <sley/thread.h>

#include <errno.h>
#include <string.h>
#include <time.h>

static bool is_closed(const struct sley_loop *loop)
{
    return sl_shared_load_relaxed(&loop->state) == SL_LOOP_CLOSED;
}

/* ---- call_soon_threadsafe ---- */

struct call {
    struct sl_inbox_item item;
    struct sl_entry entry;
    sley_callback *fn;
    void *arg;
};

static void call_run(struct sley_loop *loop, struct sl_entry *entry)
{
    struct call *call = SL_CONTAINER(entry, struct call, entry);
    uintptr_t outer = loop->context;

    if (!loop->dropping) {
        loop->context = 0;
        sl_leave(loop);
        call->fn(call->arg);
        sl_enter_loop(loop);
        sl_context_release(loop->context);
        loop->context = outer;
    }
    sl_sys.release(call, sizeof *call, 0);
}

/* On the loop's thread: behind everything that is ready. */
static void call_arrived(struct sley_loop *loop, struct sl_inbox_item *item)
{
    sl_ready_push(loop, &SL_CONTAINER(item, struct call, item)->entry);
}

int sley_loop_call_soon_threadsafe(sley_loop *loop, sley_callback *fn, void *arg)
{
    struct call *call;

    if (!loop || !fn)
        return -EINVAL;
    if (sl_runtime_dead(loop->runtime))
        return -SLEY_EFORKED;
    if (is_closed(loop))
        return -SLEY_EFINISHED;
    call = sl_sys.allocate(sizeof *call, 0);
    if (!call)
        return -ENOMEM;
    *call = (struct call){
        .item.run = call_arrived, .entry.run = call_run, .fn = fn, .arg = arg};
    sl_inbox_post(loop, &call->item);
    return 0;
}

/* ---- run_coroutine_threadsafe ---- */

struct sley_thread_future {
    sl_atomic_u32 refs;         /* the caller's, and the loop's until it has told */
    sl_atomic_u32 cancel_asked; /* the item below is posted once */
    struct sley_loop *loop;
    sley_fn *fn;
    void *arg;
    struct sley_task *task;     /* the loop's: NULL before it began and after it ended; of many
                                   workers it stays, until the end of this record */
    struct sl_inbox_item begin, cancel;
    struct sl_entry ended;      /* among the task's waiters */

    pthread_mutex_t mutex;
    pthread_cond_t changed;
    uint32_t born;              /* sl_forks: in a child nobody tells, and the mutex may be held */
    bool done;                  /* under the mutex, as all that follows */
    intptr_t word;
    sley_error *error;
};

static void drop(struct sley_thread_future *future)
{
    /* The last one sees what the other wrote: pairs with itself. */
    if (sl_sub_acq_rel(&future->refs, 1) != 1)
        return;
    sley_error_drop(future->error);
    if (future->task)
        sl_future_drop(&future->task->future);
    pthread_cond_destroy(&future->changed);
    pthread_mutex_destroy(&future->mutex);
    sl_sys.release(future, sizeof *future, 0);
}

static void tell(struct sley_thread_future *future, intptr_t word, sley_error *error)
{
    pthread_mutex_lock(&future->mutex);
    future->done = true;
    future->word = word;
    future->error = error;
    pthread_cond_broadcast(&future->changed);
    pthread_mutex_unlock(&future->mutex);
    drop(future);
}

static void ended(struct sley_loop *loop, struct sl_entry *entry)
{
    struct sley_thread_future *future =
        SL_CONTAINER(entry, struct sley_thread_future, ended);
    struct sley_task *task = future->task;

    sl_future_mark(&task->future, SL_FUTURE_RETRIEVED);
    if (sl_future_many(&task->future)) { /* any worker's, who does not ask for it under a lock */
        tell(future, task->future.word, sley_error_ref(task->future.error));
        return;
    }
    (void)loop;
    future->task = NULL;
    tell(future, task->future.word, sley_error_ref(task->future.error));
    sl_future_drop(&task->future);
}

static void begin(struct sley_loop *loop, struct sl_inbox_item *item)
{
    struct sley_thread_future *future = SL_CONTAINER(item, struct sley_thread_future, begin);

    if (loop->dropping) { /* it is being closed, and its tasks have ended: as if it were one */
        tell(future, -ECANCELED, NULL);
        return;
    }
    future->task = sl_task_create(loop, future->fn, future->arg, 0, NULL,
                                  (void *)(uintptr_t)sley_run_coroutine_threadsafe,
                                  &loop->runtime->root);
    if (future->task)
        sl_future_add(&future->task->future, &future->ended);
    else
        tell(future, -ENOMEM, NULL);
}

static void cancel(struct sley_loop *loop, struct sl_inbox_item *item)
{
    struct sley_thread_future *future = SL_CONTAINER(item, struct sley_thread_future, cancel);

    if (future->task)
        sl_task_cancel(loop, future->task);
    drop(future);
}

int sley_run_coroutine_threadsafe(sley_loop *loop, sley_fn *fn, void *arg,
                                  sley_thread_future **made)
{
    struct sley_thread_future *future;
    pthread_condattr_t monotonic;

    if (!loop || !fn)
        return -EINVAL;
    if (sl_runtime_dead(loop->runtime))
        return -SLEY_EFORKED;
    if (is_closed(loop))
        return -SLEY_EFINISHED;
    future = sl_sys_allocate_zeroed(sizeof *future, 0);
    if (!future)
        return -ENOMEM;
    sl_store_relaxed(&future->refs, 2);
    future->loop = loop;
    future->fn = fn;
    future->arg = arg;
    future->born = sl_forks;
    future->begin.run = begin;
    future->cancel.run = cancel;
    future->ended.run = ended;
    pthread_mutex_init(&future->mutex, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&future->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    *made = future;
    sl_inbox_post(loop, &future->begin);
    return 0;
}

intptr_t sley_thread_future_result(sley_thread_future *future, sley_duration timeout)
{
    int64_t until = timeout.ns == SLEY_NS_MAX ? SLEY_NS_MAX : sl_sys.clock_now() + timeout.ns;
    struct timespec at = {until / 1000000000, until % 1000000000};
    intptr_t word = -SLEY_ETIMEOUT;
    struct sley_loop *here = sl_current();
    int rc = 0;

    if (here == future->loop || (here && here->team && here->team == future->loop->team))
        return -SLEY_ERUNNING; /* it would wait for itself; of many workers: perhaps */
    if (future->born != sl_forks)
        return -SLEY_EFORKED;
    pthread_mutex_lock(&future->mutex);
    while (!future->done && rc == 0)
        rc = until == SLEY_NS_MAX
                 ? pthread_cond_wait(&future->changed, &future->mutex)
                 : pthread_cond_timedwait(&future->changed, &future->mutex, &at);
    if (future->done) {
        word = future->word;
        sl_error_set(sl_current(), future->error);
    }
    pthread_mutex_unlock(&future->mutex);
    return word;
}

void sley_thread_future_cancel(sley_thread_future *future)
{
    if (future->born != sl_forks)
        return;
    /* Once: the item is one. Pairs with nothing but itself. */
    if (sl_exchange_acq_rel(&future->cancel_asked, 1))
        return;
    sl_add_relaxed(&future->refs, 1);
    sl_inbox_post(future->loop, &future->cancel);
}

bool sley_thread_future_done(sley_thread_future *future)
{
    bool done;

    if (future->born != sl_forks)
        return future->done;
    pthread_mutex_lock(&future->mutex);
    done = future->done;
    pthread_mutex_unlock(&future->mutex);
    return done;
}

void sley_thread_future_drop(sley_thread_future *future)
{
    if (future)
        drop(future);
}
