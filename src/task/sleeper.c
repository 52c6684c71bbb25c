/* Awaits of plain threads: of the program's own, of a pool, of whoever runs no loop. They are no
 * suspensions: the thread sleeps on a condition, and nothing cancels that.
 *
 * How it hears of the end depends on whose future it is:
 *
 *     many workers      its entry is called by who completes the future, under the guard
 *     one loop, open    it is in the runtime's list of sleepers; who completes the future and finds
 *                       ASLEEP looks there. The loop has nothing to do with it
 *     the loop's alone  an item takes its entry to the loop's thread, which calls it at the end
 *
 * All of it lies on the thread's stack, so it leaves only when it is in none of these places: the
 * sleepers' list it leaves by itself; of the others it waits for the end, also after a timeout,
 * whose cancel brings it about. */
#include "os/spin.h"
#include "task/open.h"
#include "task/task.h"

#include <sley/wait.h>

#include <time.h>

struct sleeper {
    struct sl_link link;              /* among the runtime's sleepers, under its lock */
    bool listed;                      /* under that lock, too */
    struct sl_entry entry;            /* among the future's waiters */
    struct sl_inbox_item add, cancel; /* to the loop's thread */
    struct sley_future *future;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool woken, cancels;              /* under the mutex: it is done; the cancel is on its way */
};

