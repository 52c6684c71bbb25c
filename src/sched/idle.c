/* Idle: how a worker goes to sleep, and how other threads and signal handlers wake it.
 *
 * Who posts stores into the inbox (or the signals) and then loads `asleep`; who goes to sleep
 * stores `asleep` and then loads both. Each has a sequentially consistent fence in between, so that
 * at least one of the two sees what the other stored: no wake-up is lost, and no system call is
 * made for a worker that is awake. */
#include "sched/share.h"
#include "sched/wait.h"

/* ---- sleep ---- */

/* Sleeps in the ring until a completion, a deadline, or the doorbell. */
static void sleep_in_ring(struct sley_loop *loop, int64_t wait_ns)
{
    int rc;
    struct sl_ring *ring = sl_worker_ring(loop, &rc);

    if (!ring)
        return;
    sl_store_release(&loop->asleep, 1); /* there is a ring: pairs with sl_loop_ring */
    /* Store asleep, load inbox, against post's store inbox, load asleep: one of the two sees the
     * other. Pairs with the fence in sl_loop_ring. */
    sl_fence_seq_cst();
    if (sl_load_relaxed(&loop->inbox) || sl_load_relaxed(&loop->signals) ||
        sl_load_relaxed(&loop->mine.incoming))
        wait_ns = 0;
    ring->class->turn(ring, wait_ns);
    sl_store_relaxed(&loop->asleep, 0);
}

/* How long to sleep for a deadline. Timers alone wake the loop at most every 50 us (the kernel's
 * own slack for a thread's sleep): a million timers a second would else be a million sleeps of a
 * microsecond, at three times the cost of the timers. One that comes alone is not delayed. */
static int64_t until(const struct sley_loop *loop, int64_t deadline)
{
    int64_t at = loop->expired_at + SL_TIMER_GAP_NS;

    if (at < deadline)
        at = deadline;
    return at > loop->now && deadline > loop->now ? at - loop->now : 0;
}

bool sl_idle_ask(struct sley_loop *loop)
{
    const sley_options *options = &loop->runtime->options;
    bool again = false;

    if (options->on_idle) {
        sl_leave(loop);
        again = options->on_idle(loop, options->idle_arg);
        sl_enter_loop(loop);
    }
    return again;
}

bool sl_idle(struct sley_loop *loop, bool *turned)
{
    struct sl_runtime *runtime = loop->runtime;
    bool in_flight = loop->ring && loop->ring->in_flight;
    bool jobs = sl_load_relaxed(&runtime->executor_jobs);
    int64_t next = sl_wheel_next(&loop->wheel), wait_ns = INT64_MAX;

    sl_loop_clock(loop);
    if (next != INT64_MAX && !loop->virtual_clock) {
        wait_ns = until(loop, next);
    } else if (next <= loop->now || (next != INT64_MAX && !jobs)) { /* whose time is the real one */
        if (next > loop->now)
            loop->now = next;
        wait_ns = 0;
    } else if (!jobs) {
        if (!in_flight && sl_idle_ask(loop))
            return true;
        if (loop->stop || !sl_list_empty(&loop->ready))
            return true;
        wait_ns = sl_stuck_rest(loop, false);
        if (!wait_ns)
            return false;
    }
    if (wait_ns == 0 && !in_flight)
        return true; /* a deadline is due: the timers come next */
    *turned = true;
    sleep_in_ring(loop, wait_ns);
    return true;
}

/* ---- wake ---- */

/* All that was posted, the oldest first. */
static struct sl_inbox_item *take_all(struct sley_loop *loop)
{
    /* Pairs with the compare-and-swap in sl_inbox_post. */
    struct sl_inbox_item *item = sl_exchange_acq_rel(&loop->inbox, NULL), *oldest = NULL;

    while (item) {
        struct sl_inbox_item *next = item->next;

        item->next = oldest;
        oldest = item;
        item = next;
    }
    return oldest;
}

void sl_inbox_take(struct sley_loop *loop)
{
    struct sl_inbox_item *item, *oldest;
    uint32_t signals;

    if (SL_UNLIKELY(sl_load_relaxed(&loop->signals))) {
        /* Pairs with the or in sl_loop_signal. */
        signals = sl_and_acq_rel(&loop->signals, 0);
        sl_worker_calls.signalled(loop, signals);
    }
    if (SL_UNLIKELY(sl_load_relaxed(&loop->mine.incoming) != NULL))
        sl_share_receive(loop, &loop->mine);
    if (SL_LIKELY(!sl_load_relaxed(&loop->inbox)) && SL_LIKELY(!loop->left))
        return;
    while ((item = loop->left)) {
        loop->left = item->next;
        item->run(loop, item);
    }
    for (oldest = take_all(loop); (item = oldest);) {
        oldest = item->next;
        item->run(loop, item);
    }
}

void sl_inbox_take_amid(struct sley_loop *loop)
{
    struct sl_inbox_item *item, *next, **end = &loop->left;

    while (*end)
        end = &(*end)->next;
    for (item = take_all(loop); item; item = next) {
        next = item->next;
        item->next = NULL;
        if (item->run == sl_inbox_amid) {
            item->run(loop, item);
            continue;
        }
        *end = item;
        end = &item->next;
    }
}

void sl_loop_ring(struct sley_loop *loop)
{
    /* Store inbox (or signals, or a queue), load asleep. Pairs with the fence in sleep_in_ring. */
    sl_fence_seq_cst();
    if (sl_load_acquire(&loop->asleep) && loop->ring) /* pairs with the store: there is one */
        sl_ring_ring(loop->ring);
}

void sl_inbox_post(struct sley_loop *loop, struct sl_inbox_item *item)
{
    void *head = sl_load_relaxed(&loop->inbox);

    do
        item->next = head;
    while (!sl_cas_weak_acq_rel(&loop->inbox, &head, item)); /* pairs with sl_inbox_take */
    sl_loop_ring(loop);
}

void sl_loop_signal(struct sley_loop *loop, uint32_t signal)
{
    sl_or_acq_rel(&loop->signals, signal); /* pairs with sl_inbox_take */
    sl_loop_ring(loop);
}
