/* Chains of tasks that await one another, each link begun and run by whoever comes, cancelled at
 * the top, at the bottom or in the middle from other workers, at any moment: the request goes to
 * the end of the chain as it is then, everybody learns of it once, a shield stops it, who takes
 * requests back counts them all, and who swallows one ends it there. */
#include "many.h"

enum { DEPTH = 6, ROUNDS = 500, AT_ONCE = 2, ASKERS = 3, SWALLOWED = 7, LEFT_ALONE = 9 };
enum { NOWHERE = -1 };

struct chain {
    _Atomic(sley_task *) links[DEPTH]; /* references, from the top; NULL: not made */
    sley_future *gate;       /* what the bottom waits for */
    int shield_at;           /* this link shields the next one */
    int swallow_at;          /* this one returns a value instead of the cancel */
    bool once;               /* one request, which nobody is told of twice */
    _Atomic bool made;       /* the bottom has begun */
    _Atomic int told[DEPTH]; /* so many -ECANCELED has a link seen */
};

struct link {
    struct chain *chain;
    int depth;
};

static intptr_t wait_below(struct chain *chain, int depth)
{
    sley_task *next = chain->links[depth + 1];

    if (depth == chain->shield_at)
        return sley_shield(sley_task_future(next));
    return sley_task_await(next);
}

static intptr_t link_main(void *arg)
{
    struct link self = *(struct link *)arg;
    struct chain *chain = self.chain;
    struct link below = {chain, self.depth + 1};
    struct sl_rng rng = own_rng();
    intptr_t word;

    if (self.depth == DEPTH - 1) {
        atomic_store(&chain->made, true);
        word = sley_shield(chain->gate);
    } else {
        chain->links[below.depth] = sley_create_task_copy(link_main, &below, sizeof below, NULL);
        CHECK(chain->links[below.depth] != NULL);
        word = wait_below(chain, self.depth);
    }
    if (word == -ECANCELED) {
        atomic_fetch_add(&chain->told[self.depth], 1);
        EXPECT(linger(&rng) == 0 || !chain->once);
        if (self.depth == chain->swallow_at)
            return SWALLOWED;
    }
    return word;
}

static sley_task *top_of(struct chain *chain)
{
    struct link top = {chain, 0};
    sley_task *task = sley_create_task_copy(link_main, &top, sizeof top, NULL);

    atomic_store(&chain->links[0], task);
    return task;
}

/* Waits until the bottom has begun: from then on a request finds the whole chain, though not all of
 * it may wait yet. */
static void is_made(struct chain *chain)
{
    while (!atomic_load(&chain->made))
        sley_yield();
    for (int i = 0; i < DEPTH; i++)
        while (!atomic_load(&chain->links[i])) /* who made it may be slower than who runs it */
            sley_yield();
}

static intptr_t wanted_at(const struct chain *chain, int depth)
{
    if (depth <= chain->swallow_at)
        return SWALLOWED;
    return chain->shield_at != NOWHERE && depth > chain->shield_at ? LEFT_ALONE : -ECANCELED;
}

/* One request to the top. */
static intptr_t from_the_top(void *arg)
{
    struct sl_rng rng = own_rng();
    struct chain chain = {.gate = sley_future_new(), .shield_at = NOWHERE, .swallow_at = NOWHERE};
    struct canceller canceller;

    CHECK(chain.gate != NULL);
    chain.once = true;
    if (sl_rng_below(&rng, 2))
        chain.shield_at = (int)sl_rng_below(&rng, DEPTH - 1);
    else if (sl_rng_below(&rng, 2))
        chain.swallow_at = (int)sl_rng_below(&rng, DEPTH);
    CHECK(top_of(&chain) != NULL);
    is_made(&chain);
    CHECK(canceller_begin(&canceller, chain.links[0]));
    CHECK_EQ(sley_task_await(chain.links[0]), wanted_at(&chain, 0));
    CHECK(canceller_end(&canceller));
    CHECK_EQ(sley_future_set_result(chain.gate, LEFT_ALONE), 0);
    for (int i = 0; i < DEPTH; i++) {
        intptr_t wanted = wanted_at(&chain, i);

        CHECK_EQ(sley_join(chain.links[i]), wanted);
        CHECK_EQ(chain.told[i], wanted == -ECANCELED || i == chain.swallow_at);
    }
    sley_future_drop(chain.gate);
    return (intptr_t)arg;
}

/* Requests to links anywhere, at the same moment: each is told at least once, and none is left. */
static intptr_t from_everywhere(void *arg)
{
    struct sl_rng rng = own_rng();
    struct chain chain = {.gate = sley_future_new(), .shield_at = NOWHERE, .swallow_at = NOWHERE};
    struct canceller cancellers[ASKERS];
    bool told = false;

    CHECK(chain.gate != NULL && top_of(&chain) != NULL);
    is_made(&chain);
    for (int i = 0; i < ASKERS; i++)
        CHECK(canceller_begin(&cancellers[i], chain.links[sl_rng_below(&rng, DEPTH)]));
    CHECK_EQ(sley_task_await(chain.links[0]), -ECANCELED);
    for (int i = 0; i < ASKERS; i++)
        told |= canceller_end(&cancellers[i]);
    CHECK(told);
    CHECK_EQ(sley_future_set_result(chain.gate, LEFT_ALONE), 0);
    for (int i = 0; i < DEPTH; i++)
        CHECK_EQ(sley_join(chain.links[i]), -ECANCELED);
    sley_future_drop(chain.gate);
    return (intptr_t)arg;
}

/* ---- requests that are taken back ---- */

static intptr_t counts(void *arg)
{
    sley_task *self = sley_current_task();

    atomic_store((_Atomic long *)arg, 1);
    while (sley_task_cancelling(self) < ASKERS) {
        int rc = sley_sleep(sley_s(100));

        CHECK_EQ(rc, -ECANCELED);
    }
    for (unsigned left = ASKERS; left-- > 0;)
        CHECK_EQ(sley_task_uncancel(self), left);
    CHECK_EQ(sley_yield(), 0); /* with the last one goes what was not delivered */
    CHECK_EQ(sley_sleep(sley_us(1)), 0);
    return LEFT_ALONE;
}

static intptr_t taken_back(void *arg)
{
    struct canceller cancellers[ASKERS];
    _Atomic long begun = 0;
    sley_task *task = sley_create_task(counts, &begun);

    CHECK(task != NULL);
    while (!atomic_load(&begun))
        CHECK_EQ(sley_yield(), 0);
    for (int i = 0; i < ASKERS; i++)
        CHECK(canceller_begin(&cancellers[i], task));
    CHECK_EQ(sley_join(task), LEFT_ALONE);
    for (int i = 0; i < ASKERS; i++)
        CHECK(canceller_end(&cancellers[i]));
    return (intptr_t)arg;
}

static intptr_t body(void *arg)
{
    sley_fn *const all[] = {from_the_top, from_everywhere, taken_back};
    long rounds = sl_test_rounds(ROUNDS);
    sley_coro coros[AT_ONCE];

    (void)arg;
    for (long i = 0; i < rounds; i++) {
        for (int j = 0; j < AT_ONCE; j++)
            coros[j] = SLEY_CORO(all[(i + j) % 3], NULL);
        CHECK_EQ(sley_gather(NULL, AT_ONCE, coros, 0), 0);
    }
    return 0;
}

TEST_PLAIN(chains_of_many_workers_are_cancelled)
{
    each_workers(body);
}
