/* The objects that all tasks of micro-soak share, the steps that use them, and their books. A step
 * ends as those of soak_steps.c do. */
#include "soak.h"

#include <errno.h>

enum { OBJECTS = 4, PERMITS = 3 };

static sley_queue queues[OBJECTS] = {SLEY_QUEUE_INIT(1), SLEY_QUEUE_INIT(7), SLEY_QUEUE_INIT(64),
                                     SLEY_QUEUE_INIT(0)};
static atomic_long put_count, got_count;
static _Atomic uint64_t put_sum, got_sum;

static struct guarded {
    sley_lock lock;
    bool held;
    long count;       /* protected by the lock */
    atomic_long taken;
} guarded[OBJECTS];

static sley_semaphore semaphore = SLEY_SEMAPHORE_INIT(PERMITS);
static atomic_int permits_out;

intptr_t step_put(struct life *life)
{
    sley_timeout limit = SLEY_TIMEOUT_INIT;
    uint64_t item = random_next(&life->random);
    intptr_t rc = 0;
    SLEY_TIMEOUT(&limit, short_time(life, 2000))
        rc = sley_queue_put(&queues[item % OBJECTS], (intptr_t)item);
    if (rc == 0) {
        atomic_fetch_add(&put_count, 1);
        atomic_fetch_add(&put_sum, item);
    }
    return unless_late(&limit, rc);
}

intptr_t step_get(struct life *life)
{
    sley_timeout limit = SLEY_TIMEOUT_INIT;
    intptr_t item, rc = 0;
    SLEY_TIMEOUT(&limit, short_time(life, 2000))
        rc = sley_queue_get(&queues[random_below(&life->random, OBJECTS)], &item);
    if (rc == 0) {
        atomic_fetch_add(&got_count, 1);
        atomic_fetch_add(&got_sum, (uint64_t)item);
    }
    return unless_late(&limit, rc);
}

intptr_t step_lock(struct life *life)
{
    struct guarded *object = &guarded[random_below(&life->random, OBJECTS)];
    sley_timeout limit = SLEY_TIMEOUT_INIT;
    intptr_t rc = 0;
    SLEY_TIMEOUT(&limit, patience(life))
        rc = sley_lock_acquire(&object->lock);
    if (rc < 0)
        return unless_late(&limit, rc);
    bool alone = !object->held;
    object->held = true;
    object->count++;
    rc = random_below(&life->random, 4) == 0 ? step_sleep(life) : 0;
    object->held = false;
    atomic_fetch_add(&object->taken, 1);
    int released = sley_lock_release(&object->lock);
    if (!alone || released < 0)
        return sley_raise(-1011, "a lock was held twice, or not when it was released");
    return rc;
}

intptr_t step_semaphore(struct life *life)
{
    sley_timeout limit = SLEY_TIMEOUT_INIT;
    intptr_t rc = 0;
    SLEY_TIMEOUT(&limit, patience(life))
        rc = sley_semaphore_acquire(&semaphore);
    if (rc < 0)
        return unless_late(&limit, rc);
    int out = atomic_fetch_add(&permits_out, 1);
    rc = step_sleep(life);
    atomic_fetch_sub(&permits_out, 1);
    int released = sley_semaphore_release(&semaphore);
    if (out >= PERMITS || released < 0)
        return sley_raise(-1012, "more permits were given than there are");
    return rc;
}

/* ---- the books ---- */

static intptr_t balance_queues(void)
{
    intptr_t item;
    int rc;
    for (int i = 0; i < OBJECTS; i++) {
        while ((rc = sley_queue_get_nowait(&queues[i], &item)) == 0) {
            atomic_fetch_add(&got_count, 1);
            atomic_fetch_add(&got_sum, (uint64_t)item);
        }
        if (rc != -SLEY_EEMPTY)
            return sley_raise(-1021, "queue %d: %s", i, sley_strerror(rc));
    }
    if (put_count != got_count || put_sum != got_sum)
        return sley_raise(-1022, "%ld items were put, %ld came out (their sums %s)", put_count,
                          got_count, put_sum == got_sum ? "agree" : "differ");
    return 0;
}

static intptr_t balance_locks(void)
{
    for (int i = 0; i < OBJECTS; i++) {
        struct guarded *object = &guarded[i];
        if (sley_lock_try_acquire(&object->lock) != 0)
            return sley_raise(-1023, "lock %d is not free", i);
        if (object->count != object->taken || object->held)
            return sley_raise(-1024, "lock %d was taken %ld times, %ld are counted", i,
                              object->taken, object->count);
        sley_lock_release(&object->lock);
    }
    for (int i = 0; i < PERMITS; i++)
        if (sley_semaphore_try_acquire(&semaphore) != 0)
            return sley_raise(-1025, "%d of %d permits are there", i, PERMITS);
    if (sley_semaphore_try_acquire(&semaphore) != -EAGAIN || permits_out != 0)
        return sley_raise(-1026, "there are more permits than %d", PERMITS);
    for (int i = 0; i < PERMITS; i++)
        sley_semaphore_release(&semaphore);
    return 0;
}

intptr_t soak_balance(void)
{
    intptr_t rc = balance_queues();
    return rc < 0 ? rc : balance_locks();
}

intptr_t soak_close(void)
{
    int rc = 0;
    for (int i = 0; i < OBJECTS && rc == 0; i++)
        rc = sley_queue_close(&queues[i]);
    return rc;
}
