#include "sched/inject.h"

void sl_inject_give(struct sl_inject *inject, struct sl_entry *const *entries, uint32_t n)
{
    void *top = sl_load_relaxed(&inject->incoming);

    if (n == 0)
        return;
    for (uint32_t i = 1; i < n; i++)
        entries[i]->link.next = &entries[i - 1]->link;
    do
        entries[0]->link.next = top;
    /* What the entries are part of comes before: pairs with the exchange in take. */
    while (!sl_cas_weak_acq_rel(&inject->incoming, &top, &entries[n - 1]->link));
}

/* Appends what has come in to the queue. */
static uint32_t receive(struct sl_inject *inject)
{
    /* Pairs with the swap in give. */
    struct sl_link *newest = sl_exchange_acq_rel(&inject->incoming, NULL), *oldest = NULL;
    struct sl_link *last = newest;
    uint32_t n = 0;

    while (newest) {
        struct sl_link *next = newest->next;

        newest->next = oldest;
        oldest = newest;
        newest = next;
        n++;
    }
    if (oldest) {
        if (inject->first)
            inject->last->next = oldest;
        else
            inject->first = oldest;
        inject->last = last;
    }
    return n;
}

uint32_t sl_inject_take(struct sl_inject *inject, struct sl_entry **taken, uint32_t most,
                        uint32_t shares)
{
    uint32_t n = 0, queued;

    if (!sl_inject_any(inject))
        return 0;
    /* Pairs with the store below: the last taker's queue. */
    if (sl_exchange_acq_rel(&inject->taking, 1))
        return 0;
    queued = sl_load_relaxed(&inject->queued);
    if (queued < most)
        queued += receive(inject);
    if (most > queued / shares + 1)
        most = queued / shares + 1;
    for (; n < most && inject->first; n++) {
        taken[n] = SL_CONTAINER(inject->first, struct sl_entry, link);
        inject->first = inject->first->next;
        taken[n]->link.next = NULL;
    }
    sl_store_relaxed(&inject->queued, queued - n);
    /* Pairs with the exchange above. */
    sl_store_release(&inject->taking, 0);
    return n;
}
