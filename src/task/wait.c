/* wait, wait_for (FORMAT.md R9, R18). */
#include "task/open.h"
#include "task/timeout.h"
#include "task/waits.h"

#include <sley/wait.h>

/* ---- wait ---- */

struct watch {
    struct sl_entry entry;
    struct waiter *waiter;
    struct sley_future *future;
};

struct waiter {
    struct sl_timer timer;
    struct sl_wait wait;
    sl_atomic_u64 left; /* of many workers their ends count down at the same time */
    enum sley_return_when when;
    const struct watch *watches;
    sl_atomic_u64 watched; /* so many of them are there */
};

static void wait_needs(const struct sl_wait *wait, struct sl_needs *needs)
{
    const struct waiter *waiter = SL_CONTAINER(wait, const struct waiter, wait);
    /* Pairs with the stores in wait_all. */
    uint64_t n = sl_load_acquire((sl_atomic_u64 *)(uintptr_t)&waiter->watched);

    for (uint64_t i = 0; i < n; i++)
        sl_needs_future(needs, waiter->watches[i].future);
}

static const struct sl_wait_class wait_wait = {.reason = "several futures", .needs = wait_needs};

static void watch_run(struct sley_loop *loop, struct sl_entry *entry)
{
    struct watch *watch = SL_CONTAINER(entry, struct watch, entry);
    struct waiter *waiter = watch->waiter;

    /* Pairs with itself: the last one wakes. */
    uint64_t left = sl_sub_acq_rel(&waiter->left, 1) - 1;

    if (left && waiter->when != SLEY_FIRST_COMPLETED &&
        !(waiter->when == SLEY_FIRST_EXCEPTION && sl_future_state(watch->future) == SL_FAILED))
        return;
    if (!sl_future_many(watch->future))
        sl_timer_disarm(loop, &waiter->timer);
    sl_wait_wake(loop, &waiter->wait);
}

static void wait_due(struct sley_loop *loop, struct sl_entry *entry)
{
    struct sl_timer *timer = SL_CONTAINER(entry, struct sl_timer, entry);

    sl_wait_wake(loop, &SL_CONTAINER(timer, struct waiter, timer)->wait);
}

static ssize_t wait_all(struct sley_loop **loop, size_t n, sley_future *const *futures,
                        sley_duration timeout, enum sley_return_when when, struct watch *watches)
{
    struct waiter waiter = {
        .when = when, .timer.entry.run = wait_due, .watches = watches};
    struct sley_loop *here = *loop;
    ssize_t done = 0;
    int rc = sl_scope_code((*loop)->current);

    if (rc < 0)
        return rc;
    sl_store_relaxed(&waiter.left, n);
    sl_wait_init(&waiter.wait, (*loop)->current, &wait_wait, NULL);
    if (here->team && !sl_wait_begin(&waiter.wait))
        n = 0; /* over before it began */
    if (timeout.ns != SLEY_NS_MAX) {
        sley_instant now = {sl_loop_clock(here)};

        sl_timer_arm(here, &waiter.timer,
                     sley_instant_add(now, timeout.ns < 0 ? sley_ns(0) : timeout).ns);
    }
    for (size_t i = 0; i < n; i++) {
        watches[i] = (struct watch){.entry.run = watch_run, .waiter = &waiter,
                                    .future = futures[i]};
        sl_store_release(&waiter.watched, i + 1); /* pairs with the load in wait_needs */
        sl_future_add(futures[i], &watches[i].entry);
    }
    rc = sl_wait_park(loop, &waiter.wait);
    sl_timer_disarm(here, &waiter.timer);
    for (size_t i = 0; i < n; i++) {
        sl_future_withdraw(futures[i], &watches[i].entry); /* among the waiters, or queued */
        done += sl_future_state(futures[i]) != SL_PENDING;
    }
    return rc < 0 ? rc : done;
}

/* The same future twice counts once. n is small or the program's own doing. */
static size_t without_duplicates(size_t n, sley_future *const *futures, sley_future **unique)
{
    size_t m = 0;

    for (size_t i = 0; i < n; i++) {
        size_t j = 0;

        while (j < m && unique[j] != futures[i])
            j++;
        if (j == m)
            unique[m++] = futures[i];
    }
    return m;
}

ssize_t sley_wait(size_t n, sley_future *const *futures, sley_duration timeout,
                  enum sley_return_when return_when)
{
    struct place {
        struct watch watch;
        sley_future *unique;
    } few[8];
    struct place *places = few;
    struct sley_loop *loop;
    sley_future **unique;
    size_t given = n;
    ssize_t rc;

