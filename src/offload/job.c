/* run_in_executor and to_thread: a job is a future whose word a pool's thread computes. */
#include "offload/executor.h"
#include "os/spin.h"
#include "sched/fork.h"
#include "task/offload.h"
#include "task/open.h"
#include "task/task.h"

#include <string.h>

struct job {
    struct sl_open open;         /* the future */
    struct sl_work work;
    struct sl_inbox_item over;   /* to the loop: it has run, or was taken back */
    struct sley_executor *executor;
    sley_fn *fn;
    void *arg;
    uintptr_t context;           /* lent to the thread while it runs */
    intptr_t word;
    sley_error *error;
    size_t copied;
    _Alignas(16) char copy[];
};

static struct job *job_of(struct sley_future *future)
{
    return SL_CONTAINER(future, struct job, open.future);
}

/* ---- over ---- */

/* The word is there; of no use if the future was cancelled before. */
static void complete(struct job *job)
{
    struct sley_future *future = &job->open.future;

    if (job->word == -ECANCELED) {
        sley_error_drop(job->error);
        sl_future_finish(future, SL_CANCELLED, -ECANCELED, NULL);
    } else if (sley_is_error(job->word)) {
        sl_future_finish(future, SL_FAILED, job->word, job->error);
    } else {
        sl_future_finish(future, SL_DONE, job->word, NULL);
    }
}

/* One loop, on its thread. */
static void job_over(struct sley_loop *loop, struct sl_inbox_item *item)
{
    struct job *job = SL_CONTAINER(item, struct job, over);
    struct sl_runtime *runtime = loop->runtime;

    /* Not before: a loop that sees none may take itself for stuck. Pairs with nothing. */
    if (sl_sub_acq_rel(&runtime->executor_jobs, 1) == 1 && sl_load_relaxed(&runtime->closing))
        sl_worker_stop(loop);
    sl_future_drop(&job->open.future);
}

/* Many workers, any thread. Last, nothing of the runtime is touched after the mutex is free. */
static void job_over_many(struct job *job)
{
    struct sl_runtime *runtime = job->open.future.loop->runtime;
    struct sl_team *team = runtime->team;

    sl_future_drop(&job->open.future);
    pthread_mutex_lock(&team->mutex);
    /* Pairs with close_many, which holds the mutex, too. */
    if (sl_sub_acq_rel(&runtime->executor_jobs, 1) == 1)
        pthread_cond_broadcast(&team->changed);
    if (team->counts_still) /* what waited for that, and not for the job's word: still.c */
        sl_loop_ring(team->members->loop);
    pthread_mutex_unlock(&team->mutex);
}

/* In a thread of the pool: it has run. */
static void ran(struct job *job)
{
    struct sley_loop *loop = job->open.future.loop;
    struct sl_runtime *runtime = loop->runtime;

    complete(job);
    if (runtime->team) {
        job_over_many(job);
        return;
    }
    sl_add_relaxed(&runtime->executor_threads, 1); /* seen by who sees the item */
    sl_inbox_post(loop, &job->over);
    sl_sub_acq_rel(&runtime->executor_threads, 1); /* pairs with close_one */
}

/* In a thread of the pool. */
static void job_run(struct sl_work *work)
{
    struct job *job = SL_CONTAINER(work, struct job, work);
    struct sl_outside *outside = sl_current_outside();

    outside->context = job->context;
    job->word = job->fn(job->arg);
    if (SL_UNLIKELY(sl_runtime_dead(job->open.future.loop->runtime)))
        sl_fork_returned();
    job->context = outside->context;
    outside->context = 0;
    job->error = sl_error_take((sley_error **)&outside->error, job->word);
    ran(job);
}

/* By any thread, also one that runs no loop: a plain one, or at the end of the run. */
static bool job_cancel(struct sley_future *future)
{
    struct job *job = job_of(future);
    struct sley_loop *loop = future->loop;
    bool taken_back = sl_executor_withdraw(job->executor, &job->work);
    /* A thread that runs it goes on; what it returns is dropped. */
    bool cancelled = sl_future_finish(future, SL_CANCELLED, -ECANCELED, NULL);

    if (taken_back && loop->team)
        job_over_many(job);
    else if (taken_back && sl_current() == loop)
        job_over(loop, &job->over);
    else if (taken_back)
        sl_inbox_post(loop, &job->over);
    return cancelled;
}

static void job_free(struct sley_future *future)
{
    struct job *job = job_of(future);

    sl_context_release(job->context);
    sl_sys.release(job, sizeof *job + job->copied, 0);
}

static const char *job_state(const struct sley_future *future)
{
    return sl_work_state(&SL_CONTAINER(future, const struct job, open.future)->work);
}

