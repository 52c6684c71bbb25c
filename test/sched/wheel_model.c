/* The wheel against a naive model: random arming, disarming and expiring, deadlines from
 * nanoseconds to years, past ones too. Due timers come in exact (deadline, creation) order, none
 * early, none late, and the next deadline is always known. */
#include "check.h"

#include "base/rng.h"
#include "sched/timer.h"

#include <string.h>

enum { TIMERS = 300, ROUNDS = 60000 };

static struct timer {
    struct sl_timer timer;
    int64_t deadline; /* the wheel overwrites its own when it is due */
    uint64_t created; /* 0: not armed */
} timers[TIMERS];

static struct sl_wheel wheel;
static struct sl_rng rng;
static uint64_t created;
static size_t armed;
static int64_t now;

static void arm(struct timer *timer, bool tie)
{
    /* 1 ns << 0 ... 58: to 9 years; some behind us, some at the same instant as another. */
    int64_t ahead = (int64_t)(sl_rng_next(&rng) >> (5 + sl_rng_below(&rng, 58)));
    const struct timer *other = &timers[sl_rng_below(&rng, TIMERS)];

    if (sl_rng_below(&rng, 10) == 0)
        ahead = -(int64_t)sl_rng_below(&rng, 1000000);
    timer->deadline = tie && other->created ? other->deadline : now + ahead;
    timer->timer.deadline = timer->deadline;
    sl_wheel_arm(&wheel, &timer->timer);
    timer->created = ++created;
    armed++;
}

static void disarm(struct timer *timer)
{
    sl_wheel_disarm(&wheel, &timer->timer);
    sl_link_remove(&timer->timer.entry.link);
    timer->timer.entry.link.next = NULL;
    timer->created = 0;
    armed--;
}

/* The first in (deadline, creation) order, or NULL. */
static struct timer *first(void)
{
    struct timer *best = NULL;

    for (struct timer *at = timers; at < timers + TIMERS; at++) {
        if (!at->created)
            continue;
        if (!best || at->deadline < best->deadline ||
            (at->deadline == best->deadline && at->created < best->created))
            best = at;
    }
    return best;
}

static bool expire(void)
{
    struct sl_list due;
    struct sl_link *link;
    struct timer *wanted;

    sl_list_init(&due);
    sl_wheel_expire(&wheel, now, &due);
    while ((wanted = first()) && wanted->deadline <= now) {
        link = sl_list_pop(&due);
        if (link != &wanted->timer.entry.link)
            return false;
        if (wanted->timer.deadline != SL_TIMER_QUEUED)
            return false;
        wanted->created = 0;
        link->next = NULL;
        armed--;
    }
    return sl_list_empty(&due) && wheel.armed == armed;
}

TEST_PLAIN(the_wheel_is_what_a_sorted_list_is)
{
    const struct timer *next;

    for (uint64_t seed = 1; seed <= (sl_test_slow() ? 1 : 4); seed++) {
        rng.state = seed;
        now = (int64_t)(sl_rng_next(&rng) >> (8 + 8 * seed));
        armed = 0;
        memset(timers, 0, sizeof timers);
        sl_wheel_init(&wheel, now);
        for (int round = 0; round < ROUNDS; round++) {
            struct timer *timer = &timers[sl_rng_below(&rng, TIMERS)];

            if (!timer->created)
                arm(timer, sl_rng_below(&rng, 5) == 0);
            else if (sl_rng_below(&rng, 3) == 0)
                disarm(timer);
            if (sl_rng_below(&rng, 4) == 0) {
                next = first();
                CHECK_VOID(sl_wheel_next(&wheel) == (next ? next->deadline : INT64_MAX));
                if (next && sl_rng_below(&rng, 2) && next->deadline > now)
                    now = next->deadline; /* exactly then: not a moment late */
                else
                    now += (int64_t)(sl_rng_next(&rng) >> (12 + sl_rng_below(&rng, 50)));
                CHECK_VOID(expire());
            }
        }
    }
}
