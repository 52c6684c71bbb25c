/* Tasks of many workers that await each other in a ring, with others that await one of them: nobody
 * finds the ring, but requests to any of them come to an end, and end them all. */
#include "many.h"

enum { MOST = 5, ROUNDS = 300 };

struct ring {
    _Atomic(sley_task *) tasks[MOST + 1]; /* of the last one: who awaits the first */
    _Atomic int begun;
    int n;
};

struct link {
    struct ring *ring;
    int i;
};

static intptr_t awaits_next(void *arg)
{
    struct link self = *(struct link *)arg;
    struct ring *ring = self.ring;
    int next = self.i < ring->n ? (self.i + 1) % ring->n : 0;

    atomic_fetch_add(&ring->begun, 1);
    while (!atomic_load(&ring->tasks[next]))
        if (sley_yield() < 0)
            return -ECANCELED; /* before it awaits */
    return sley_task_await(ring->tasks[next]);
}

static intptr_t once(void *arg)
{
    struct sl_rng rng = own_rng();
    struct ring ring = {.n = 2 + (int)sl_rng_below(&rng, MOST - 1)};
    struct canceller cancellers[2];
    bool told = false;

    for (int i = 0; i <= ring.n; i++) {
        struct link link = {&ring, i};
        sley_task *task = sley_create_task_copy(awaits_next, &link, sizeof link, NULL);

        CHECK(task != NULL);
        atomic_store(&ring.tasks[i], task);
    }
    while (atomic_load(&ring.begun) <= ring.n)
        CHECK_EQ(sley_yield(), 0);
    if (sl_rng_below(&rng, 2))
        CHECK_EQ(sley_sleep(sley_us(sl_rng_below(&rng, 50))), 0);
    for (int i = 0; i < 2; i++) { /* each of which may wait for the other's request */
        uint32_t asked = sl_rng_below(&rng, (uint32_t)ring.n + 1);

        CHECK(canceller_begin(&cancellers[i], ring.tasks[asked]));
    }
    for (int i = 0; i <= ring.n; i++)
        CHECK_EQ(sley_task_await(ring.tasks[i]), -ECANCELED);
    for (int i = 0; i < 2; i++)
        told |= canceller_end(&cancellers[i]);
    CHECK(told);
    for (int i = 0; i <= ring.n; i++)
        sley_task_drop(ring.tasks[i]);
    return (intptr_t)arg;
}

static intptr_t body(void *arg)
{
    long rounds = sl_test_rounds(ROUNDS);

    (void)arg;
    for (long i = 0; i < rounds && sl_test_workers > 1; i++) /* one loop finds it: await_cycles */
        CHECK_EQ(once(NULL), 0);
    return 0;
}

TEST_PLAIN(a_request_ends_a_ring_of_awaits)
{
    each_workers(body);
}