/* ---- the loop is being closed ---- */

/* Runs what is left. Threads of a pool that is not the loop's own may be inside of the post by
 * which the loop has heard of their last job. */
static void close_one(struct sley_loop *loop)
{
    struct sl_runtime *runtime = loop->runtime;
    unsigned turns = 0;

    sl_store_relaxed(&runtime->closing, 1);
    sl_worker_run_once(loop);
    while (sl_load_relaxed(&runtime->executor_jobs) && sl_worker_run(loop) == 0)
        ;
    while (sl_load_acquire(&runtime->executor_threads)) /* pairs with their leaving */
        sl_spin_wait(&turns);
}

/* Their workers are at rest, and have nothing to do with the end of a job. */
static void close_many(struct sl_runtime *runtime)
{
    struct sl_team *team = runtime->team;

    pthread_mutex_lock(&team->mutex);
    while (sl_load_acquire(&runtime->executor_jobs)) /* pairs with job_over_many */
        pthread_cond_wait(&team->changed, &team->mutex);
    pthread_mutex_unlock(&team->mutex);
}

/* Waits for the jobs, then joins the default pool. */
static void close_offload(struct sley_loop *loop)
{
    struct sl_runtime *runtime = loop->runtime;

    if (sl_runtime_dead(runtime)) {
        sley_executor_close(runtime->executor);
        return;
    }
    if (runtime->team)
        close_many(runtime);
    else
        close_one(loop);
    sley_executor_close(runtime->executor);
    runtime->executor = NULL;
    if (!runtime->team)
        sl_worker_run_once(loop);
}

static const struct sl_offload_calls calls = {
    .close = close_offload,
    .job_cancel = job_cancel,
    .job_free = job_free,
    .job_state = job_state,
};
const struct sl_offload_calls *const sl_offload_calls = &calls;

static struct job *job_new(struct sley_loop *loop, struct sley_executor *executor, sley_fn *fn,
                           const void *arg, size_t copied)
{
    struct job *job;

    if (!executor && !(executor = sl_executor_default(loop)))
        return NULL;
    job = sl_sys.allocate(sizeof *job + copied, 0);
    if (!job)
        return NULL;
    memset(job, 0, sizeof *job);
    sl_future_init(&job->open.future, loop, SL_FUTURE_JOB);
    if (!loop->team)
        sl_future_open(&job->open.future);
    job->work.run = job_run;
    job->over.run = job_over;
    job->executor = executor;
    job->fn = fn;
    job->arg = (void *)(uintptr_t)arg;
    job->copied = copied;
    if (copied)
        job->arg = memcpy(job->copy, arg, copied);
    return job;
}

static int job_start(struct sley_loop *loop, struct job *job)
{
    int rc;

    sl_future_ref(&job->open.future); /* the pool's */
    sl_add_relaxed(&loop->runtime->executor_jobs, 1);
    rc = sl_executor_submit(job->executor, &job->work);
    if (rc < 0) {
        sl_sub_acq_rel(&loop->runtime->executor_jobs, 1); /* pairs with nothing */
        sl_future_drop(&job->open.future);
        sl_future_drop(&job->open.future);
    }
    return rc;
}

sley_future *sley_run_in_executor(sley_executor *executor, sley_fn *fn, void *arg)
{
    struct sley_loop *loop = sl_current();
    struct job *job = loop ? job_new(loop, executor, fn, arg, 0) : NULL;

    return job && job_start(loop, job) == 0 ? &job->open.future : NULL;
}

static intptr_t to_thread(sley_fn *fn, const void *arg, size_t copied)
{
    struct sley_loop *loop = sl_enter();
    intptr_t word = -SLEY_ENOLOOP;
    struct job *job;

    if (!loop)
        return sl_no_loop();
    if (loop->current && (word = sl_scope_code(loop->current)) == 0) {
        job = job_new(loop, NULL, fn, arg, copied);
        word = -ENOMEM;
        if (job) {
            sl_context_share();
            job->context = sl_context_inherit(loop, NULL);
            word = job_start(loop, job);
        }
        if (word == 0) {
            word = sl_future_wait(&loop, &job->open.future);
            if (word == 0)
                word = sl_future_retrieve(loop, &job->open.future);
            sl_future_drop(&job->open.future);
        }
    }
    sl_leave(loop);
    return word;
}

intptr_t sley_to_thread(sley_fn *fn, void *arg)
{
    return to_thread(fn, arg, 0);
}

intptr_t sley_to_thread_copy(sley_fn *fn, const void *arg, size_t size)
{
    return to_thread(fn, arg, size);
}
