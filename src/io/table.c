#include "io/table.h"

#include "base/atomic.h"
#include "os/sys.h"
#include "os/plain.h"
#include "ring/number.h"
#include "sched/fork.h"

#include <errno.h>
#include <pthread.h>
#include <sys/mman.h>

/* A word: count of operations, id of the ring that holds them, and four flags. Of a descriptor
 * that is kept in a queue, the count's place holds the next one. */
#define COUNT UINT64_C(0xffffffff)
#define RING_SHIFT 32
#define RING_MASK UINT64_C(0x0fffffff)
#define DRAINED (UINT64_C(1) << 60) /* the last receive left nothing behind */
#define KEPT (UINT64_C(1) << 61)    /* in an sl_table_queue */
#define FOREIGN (UINT64_C(1) << 62) /* operations on more than one ring */
#define CLOSED (UINT64_C(1) << 63)

struct table {
    size_t size;
    sl_atomic_u64 words[];
};

static sl_atomic_ptr the_table;
static pthread_mutex_t making = PTHREAD_MUTEX_INITIALIZER;

/* What every kernel begins with: where nobody says it, or no descriptor is left to read it by. */
#define NR_OPEN (INT64_C(1) << 20)

/* One mapping for ever, as long as the largest number that this system gives out: address space,
 * of which 8 bytes per descriptor in use become memory. A system that refuses so much gets what
 * the process may open now. */
static struct table *map_table(void)
{
    int64_t most = sl_plain_number("/proc/sys/fs/nr_open"), limit = sl_plain_descriptor_limit();
    struct table *table = NULL;

    if (most < 0)
        most = NR_OPEN;
    if (most < limit)
        most = limit;
    if (most > (INT64_C(1) << 31))
        most = INT64_C(1) << 31;
    for (; !table && most > 0; most = most > limit && limit > 0 ? limit : most / 2) {
        table = sl_sys.map(sizeof *table + (size_t)most * sizeof(sl_atomic_u64));
        if (table)
            table->size = (size_t)most;
    }
    return table;
}

static SL_NOINLINE struct table *make_table(void)
{
    struct table *table;

    pthread_mutex_lock(&making);
    table = sl_load_relaxed(&the_table);
    if (!table && (table = map_table()))
        sl_store_release(&the_table, table); /* pairs with word()'s load: its size is there */
    pthread_mutex_unlock(&making);
    return table;
}

/* NULL: not a number of a descriptor, or no table. */
SL_INLINE sl_atomic_u64 *word(int fd)
{
    /* Pairs with make_table's store. */
    struct table *table = sl_load_acquire(&the_table);

    if (SL_UNLIKELY(!table) || SL_UNLIKELY((size_t)(unsigned)fd >= table->size))
        return NULL;
    return &table->words[fd];
}

int sl_table_begin(int fd, uint32_t ring)
{
    sl_atomic_u64 *w = word(fd);
    uint64_t old, new, id = (ring & RING_MASK) << RING_SHIFT;

    if (SL_UNLIKELY(!w)) {
        if (fd < 0)
            return -EBADF;
        if (!make_table())
            return -ENOMEM;
        if (!(w = word(fd)))
            return -EBADF;
    }
    old = sl_load_relaxed(w);
    do {
        if (SL_UNLIKELY(old & (CLOSED | KEPT)))
            return -EBADF;
        if (SL_LIKELY(!(old & COUNT)))
            new = (old & DRAINED) | id | 1;
        else
            new = (old + 1) | ((old & (RING_MASK << RING_SHIFT)) == id ? 0 : FOREIGN);
        /* Pairs with the exchange in sl_table_close: either it counts us or we see the mark. */
    } while (SL_UNLIKELY(!sl_cas_weak_acq_rel(w, &old, new)));
    return SL_UNLIKELY(old & DRAINED) ? SL_TABLE_DRAINED : 0;
}

