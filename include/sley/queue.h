/* sley/queue.h: FIFO, LIFO and priority queues of words. Kinds: see lock.h.
 *
 * Items are words of any value (that is why get has an out-parameter). A priority queue hands out
 * the smallest by its compare function (NULL: as signed integers), in the unstable order of
 * Python's heapq. Zero is an unbounded FIFO. The items' memory is the queue's: it grows as needed,
 * is never given back before sley_queue_close, and a bounded queue takes all of it at the first
 * put. The shared kind calls the compare function while other threads wait for the queue: it must
 * be short, and must not use the queue.
 *
 * Of the shared kind, who waits is handed its item, or has its item put, in the order of waiting.
 * Tasks of one loop, and pinned ones, are only woken, as asyncio's are: a newcomer may take the
 * item, and they wait again, at the end. asyncio: Queue, LifoQueue, PriorityQueue.
 */
#ifndef SLEY_QUEUE_H
#define SLEY_QUEUE_H

#include <sley/base.h>
#include <sley/event.h>

SLEY_BEGIN_DECLS

/* Negative, zero, positive: a before, beside, after b. Called with the queue locked: calls nothing
 * of sley. */
typedef int sley_compare(intptr_t a, intptr_t b);

typedef struct sley_queue {
    /* What every put and get needs: one cache line, where the object is aligned to one. */
    uint32_t _kind;
    uint32_t _order; /* 0 FIFO, 1 LIFO, 2 priority */
    void *_loop;
    intptr_t *_items;
    size_t _capacity, _head, _count;
    size_t _unfinished;
    uint32_t _shut; /* and, of the shared kind, who waits */
    uint32_t _guard;

    size_t _maxsize; /* 0: no bound */
    sley_compare *_compare;
    sley_links _getters, _putters, _joiners;
    void *_spare[2];
} sley_queue;

#define SLEY_QUEUE_INIT_(kind, order, maxsize, compare)                                        \
    {(kind), (order), NULL, NULL, 0, 0, 0, 0, 0, 0, (maxsize), (compare),                      \
     {NULL, NULL}, {NULL, NULL}, {NULL, NULL}, {NULL, NULL}}
#define SLEY_QUEUE_INIT(maxsize) SLEY_QUEUE_INIT_(0, 0, maxsize, NULL)
#define SLEY_QUEUE_INIT_LOCAL(maxsize) SLEY_QUEUE_INIT_(1, 0, maxsize, NULL)
#define SLEY_LIFO_QUEUE_INIT(maxsize) SLEY_QUEUE_INIT_(0, 1, maxsize, NULL)
#define SLEY_LIFO_QUEUE_INIT_LOCAL(maxsize) SLEY_QUEUE_INIT_(1, 1, maxsize, NULL)
#define SLEY_PRIORITY_QUEUE_INIT(maxsize, compare) SLEY_QUEUE_INIT_(0, 2, maxsize, compare)
#define SLEY_PRIORITY_QUEUE_INIT_LOCAL(maxsize, compare) SLEY_QUEUE_INIT_(1, 2, maxsize, compare)

/* Puts an item, waiting for room in a bounded queue. 0; -SLEY_ESHUTDOWN; -ENOMEM; -ECANCELED or a
 * scope's code (the item was not put); -SLEY_EWRONGLOOP, -SLEY_ENOLOOP. asyncio: put(). */
SLEY_SUSPENDS int sley_queue_put(sley_queue *queue, intptr_t item);
/* -SLEY_EFULL instead of waiting; also in callbacks. asyncio: put_nowait(). */
int sley_queue_put_nowait(sley_queue *queue, intptr_t item);
/* Takes an item, waiting for one. 0 and *item; -SLEY_ESHUTDOWN once it is shut down and empty;
 * -ECANCELED or a scope's code (nothing was taken); -SLEY_EWRONGLOOP, -SLEY_ENOLOOP.
 * asyncio: get(). */
SLEY_SUSPENDS int sley_queue_get(sley_queue *queue, intptr_t *item);
/* -SLEY_EEMPTY instead of waiting; also in callbacks. asyncio: get_nowait(). */
int sley_queue_get_nowait(sley_queue *queue, intptr_t *item);

/* One item that was got is done: -SLEY_EVALUE if called more often than items were put. */
int sley_queue_task_done(sley_queue *queue);
/* Waits until every item that was put is done. 0, -ECANCELED, a scope's code, -SLEY_EWRONGLOOP,
 * -SLEY_ENOLOOP. asyncio: join(). */
SLEY_SUSPENDS int sley_queue_join(sley_queue *queue);

/* No more puts; gets go on until it is empty, or, if `immediate`, fail at once, the items being
 * dropped (and done). Everybody who waits is woken. asyncio: shutdown(). */
int sley_queue_shutdown(sley_queue *queue, bool immediate);

size_t sley_queue_qsize(const sley_queue *queue);
size_t sley_queue_maxsize(const sley_queue *queue);
bool sley_queue_empty(const sley_queue *queue);
bool sley_queue_full(const sley_queue *queue);

/* Frees the memory of the items that are left; the queue is empty and usable again.
 * -EBUSY while anybody waits. */
int sley_queue_close(sley_queue *queue);

SLEY_END_DECLS
#endif
