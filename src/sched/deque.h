/* sched/deque.h: what is ready at one worker, and what the others steal from it.
 *
 * A ring of entries. The owner appends at the tail by two stores; whoever takes, owner or thief,
 * takes at the head by one compare-and-swap, so that the order is first in, first out for all. A
 * thief reads what it wants before it moves the head: if somebody else has moved it meanwhile, what
 * was read is forgotten.
 *
 * Beside the ring there is one place for what is to run next, before all the others: whom the
 * running fiber has just woken, while its data is in the cache. It is anybody's, too, by exchange:
 * a fiber in there must not wait until its waker, which may compute for long, is done.
 *
 * Positions are counted modulo 2^32: a thief would have to sleep between its load and its swap
 * while exactly 2^32 entries pass to be fooled. */
#ifndef SL_SCHED_DEQUE_H
#define SL_SCHED_DEQUE_H

#include "base/atomic.h"
#include "fiber/fiber.h"

#ifndef SL_DEQUE_SLOTS /* a model explores fewer */
#define SL_DEQUE_SLOTS 256u
#endif

struct sl_deque {
    _Alignas(64) sl_atomic_u32 head; /* the oldest: anybody's, by compare-and-swap */
    _Alignas(64) sl_atomic_u32 tail; /* behind the newest: the owner's, by stores */
    sl_atomic_ptr next;              /* before the oldest, or NULL: anybody's, by exchange */
    sl_atomic_ptr slots[SL_DEQUE_SLOTS];
};

SL_INLINE sl_atomic_ptr *sl_deque_slot(struct sl_deque *deque, uint32_t position)
{
    return &deque->slots[position % SL_DEQUE_SLOTS];
}

/* Puts an entry (or NULL) into the place of the next one; returns the one that was there, which is
 * the caller's now. The owner puts entries, and everybody may take by putting NULL. */
SL_INLINE SL_MUST_USE struct sl_entry *sl_deque_swap_next(struct sl_deque *deque,
                                                          struct sl_entry *entry)
{
    /* What the entry is part of comes before: pairs with the exchange of who takes it. */
    return sl_exchange_acq_rel(&deque->next, entry);
}

/* A hint for others; exact for the owner as long as nobody steals. */
SL_INLINE uint32_t sl_deque_length(struct sl_deque *deque)
{
    /* The head first: a tail that is read later is never behind it. Pairs with take's swap. */
    uint32_t head = sl_load_acquire(&deque->head);

    return sl_load_relaxed(&deque->tail) - head;
}

/* The owner's. False if there is no room. */
SL_INLINE bool sl_deque_push(struct sl_deque *deque, struct sl_entry *entry)
{
    uint32_t tail = sl_load_relaxed(&deque->tail);

    /* What takes has read the slot before it moved the head: pairs with the swap in take. */
    if (SL_UNLIKELY(tail - sl_load_acquire(&deque->head) >= SL_DEQUE_SLOTS))
        return false;
    sl_store_relaxed(sl_deque_slot(deque, tail), entry);
    /* The slot, and what the entry is part of, come before: pairs with the thief's load. */
    sl_store_release(&deque->tail, tail + 1);
    return true;
}

/* The owner's: the oldest, or NULL. */
SL_INLINE struct sl_entry *sl_deque_pop(struct sl_deque *deque)
{
    uint32_t head = sl_load_relaxed(&deque->head);

    for (;;) {
        struct sl_entry *entry;

        if (head == sl_load_relaxed(&deque->tail))
            return NULL;
        entry = sl_load_relaxed(sl_deque_slot(deque, head));
        /* Pairs with the other takers' swaps and with the load of head in push. */
        if (SL_LIKELY(sl_cas_acq_rel(&deque->head, &head, head + 1)))
            return entry;
    }
}

/* Takes up to `most` of the oldest entries into `taken`, in order. Anybody's. */
SL_INLINE uint32_t sl_deque_take(struct sl_deque *deque, struct sl_entry **taken, uint32_t most)
{
    for (;;) {
        /* The head first; pairs with the takers' swaps. Then the tail; pairs with push: what the
         * slots below it hold is there. */
        uint32_t head = sl_load_acquire(&deque->head), tail = sl_load_acquire(&deque->tail);
        uint32_t n = tail - head;

        if (n == 0)
            return 0;
        if (SL_UNLIKELY(n > SL_DEQUE_SLOTS))
            continue; /* the head is an old one: it has moved by more than a ring since */
        if (n > most)
            n = most;
        for (uint32_t i = 0; i < n; i++)
            taken[i] = sl_load_relaxed(sl_deque_slot(deque, head + i));
        /* Nobody else has these: pairs with the other takers' swaps and with push. */
        if (SL_LIKELY(sl_cas_acq_rel(&deque->head, &head, head + n)))
            return n;
    }
}

/* The thief's way: half of what `from` has, rounded up. The oldest is returned, to be run at once;
 * the others are put into `to`, the thief's own, which must be empty. NULL: there was nothing. */
SL_INLINE struct sl_entry *sl_deque_steal(struct sl_deque *from, struct sl_deque *to)
{
    struct sl_entry *taken[SL_DEQUE_SLOTS / 2 + 1];
    uint32_t n = sl_deque_length(from);

    SL_DEBUG_CHECK(!sl_deque_length(to));
    if (n > SL_DEQUE_SLOTS)
        n = SL_DEQUE_SLOTS; /* a head that was old */
    n = sl_deque_take(from, taken, n - n / 2);
    for (uint32_t i = 1; i < n; i++)
        sl_deque_push(to, taken[i]);
    return n ? taken[0] : NULL;
}

#endif
