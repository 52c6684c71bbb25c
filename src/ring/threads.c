#include "ring/threads.h"

#include "os/cpus.h"
#include "os/sys.h"
#include "ring/deliver.h"
#include "ring/perform.h"

#include <signal.h>

void sl_threads_init(struct sl_threads *threads, struct sl_ring *ring)
{
    threads->ring = ring;
    pthread_mutex_init(&threads->mutex, NULL);
    pthread_cond_init(&threads->work, NULL);
    sl_list_init(&threads->queue);
}

/* ---- a thread's side ---- */

static void give_back(struct sl_threads *threads, struct sl_op *op)
{
    struct sl_ring *ring = threads->ring;
    void *newest = sl_load_relaxed(&threads->done);

    do
        op->link.next = newest;
    while (!sl_cas_weak_acq_rel(&threads->done, &newest, &op->link)); /* pairs with done */
    sl_ring_ring(ring); /* its close waits for this thread */
}

static void *member(void *arg)
{
    struct sl_threads *threads = arg;
    struct sl_link *link;

    sl_cpus_roam(); /* the worker that made it may be pinned */
    pthread_mutex_lock(&threads->mutex);
    for (;;) {
        struct sl_op *op;

        while (!(link = sl_list_pop(&threads->queue)) && !threads->closing) {
            threads->idle++;
            pthread_cond_wait(&threads->work, &threads->mutex);
            threads->idle--;
        }
        if (!link)
            break;
        threads->queued--;
        op = SL_CONTAINER(link, struct sl_op, link);
        op->generation = SL_PERFORM_BEGUN;
        pthread_mutex_unlock(&threads->mutex);
        op->result = (int32_t)sl_perform_waiting(op);
        give_back(threads, op);
        pthread_mutex_lock(&threads->mutex);
    }
    pthread_mutex_unlock(&threads->mutex);
    return NULL;
}

/* ---- the owner's ---- */

/* Signals are for the program's threads. */
static void start_member(struct sl_threads *threads)
{
    sigset_t all, before;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    if (sl_sys.thread_create(&threads->members[threads->count], member, threads) == 0)
        threads->count++;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

bool sl_threads_submit(struct sl_threads *threads, struct sl_op *op, bool may_start)
{
    bool taken;

    pthread_mutex_lock(&threads->mutex);
    if (may_start && threads->idle <= threads->queued && threads->count < SL_THREADS_MOST)
        start_member(threads);
    taken = threads->count > 0;
    if (taken) {
        sl_list_push(&threads->queue, &op->link);
        threads->queued++;
        pthread_cond_signal(&threads->work);
    }
    pthread_mutex_unlock(&threads->mutex);
    return taken;
}

void sl_threads_cancel(struct sl_threads *threads, struct sl_op *op, int fd)
{
    struct sl_link *link, *next;

    pthread_mutex_lock(&threads->mutex);
    for (link = threads->queue.head.next; link != &threads->queue.head; link = next) {
        struct sl_op *queued = SL_CONTAINER(link, struct sl_op, link);

        next = link->next;
        if (op ? queued != op : fd >= 0 && queued->fd != fd)
            continue;
        sl_ring_end_waiting(threads->ring, queued);
        threads->queued--;
    }
    pthread_mutex_unlock(&threads->mutex);
}

struct sl_link *sl_threads_done(struct sl_threads *threads)
{
    /* What a thread has done with it is there: pairs with give_back. */
    struct sl_link *link = sl_exchange_acq_rel(&threads->done, NULL), *oldest = NULL;

    while (link) {
        struct sl_link *next = link->next;

        link->next = oldest;
        oldest = link;
        link = next;
    }
    return oldest;
}

void sl_threads_close(struct sl_threads *threads)
{
    pthread_mutex_lock(&threads->mutex);
    threads->closing = true;
    sl_list_init(&threads->queue);
    pthread_cond_broadcast(&threads->work);
    pthread_mutex_unlock(&threads->mutex);
    for (unsigned i = 0; i < threads->count; i++)
        pthread_join(threads->members[i], NULL);
    pthread_cond_destroy(&threads->work);
    pthread_mutex_destroy(&threads->mutex);
}
