#include "offload/executor.h"

#include "os/cpus.h"
#include "os/signals.h"
#include "os/sys.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>

static unsigned default_threads(void)
{
    cpu_set_t cpus;
    unsigned n = 1;

    if (sched_getaffinity(0, sizeof cpus, &cpus) == 0)
        n = (unsigned)CPU_COUNT(&cpus);
    return n + 4 > 32 ? 32 : n + 4;
}

static size_t bytes_for(unsigned threads)
{
    return sizeof(struct sley_executor) + threads * sizeof(pthread_t);
}

int sley_executor_new(sley_executor **made, unsigned threads)
{
    unsigned most = threads ? threads : default_threads();
    struct sley_executor *executor = sl_sys_allocate_zeroed(bytes_for(most), 0);

    if (!executor)
        return -ENOMEM;
    pthread_mutex_init(&executor->mutex, NULL);
    pthread_cond_init(&executor->work, NULL);
    sl_list_init(&executor->queue);
    executor->most = most;
    executor->born = sl_forks;
    *made = executor;
    return 0;
}

static void *member(void *arg)
{
    struct sley_executor *executor = arg;
    struct sl_thread_signals signals;
    struct sl_link *link;

    sl_cpus_roam(); /* a worker that made it may be pinned */
    sl_thread_signals_enter(&signals); /* fibers that come here may overflow */
    pthread_mutex_lock(&executor->mutex);
    for (;;) {
        while (!(link = sl_list_pop(&executor->queue)) && !executor->closing) {
            executor->idle++;
            pthread_cond_wait(&executor->work, &executor->mutex);
            executor->idle--;
        }
        if (!link)
            break;
        link->next = NULL;
        executor->queued--;
        pthread_mutex_unlock(&executor->mutex);
        {
            struct sl_work *work = SL_CONTAINER(link, struct sl_work, link);

            sl_store_relaxed(&work->begun, 1);
            work->run(work);
        }
        pthread_mutex_lock(&executor->mutex);
    }
    pthread_mutex_unlock(&executor->mutex);
    sl_thread_signals_leave(&signals);
    return NULL;
}

/* A thread that this call starts begins with every signal blocked that can be another's: they are
 * for the program's. */
static int start_member(struct sley_executor *executor)
{
    static const int own[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS};
    sigset_t all, before;
    int rc;

    sigfillset(&all);
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        sigdelset(&all, own[i]);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    rc = sl_sys.thread_create(&executor->members[executor->threads], member, executor);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (rc == 0)
        executor->threads++;
    return rc;
}

int sl_executor_submit(struct sley_executor *executor, struct sl_work *work)
{
    int rc = 0;

    if (executor->born != sl_forks)
        return -SLEY_EFORKED;
    pthread_mutex_lock(&executor->mutex);
    if (executor->closing)
        rc = -SLEY_EFINISHED;
    else if (executor->idle <= executor->queued && executor->threads < executor->most &&
             start_member(executor) < 0 && !executor->threads)
        rc = -ENOMEM;
    if (rc == 0) {
        sl_list_push(&executor->queue, &work->link);
        executor->queued++;
        pthread_cond_signal(&executor->work);
    }
    pthread_mutex_unlock(&executor->mutex);
    return rc;
}

bool sl_executor_withdraw(struct sley_executor *executor, struct sl_work *work)
{
    bool queued;

    pthread_mutex_lock(&executor->mutex);
    queued = work->link.next != NULL;
    if (queued) {
        sl_link_remove(&work->link);
        work->link.next = NULL;
        executor->queued--;
    }
    pthread_mutex_unlock(&executor->mutex);
    return queued;
}

void sley_executor_close(sley_executor *executor)
{
    if (!executor)
        return;
    if (executor->born != sl_forks) { /* its mutex may be held for ever */
        sl_sys.release(executor, bytes_for(executor->most), 0);
        return;
    }
    pthread_mutex_lock(&executor->mutex);
    executor->closing = true;
    pthread_cond_broadcast(&executor->work);
    pthread_mutex_unlock(&executor->mutex);
    for (unsigned i = 0; i < executor->threads; i++)
        pthread_join(executor->members[i], NULL);
    pthread_cond_destroy(&executor->work);
    pthread_mutex_destroy(&executor->mutex);
    sl_sys.release(executor, bytes_for(executor->most), 0);
}

struct sley_executor *sl_executor_default(struct sley_loop *loop)
{
    struct sl_runtime *runtime = loop->runtime;
    /* Pairs with the swap of the worker that made it. */
    struct sley_executor *executor = sl_shared_load_acquire(&runtime->executor), *made;

    if (executor || sley_executor_new(&made, runtime->options.executor_threads) < 0)
        return executor;
    /* Pairs with itself: of many workers one's stays, and has no thread before. */
    if (sl_shared_cas_acq_rel(&runtime->executor, &executor, made))
        return made;
    sley_executor_close(made);
    return executor;
}
