/* src/sched/park.h and wait.c: a fiber that waits, who wakes it, and who cancels it.
 *
 * Exactly one ends the wait and makes the fiber ready. No request is lost: this wait delivers it,
 * or it is left for the next suspension; the same of a scope. Nobody looks at the wait when the
 * fiber may have left it. Requests are sl_shared_cancel's and sl_scope_cancel's own. */
#include "cancels.h"

#define ROUNDS 2

static const struct sl_wait_class plain = {.reason = "the model"};
/* What the waits are: on the stacks of the fibers, one for each time. */
static struct sl_wait memory[ROUNDS];
static pthread_mutex_t list_lock;
static uint32_t called; /* the waker looks at the list, where something has changed */
static bool finished;
static struct sl_wait *listed;
static int woken, rounds, codes[ROUNDS];
static unsigned states[ROUNDS];
static unsigned delivered;

/* ---- threads ---- */

/* As wait.h says: begun and listed under the list's lock, and taken out under it. */
static int wait_once(int round)
{
    struct sl_wait *wait = &memory[round];
    struct sley_loop *loop = &loops[0];
    int rc;

    sl_wait_init(wait, &tasks[0].fiber, &plain, NULL);
    will_wait();
    pthread_mutex_lock(&list_lock);
    if (sl_wait_begin(wait))
        listed = wait;
    pthread_mutex_unlock(&list_lock);
    called = 1;
    rc = sl_wait_park(&loop, wait);
    pthread_mutex_lock(&list_lock);
    listed = NULL;
    pthread_mutex_unlock(&list_lock);
    model_check(wait->state != SL_WAIT_PENDING, "left a wait that nobody ended");
    states[round] = wait->state;
    leave_wait(wait);
    codes[round] = rc;
    delivered += rc == -ECANCELED;
    rounds++;
    return rc;
}

/* Nobody waits any more. */
static void end(void)
{
    finished = true;
    called = 1;
}

static void waiter(void)
{
    wait_once(0);
    end();
}

static void waiter_of_two(void)
{
    wait_once(0);
    wait_once(1);
    end();
}

/* One who takes a request back once it was delivered, as timeouts and groups do. */
static void waiter_who_forgives(void)
{
    if (wait_once(0) == -ECANCELED)
        sl_task_uncancel(&tasks[0]);
    end();
}

static void wake_listed(void)
{
    struct sl_wait *wait;

    pthread_mutex_lock(&list_lock);
    wait = listed;
    listed = NULL;
    if (wait)
        woken += sl_wait_wake_shared(NULL, wait);
    pthread_mutex_unlock(&list_lock);
}

/* Wakes whoever waits, until nobody will. */
static void waker(void)
{
    while (!finished) {
        called = 0;
        wake_listed();
        if (!finished)
            sl_model_block(&called, 0, true);
    }
}

/* ---- models ---- */

static void setup_of(uint32_t word)
{
    setup_cancels(word);
    memset(&gone, 0, sizeof gone);
    sl_model_freed(&gone, sizeof gone);
    pthread_mutex_init(&list_lock, NULL);
    called = 0;
    finished = false;
    for (int i = 0; i < ROUNDS; i++)
        memory[i] = left;
    listed = NULL;
    woken = rounds = 0;
    memset(codes, 0, sizeof codes);
    memset(states, 0, sizeof states);
    delivered = 0;
}

static void setup(void)
{
    setup_of(SL_FIBER_MANY);
}

static void setup_pinned(void)
{
    setup_of(SL_FIBER_MANY | SL_FIBER_PINNED);
}

static void setup_shielded(void)
{
    setup_of(SL_FIBER_MANY | SL_FIBER_SHIELDED);
}

/* The mark was meant for others. */
static void setup_marked(void)
{
    setup_of(SL_FIBER_MANY | SL_FIBER_IN_CANCELLED);
}

/* The scope that is cancelled lies behind a shield: the wait is held, and goes on. */
static void setup_behind(void)
{
    static struct sley_scope shield;

    setup();
    shield = (struct sley_scope){._outer = &scope, ._task = &tasks[0], ._flags = SL_SCOPE_SHIELD};
    tasks[0].fiber.scope = &shield;
}