/* `mask` and `hint`: what is kept of the word's hint, and what it is now. */
SL_INLINE bool end(int fd, uint64_t mask, uint64_t hint)
{
    sl_atomic_u64 *w = word(fd);
    uint64_t old = sl_load_relaxed(w), new;

    do {
        SL_DEBUG_CHECK((old & COUNT) && !(old & KEPT));
        /* The last one clears the word, before close(2): the number's next life begins clean. */
        if ((old & COUNT) != 1)
            new = ((old - 1) & mask) | hint;
        else
            new = SL_UNLIKELY(old & CLOSED) ? 0 : (old & DRAINED & mask) | hint;
        if (SL_UNLIKELY(old & CLOSED) && !new)
            sl_number_renew(fd); /* nothing is in flight on it that could note the new life */
        /* What the operation did comes before the close(2) of whoever is last: pairs with the
         * others' ends and with sl_table_close. */
    } while (SL_UNLIKELY(!sl_cas_weak_acq_rel(w, &old, new)));
    if (SL_UNLIKELY(old & CLOSED) && !new)
        sl_sys.close(fd);
    return old & CLOSED;
}

bool sl_table_end(int fd)
{
    return end(fd, ~UINT64_C(0), 0);
}

bool sl_table_end_receive(int fd, bool drained)
{
    return end(fd, ~DRAINED, drained ? DRAINED : 0);
}

bool sl_table_closed(int fd)
{
    sl_atomic_u64 *w = word(fd);

    return w && sl_load_relaxed(w) & CLOSED;
}

SL_INLINE bool all_here(uint64_t word, uint32_t ring)
{
    return ring && !(word & FOREIGN) &&
           ((word >> RING_SHIFT) & RING_MASK) == (ring & RING_MASK);
}

enum sl_table_close sl_table_close(int fd, uint32_t ring)
{
    sl_atomic_u64 *w = word(fd);
    uint64_t old, new;

    if (fd < 0)
        return SL_TABLE_BAD;
    if (!w) /* no operation has ever been queued on it */
        return SL_TABLE_FREE;
    old = sl_load_relaxed(w);
    do {
        if (old & (CLOSED | KEPT))
            return SL_TABLE_BAD;
        if (!(old & COUNT))
            new = 0; /* the next life begins without a hint */
        else
            new = all_here(old, ring) ? old | CLOSED : (old | CLOSED) + 1;
        /* Pairs with begin and end. */
    } while (!sl_cas_weak_acq_rel(w, &old, new));
    if (!(old & COUNT))
        return SL_TABLE_FREE;
    return all_here(old, ring) ? SL_TABLE_HERE : SL_TABLE_FOREIGN;
}

/* ---- fork ---- */

/* Nothing is in flight in a child. Were the counts kept, it could never close a descriptor that the
 * parent waits for. */
static void forked(void)
{
    struct table *table = sl_load_relaxed(&the_table);
    size_t size = table ? table->size : 0;

    making = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    if (!table)
        return;
    sl_sys.advise(table, sizeof *table + size * sizeof(sl_atomic_u64), MADV_DONTNEED);
    table->size = size;
}

const struct sl_fork_calls sl_fork_calls = {.table = forked};

/* ---- descriptors that nobody has asked for ---- */

/* Only the queue's thread writes the words of what is in it; relaxed orders nothing, and others
 * look at KEPT alone. The next one is stored plus one, 0 ends the queue. */
bool sl_table_push(struct sl_table_queue *queue, int fd)
{
    sl_atomic_u64 *w = word(fd);

    if (!w)
        return false;
    sl_store_relaxed(w, KEPT);
    if (queue->last >= 0)
        sl_store_relaxed(word(queue->last), KEPT | (uint64_t)(fd + 1u));
    else
        queue->first = fd;
    queue->last = fd;
    queue->count++;
    return true;
}

void sl_table_unshift(struct sl_table_queue *queue, int fd)
{
    sl_store_relaxed(word(fd), KEPT | (uint64_t)(queue->first + 1u));
    if (queue->last < 0)
        queue->last = fd;
    queue->first = fd;
    queue->count++;
}

int sl_table_pop(struct sl_table_queue *queue)
{
    int fd = queue->first;
    sl_atomic_u64 *w = word(fd);

    if (fd < 0)
        return -1;
    queue->first = (int)(sl_load_relaxed(w) & COUNT) - 1;
    if (queue->first < 0)
        queue->last = -1;
    queue->count--;
    sl_store_relaxed(w, 0);
    return fd;
}
