/* run_in_executor and to_thread: a job is a future whose word a pool's thread computes. */
#include "offload/executor.h"
#include "sched/fork.h"
#include "task/offload.h"
#include "task/task.h"

#include <string.h>

struct job {
    struct sley_future future;
    struct sl_work work;
    struct sl_inbox_item news;   /* to the loop: it has run */
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
    return SL_CONTAINER(future, struct job, future);
}

/* On the loop's thread: the job is over, run or taken back. */
static void job_over(struct sley_loop *loop, struct job *job)
{
    struct sl_runtime *runtime = loop->runtime;

    if (--runtime->executor_jobs == 0 && runtime->closing)
        sl_worker_stop(loop);
    sl_future_drop(&job->future);
}

static void job_news(struct sley_loop *loop, struct sl_inbox_item *item)
{
    struct job *job = SL_CONTAINER(item, struct job, news);

    if (sl_future_state(&job->future) != SL_PENDING)
        sley_error_drop(job->error); /* nobody waits any more */
    else if (job->word == -ECANCELED)
        sl_future_finish(&job->future, SL_CANCELLED, -ECANCELED, NULL);
    else if (sley_is_error(job->word))
        sl_future_finish(&job->future, SL_FAILED, job->word, job->error);
    else
        sl_future_finish(&job->future, SL_DONE, job->word, NULL);
    job_over(loop, job);
}

/* In a thread of the pool. */
static void job_run(struct sl_work *work)
{
    struct job *job = SL_CONTAINER(work, struct job, work);
    struct sl_outside *outside = sl_current_outside();

    outside->context = job->context;
    job->word = job->fn(job->arg);
    if (SL_UNLIKELY(sl_runtime_dead(job->future.loop->runtime)))
        sl_fork_returned();
    job->context = outside->context;
    outside->context = 0;
    job->error = sl_error_take((sley_error **)&outside->error, job->word);
    sl_inbox_post(job->future.loop, &job->news);
}

static bool job_cancel(struct sley_loop *loop, struct sley_future *future)
{
    struct job *job = job_of(future);
    bool taken_back = sl_executor_withdraw(job->executor, &job->work);

    /* A thread that runs it goes on; what it returns is dropped. */
    sl_future_finish(future, SL_CANCELLED, -ECANCELED, NULL);
    if (taken_back)
        job_over(loop, job);
    return true;
}

static void job_free(struct sley_future *future)
{
    struct job *job = job_of(future);

    sl_context_release(job->context);
    sl_sys.release(job, sizeof *job + job->copied, 0);
}

/* Runs what is left, then joins the default pool. */
static void close_offload(struct sley_loop *loop)
{
    struct sl_runtime *runtime = loop->runtime;

    if (sl_runtime_dead(runtime)) {
        sley_executor_close(runtime->executor);
        return;
    }
    runtime->closing = true;
    sl_worker_run_once(loop);
    while (runtime->executor_jobs && sl_worker_run(loop) == 0)
        ;
    sley_executor_close(runtime->executor);
    runtime->executor = NULL;
    sl_worker_run_once(loop);
}

static const struct sl_offload_calls calls = {
    .close = close_offload,
    .job_cancel = job_cancel,
    .job_free = job_free,
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
    sl_future_init(&job->future, loop, SL_FUTURE_JOB);
    job->work.run = job_run;
    job->news.run = job_news;
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

    sl_future_ref(&job->future); /* the pool's */
    loop->runtime->executor_jobs++;
    rc = sl_executor_submit(job->executor, &job->work);
    if (rc < 0) {
        loop->runtime->executor_jobs--;
        job->future.refs = 1;
        sl_future_drop(&job->future);
    }
    return rc;
}

sley_future *sley_run_in_executor(sley_executor *executor, sley_fn *fn, void *arg)
{
    struct sley_loop *loop = sl_current();
    struct job *job = loop ? job_new(loop, executor, fn, arg, 0) : NULL;

    return job && job_start(loop, job) == 0 ? &job->future : NULL;
}

static intptr_t to_thread(sley_fn *fn, const void *arg, size_t copied)
{
    uint32_t user;
    struct sley_loop *loop = sl_enter(&user);
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
            word = sl_future_wait(&loop, &job->future);
            if (word == 0)
                word = sl_future_retrieve(loop, &job->future);
            sl_future_drop(&job->future);
        }
    }
    sl_leave(loop, user);
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