/* Of one loop: only wakes come from elsewhere. */
static void setup_lent(void)
{
    setup_of(0);
    loops[0].team = NULL;
    sl_store_relaxed(&tasks[0].future.guard, SL_GUARD_NONE);
}

/* By an edge request, which anybody may end, and a scope's cancel. */
static void check(void)
{
    uint32_t word = sl_fiber_flags(&tasks[0].fiber);
    bool pending = word & SL_FIBER_MUST_CANCEL;
    int done = 0;

    for (int i = 0; i < ROUNDS; i++) {
        check_left(&memory[i]);
        done += states[i] == SL_WAIT_DONE;
        model_check(states[i] != SL_WAIT_CANCELLED || codes[i], "cancelled, and not told");
        model_check(codes[i] != -SLEY_ETIMEOUT || scope._code, "told of a scope that is well");
    }
    model_check(done == woken, "woken, and another end is seen");
    model_check(delivered + pending <= requests, "delivered more often than asked");
    check_cancels(delivered);
    model_check(word / SL_FIBER_CANCELLING_ONE <= requests, "miscounted");
}

/* A request that nobody has seen yet meets the second wait. */
static void check_second(void)
{
    check();
    if (requests && !delivered)
        model_check(codes[1] == 0 && rounds == 2, "two waits");
}

static void check_shielded(void)
{
    check();
    model_check(!delivered && sl_fiber_flags(&tasks[0].fiber) & SL_FIBER_MUST_CANCEL,
                "delivered behind a shield");
}

/* Both are there or neither: the count, and that it is to be delivered. */
static void check_forgiven(void)
{
    uint32_t word = sl_fiber_flags(&tasks[0].fiber);

    check_left(&memory[0]);
    model_check(sl_fiber_cancelling(&tasks[0].fiber) == 1 - delivered, "miscounted");
    model_check(!!(word & SL_FIBER_MUST_CANCEL) == !delivered, "a request is lost, or left");
}

static void check_behind(void)
{
    model_check(!sl_scope_code(&tasks[0].fiber), "cancelled through a shield");
    tasks[0].fiber.scope = &scope;
    sl_fiber_set(&tasks[0].fiber, SL_FIBER_IN_CANCELLED);
    check();
}

static void check_lent(void)
{
    check_left(&memory[0]);
    model_check(!sl_fiber_flags(&tasks[0].fiber), "the word is not its loop's again");
    model_check(woken == 1 && codes[0] == 0, "not woken");
}

static const struct sl_model models[] = {
    {"waker", setup, {waiter, waker}, check},
    {"canceller", setup, {waiter, canceller}, check},
    {"scope", setup, {waiter, scope_canceller}, check},
    {"waker and canceller", setup, {waiter, waker, canceller}, check},
    {"waker and scope", setup, {waiter, waker, scope_canceller}, check},
    {"canceller and scope", setup, {waiter, canceller, scope_canceller}, check},
    {"scope, and marked before", setup_marked, {waiter, waker, scope_canceller}, check,
     .bound = 2},
    {"two cancellers", setup, {waiter, canceller, canceller}, check},
    {"two waits", setup, {waiter_of_two, waker, canceller}, check_second, .bound = 2},
    {"two waits and a scope", setup, {waiter_of_two, waker, scope_canceller}, check, .bound = 2},
    {"taken back", setup, {waiter_who_forgives, waker, canceller}, check_forgiven},
    {"pinned", setup_pinned, {waiter, waker, canceller}, check},
    {"pinned, and a scope", setup_pinned, {waiter, waker, scope_canceller}, check},
    {"shielded", setup_shielded, {waiter, waker, canceller}, check_shielded},
    {"behind a shield", setup_behind, {waiter, waker, scope_canceller}, check_behind},
    {"behind a shield, and cancelled", setup_behind, {waiter, canceller, scope_canceller},
     check_behind},
    {"of one loop", setup_lent, {waiter, waker}, check_lent},
    {"everybody", setup, {waiter_of_two, waker, canceller, scope_canceller, canceller}, check,
     .large = true},
    {0},
};

int main(int argc, char **argv)
{
    return sl_model_main(argc, argv, models);
}