    if (n == 0)
        return -SLEY_EVALUE;
    loop = sl_enter();
    if (!loop)
        return sl_no_loop();
    rc = loop->current ? 0 : -SLEY_ENOLOOP;
    for (size_t i = 0; i < n && rc == 0; i++)
        rc = !futures[i] ? -EINVAL : !sl_future_is_of(futures[i], loop) ? -SLEY_EWRONGLOOP : 0;
    if (rc == 0 && n > sizeof few / sizeof *few &&
        !(places = sl_sys.allocate(n * sizeof *places, 0)))
        rc = -ENOMEM;
    if (rc == 0) {
        unique = (sley_future **)(void *)((struct watch *)(void *)places + n);
        n = without_duplicates(n, futures, unique);
        rc = wait_all(&loop, n, unique, timeout, return_when, (struct watch *)(void *)places);
        if (places != few)
            sl_sys.release(places, given * sizeof *places, 0);
    }
    sl_leave(loop);
    return rc;
}

/* ---- wait_for ---- */

struct ending {
    struct sl_entry entry;
    struct sl_wait wait;
};

static const struct sl_wait_class wait_for_wait = {.reason = "the end of what it cancelled",
                                                   .needs = sl_needs_object};

static void ending_run(struct sley_loop *loop, struct sl_entry *entry)
{
    sl_wait_wake(loop, &SL_CONTAINER(entry, struct ending, entry)->wait);
}

/* A timeout of zero: cancels the future and waits for its end. */
static int cancel_and_wait(struct sley_loop **loop, struct sley_future *future)
{
    struct ending ending = {.entry.run = ending_run};
    int rc;

    sl_wait_init(&ending.wait, (*loop)->current, &wait_for_wait, future);
    if (!(*loop)->team || sl_wait_begin(&ending.wait))
        sl_future_add(future, &ending.entry);
    sl_future_cancel(*loop, future);
    rc = sl_wait_park(loop, &ending.wait);
    sl_future_withdraw(future, &ending.entry);
    if (rc == 0 && future->word == -ECANCELED)
        rc = -SLEY_ETIMEOUT;
    return rc;
}

static int wait_for(struct sley_loop **loop, struct sley_future *future, sley_duration timeout,
                    intptr_t *outcome)
{
    sley_timeout limit;
    intptr_t status;
    int rc;

    if (!(*loop)->current)
        return -SLEY_ENOLOOP;
    if (!sl_future_is_of(future, *loop))
        return -SLEY_EWRONGLOOP;
    if ((rc = sl_scope_code((*loop)->current)) < 0)
        return rc;
    if (timeout.ns <= 0) {
        if (sl_future_state(future) == SL_PENDING && (rc = cancel_and_wait(loop, future)) < 0)
            return rc;
        *outcome = sl_future_retrieve(*loop, future);
        return 0;
    }
    sl_timeout_enter(*loop, &limit, timeout);
    rc = sl_future_wait(loop, future);
    if (rc == 0)
        *outcome = sl_future_retrieve(*loop, future);
    status = sl_timeout_exit(*loop, &limit, rc < 0 ? rc : *outcome);
    if (status == -SLEY_ETIMEOUT && (rc < 0 || *outcome == -ECANCELED))
        return -SLEY_ETIMEOUT;
    return rc;
}

int sley_wait_for_into(sley_future *future, sley_duration timeout, intptr_t *outcome)
{
    struct sley_loop *loop;
    int rc;

    if (!future)
        return -EINVAL;
    loop = sl_enter();
    if (!loop)
        return sl_sleeper_wait_for(future, timeout, outcome);
    rc = wait_for(&loop, future, timeout, outcome);
    sl_leave(loop);
    return rc;
}

intptr_t sley_wait_for(sley_future *future, sley_duration timeout)
{
    intptr_t outcome = 0;
    int rc = sley_wait_for_into(future, timeout, &outcome);

    return rc < 0 ? rc : outcome;
}

intptr_t sley_wait_for_coro(sley_coro coro, sley_duration timeout)
{
    sley_timeout limit;
    int rc;

    if (timeout.ns <= 0) {
        sley_task *task = sley_create_task(coro.fn, coro.arg);
        intptr_t word = task ? sley_wait_for(sley_task_future(task), timeout) : -ENOMEM;

        sley_task_drop(task);
        return word;
    }
    rc = sley_timeout_enter(&limit, timeout);
    return rc < 0 ? rc : sley_timeout_exit(&limit, sley_coro_await(coro));
}
