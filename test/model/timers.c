/* src/sched/member.c and timer.c: timers that are armed on one worker and disarmed on another.
 *
 * Once a disarm has returned the timer does not act, and its memory is its owner's again. What is
 * due and was not disarmed acts once. A deadline that is armed from another thread is heard of by a
 * worker that sleeps. */
#include "explore.h"

#include "sched/worker.h"

static struct sley_loop *model_loop(void);
#define sl_current() model_loop()

#define until sleeps_until /* of a loop that is alone */
#include "sched/idle.c"
#undef until
#include "sched/member.c"
#include "sched/timer.c"

#include <string.h>

enum { UNTOUCHED = 0x5a };

static struct sley_loop loop;
static struct sl_team team;
static struct sl_member member;
static struct sl_runtime runtime;
static struct sl_ring ring;
static uint32_t bell;
static struct timer {
    struct sl_timer timer;
    int acted;
    bool disarmed;
} timers[3];
static uint32_t rung;

SL_MODEL_NOT_CALLED(sl_own_leave);
SL_MODEL_NOT_CALLED(sl_own_run);
SL_MODEL_NOT_CALLED(sl_search_busy);
SL_MODEL_NOT_CALLED(sl_search_end);
SL_MODEL_NOT_CALLED(sl_search_or_sleep);
SL_MODEL_NOT_CALLED(sl_share_any);
SL_MODEL_NOT_CALLED(sl_share_left);
SL_MODEL_NOT_CALLED(sl_share_next);
SL_MODEL_NOT_CALLED(sl_share_receive);
SL_MODEL_NOT_CALLED(sl_team_begin);
SL_MODEL_NOT_CALLED(sl_team_rest);
SL_MODEL_NOT_CALLED(sl_team_stop);
SL_MODEL_NOT_CALLED(sl_worker_adapt);
SL_MODEL_NOT_CALLED(sl_worker_begin);
SL_MODEL_NOT_CALLED(sl_worker_dispatch);
SL_MODEL_NOT_CALLED(sl_worker_end);
SL_MODEL_NOT_CALLED(sl_worker_make_ring);

const struct sl_worker_calls sl_worker_calls = {0};
struct sl_sys sl_sys;

/* The first thread is the owner. */
static struct sley_loop *model_loop(void)
{
    return sl_model_current() <= 0 ? &loop : NULL;
}

void sl_ring_ring(const struct sl_ring *of)
{
    model_check(of == &ring, "rings another ring");
    rung++;
    sl_model_ring(&bell);
}

static void act(struct sley_loop *on, struct sl_entry *entry)
{
    struct timer *timer = SL_CONTAINER(entry, struct timer, timer.entry);

    model_check(on == &loop, "acts elsewhere");
    sl_model_step("act");
    model_check(!timer->disarmed, "acts after it was disarmed");
    model_check(++timer->acted == 1, "acts twice");
}

/* No timer here is its owner's alone. */
void (*const sl_timer_at_home)(struct sley_loop *loop, struct sl_entry *entry) = NULL;

/* ---- threads ---- */

static void owner(void)
{
    sl_timers_expire(&loop, &loop);
}

static void owner_of_two_passes(void)
{
    sl_timers_expire(&loop, &loop);
    loop.now += 1 << 20;
    sl_timers_expire(&loop, &loop);
}

static void leave(int i)
{
    sl_timer_disarm(&loop, &timers[i].timer);
    timers[i].disarmed = true;
    memset(&timers[i].timer, UNTOUCHED, sizeof timers[i].timer);
}

static void leaver(void)
{
    leave(0);
}

static void leaver_of_second(void)
{
    leave(1);
}

static void arm(int i, int64_t deadline)
{
    timers[i].timer = (struct sl_timer){.entry.run = act};
    sl_timer_arm(&loop, &timers[i].timer, deadline);
}

static void armer(void)
{
    arm(2, loop.now - 1);
}

static void armer_who_leaves(void)
{
    arm(2, 2);
    leave(2);
}

/* As rest in search.c: until the deadline that it knows; here none. */
static void sleeper(void)
{
    int64_t next;

    sl_store_relaxed(&loop.asleep, 1);
    sl_fence_seq_cst(); /* pairs with that of sl_loop_ring */
    sl_spin_lock(&loop.wheel_lock);
    next = sl_wheel_next(&loop.wheel);
    sl_spin_unlock(&loop.wheel_lock);
    if (next == INT64_MAX)
        sl_model_wait(&bell);
    sl_store_relaxed(&loop.asleep, 0);
    sl_timers_expire(&loop, &loop);
}

/* ---- models ---- */

static void setup_of(int armed)
{
    loop.team = &team;
    loop.member = &member;
    loop.runtime = &runtime;
    loop.ring = &ring;
    loop.now = 1;
    sl_store_relaxed(&loop.wheel_lock, 0);
    sl_store_relaxed(&loop.timers, 0);
    sl_store_relaxed(&loop.asleep, 0);
    memset(timers, 0, sizeof timers);
    bell = rung = 0;
    sl_wheel_init(&loop.wheel, 0);
    for (int i = 0; i < armed; i++)
        arm(i, 1);
    loop.now = 3;
}

static void setup(void)
{
    setup_of(0);
}

static void setup_one(void)
{
    setup_of(1);
}

static void setup_two(void)
{
    setup_of(2);
}

/* Due with the second pass; it stands in a slot of a higher level until then. */
static void setup_later(void)
{
    setup_of(0);
    arm(0, 1 << 20);
}

static void check(void)
{
    static const char untouched[sizeof(struct sl_timer)] = {
        [0 ... sizeof(struct sl_timer) - 1] = UNTOUCHED};
    uint64_t armed = 0;

    for (int i = 0; i < 3; i++) {
        if (timers[i].disarmed)
            model_check(!memcmp(&timers[i].timer, untouched, sizeof untouched),
                        "touched after it was disarmed");
        else
            armed += sl_timer_pending(&timers[i].timer);
    }
    model_check(loop.wheel.armed == armed, "miscounted");
    model_check(!sl_load_relaxed(&loop.wheel_lock), "locked for ever");
}

static void all_acted(void)
{
    check();
    for (int i = 0; i < 2; i++)
        model_check(timers[i].disarmed || timers[i].acted || !timers[i].timer.entry.run,
                    "has not acted");
}

static void armed_is_seen(void)
{
    check();
    model_check(timers[2].acted || sl_load_relaxed(&loop.timers), "the owner does not know of it");
}

static void armed_has_acted(void)
{
    check();
    model_check(timers[2].acted, "has not acted");
}

static const struct sl_model models[] = {
    {"due and left", setup_one, {owner, leaver}, all_acted},
    {"two due, one left", setup_two, {owner, leaver_of_second}, all_acted},
    {"two due, both left", setup_two, {owner, leaver, leaver_of_second}, all_acted, .bound = 2},
    {"later", setup_later, {owner_of_two_passes, leaver}, all_acted},
    {"armed from elsewhere", setup_one, {owner, armer, leaver}, armed_is_seen, .bound = 2},
    {"armed and left from elsewhere", setup_one, {owner, armer_who_leaves}, all_acted},
    {"armed for a sleeper", setup, {sleeper, armer}, armed_has_acted},
    {0},
};

int main(int argc, char **argv)
{
    return sl_model_main(argc, argv, models);
}