static void sleeper_init(struct sleeper *sleeper, struct sley_future *future)
{
    pthread_condattr_t monotonic;

    *sleeper = (struct sleeper){.future = future};
    pthread_mutex_init(&sleeper->mutex, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&sleeper->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

static void sleeper_destroy(struct sleeper *sleeper)
{
    pthread_cond_destroy(&sleeper->changed);
    pthread_mutex_destroy(&sleeper->mutex);
}

/* Sleeps until it is woken, and no cancel is on its way. False: until `until`. */
static bool sleep_until(struct sleeper *sleeper, int64_t until)
{
    struct timespec at = {until / 1000000000, until % 1000000000};
    int rc = 0;
    bool over;

    pthread_mutex_lock(&sleeper->mutex);
    while (!(over = sleeper->woken && !sleeper->cancels) && rc == 0)
        rc = until == SLEY_NS_MAX
                 ? pthread_cond_wait(&sleeper->changed, &sleeper->mutex)
                 : pthread_cond_timedwait(&sleeper->changed, &sleeper->mutex, &at);
    pthread_mutex_unlock(&sleeper->mutex);
    return over;
}

/* The sleeper is gone once the mutex is free. */
static void wake(struct sleeper *sleeper)
{
    pthread_mutex_lock(&sleeper->mutex);
    sleeper->woken = true;
    pthread_cond_signal(&sleeper->changed);
    pthread_mutex_unlock(&sleeper->mutex);
}

/* ---- the entry: of many workers, or the loop's alone ---- */

static void entry_run(struct sley_loop *loop, struct sl_entry *entry)
{
    (void)loop;
    wake(SL_CONTAINER(entry, struct sleeper, entry));
}

static void add_run(struct sley_loop *loop, struct sl_inbox_item *item)
{
    struct sleeper *sleeper = SL_CONTAINER(item, struct sleeper, add);

    (void)loop;
    sl_future_add(sleeper->future, &sleeper->entry);
}

static void cancel_run(struct sley_loop *loop, struct sl_inbox_item *item)
{
    struct sleeper *sleeper = SL_CONTAINER(item, struct sleeper, cancel);

    sl_future_cancel(loop, sleeper->future);
    pthread_mutex_lock(&sleeper->mutex);
    sleeper->cancels = false;
    pthread_cond_signal(&sleeper->changed);
    pthread_mutex_unlock(&sleeper->mutex);
}

static void cancel(struct sleeper *sleeper)
{
    struct sley_future *future = sleeper->future;

    if (sl_future_many(future)) {
        sl_future_cancel(future->loop, future);
        return;
    }
    pthread_mutex_lock(&sleeper->mutex);
    sleeper->cancels = true;
    pthread_mutex_unlock(&sleeper->mutex);
    sleeper->cancel.run = cancel_run;
    sl_inbox_post(future->loop, &sleeper->cancel);
}

/* False: the time was over, and the future was cancelled, and has ended now. */
static bool sleep_by_entry(struct sleeper *sleeper, int64_t until)
{
    struct sley_future *future = sleeper->future;

    sleeper->entry.run = entry_run;
    if (sl_future_many(future)) {
        sl_future_add(future, &sleeper->entry);
    } else {
        sleeper->add.run = add_run;
        sl_inbox_post(future->loop, &sleeper->add);
    }
    if (sleep_until(sleeper, until))
        return true;
    cancel(sleeper);
    sleep_until(sleeper, SLEY_NS_MAX);
    return false;
}

/* ---- sleepers: of what is open ---- */

/* False: it is done, or somebody has claimed it. */
static bool list_sleeper(struct sleeper *sleeper)
{
    struct sley_future *future = sleeper->future;
    struct sl_runtime *runtime = future->loop->runtime;
    uint8_t open = SL_GUARD_OPEN;

    sl_spin_lock(&runtime->sleepers_lock);
    /* Pairs with the claim: it finds ASLEEP, and then, under the lock, the sleeper. */
    sleeper->listed = sl_cas_acq_rel(&future->guard, &open, SL_GUARD_ASLEEP) ||
                      open == SL_GUARD_ASLEEP;
    if (sleeper->listed)
        sl_chain_push(&runtime->sleepers, &sleeper->link);
    sl_spin_unlock(&runtime->sleepers_lock);
    return sleeper->listed;
}

static bool unlist_sleeper(struct sleeper *sleeper)
{
    struct sl_runtime *runtime = sleeper->future->loop->runtime;
    bool listed;

    sl_spin_lock(&runtime->sleepers_lock);
    listed = sleeper->listed;
    if (listed)
        sl_chain_remove(&runtime->sleepers, &sleeper->link);
    sleeper->listed = false;
    sl_spin_unlock(&runtime->sleepers_lock);
    return listed;
}

void sl_sleeper_wake(struct sley_future *future)
{
    struct sl_runtime *runtime = future->loop->runtime;
    struct sl_link *link, *next;
    sley_links woken = {0};

    sl_spin_lock(&runtime->sleepers_lock);
    for (link = sl_chain_first(&runtime->sleepers); link; link = next) {
        struct sleeper *sleeper = SL_CONTAINER(link, struct sleeper, link);

        next = link->next;
        if (sleeper->future != future)
            continue;
        sl_chain_remove(&runtime->sleepers, link);
        sleeper->listed = false;
        sl_chain_push(&woken, link);
    }
    sl_spin_unlock(&runtime->sleepers_lock);
    while ((link = sl_chain_pop(&woken)))
        wake(SL_CONTAINER(link, struct sleeper, link));
}

/* Who has claimed it writes the word and says that it is done, without waiting in between. */
static void await_claimed(const struct sley_future *future)
{
    unsigned turns = 0;

    while (sl_future_state(future) == SL_PENDING)
        sl_spin_wait(&turns);
}

static bool sleep_listed(struct sleeper *sleeper, int64_t until)
{
    struct sley_future *future = sleeper->future;

    if (!list_sleeper(sleeper)) {
        await_claimed(future);
        return true;
    }
    if (sleep_until(sleeper, until))
        return true;
    if (!unlist_sleeper(sleeper)) { /* somebody is about to wake us */
        sleep_until(sleeper, SLEY_NS_MAX);
        return true;
    }
    sl_future_cancel(future->loop, future);
    await_claimed(future);
    return false;
}

/* ---- await ---- */

/* Blocks until the future is done. 1: it was, by `until`; 0: it was cancelled then, and is done
 * now; or why it cannot be waited for. */
static int wait(struct sley_future *future, int64_t until)
{
    struct sleeper sleeper;
    enum sl_future_guard guard;
    bool in_time;

    if (sl_current_outside()->forked || sl_runtime_dead(future->loop->runtime))
        return -SLEY_EFORKED;
    if (sl_future_state(future) != SL_PENDING)
        return 1;
    sleeper_init(&sleeper, future);
    guard = sl_future_guard_of(future);
    if (guard >= SL_GUARD_OPEN && guard < SL_GUARD_FREE)
        in_time = sleep_listed(&sleeper, until);
    else
        in_time = sleep_by_entry(&sleeper, until);
    sleeper_destroy(&sleeper);
    return in_time;
}

int sl_sleeper_await_into(struct sley_future *future, intptr_t *outcome)
{
    int rc = wait(future, SLEY_NS_MAX);

    if (rc < 0)
        return rc;
    *outcome = sl_future_retrieve(NULL, future);
    return 0;
}

intptr_t sl_sleeper_await(struct sley_future *future, bool drop)
{
    intptr_t word;
    int rc = sl_sleeper_await_into(future, &word);

    if (rc < 0)
        return rc;
    if (drop)
        sl_future_drop_foreign(future);
    return word;
}

int sl_sleeper_wait_for(struct sley_future *future, sley_duration timeout, intptr_t *outcome)
{
    int64_t until = timeout.ns == SLEY_NS_MAX ? SLEY_NS_MAX : timeout.ns <= 0 ? 0 : 1;
    int rc;

    if (until == 1)
        until = sley_instant_add((sley_instant){sl_sys.clock_now()}, timeout).ns;
    rc = wait(future, until);
    if (rc < 0)
        return rc;
    if (rc == 0 && future->word == -ECANCELED)
        return -SLEY_ETIMEOUT;
    *outcome = sl_future_retrieve(NULL, future);
    return 0;
}
