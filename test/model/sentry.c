/* src/sched/sentry.c: its sleep while all sleep, and who wakes it.
 *
 * It does not sleep on while a worker is at work, whoever of them went there last, nor when the run
 * is over. Each worker here wakes by itself; who stays at work is the last step of its thread. */
#include "explore.h"

#include "sched/sentry.c"

#include <string.h>

enum { MOST = 2 };

#ifdef __clang__ /* what stands behind the team are its members */
#pragma clang diagnostic ignored "-Wgnu-variable-sized-type-not-at-end"
#endif
static struct {
    struct sl_team team;
    struct sl_member members[MOST];
} teams;
static struct sl_team *const team = &teams.team;

struct sl_sys sl_sys;

SL_MODEL_NOT_CALLED(sl_cpus_roam);
SL_MODEL_NOT_CALLED(sl_stall_patience);
SL_MODEL_NOT_CALLED(sl_rescue_report);

/* ---- threads ---- */

static void sentry(void)
{
    pthread_mutex_lock(&team->sentry.mutex);
    wait_for_work(team);
    pthread_mutex_unlock(&team->sentry.mutex);
}

static void goes_to_work(void)
{
    sl_sub_acq_rel(&team->idle, 1);
    sl_sentry_wake(team);
}

static void works(void)
{
    goes_to_work();
    sl_add_acq_rel(&team->idle, 1);
}

static void works_twice(void)
{
    works();
    goes_to_work();
}

static void ends(void)
{
    stop(team);
}

/* ---- models ---- */

static void setup(unsigned n)
{
    memset(&teams, 0, sizeof teams);
    team->n = n;
    sl_store_relaxed(&team->idle, n);
    pthread_mutex_init(&team->sentry.mutex, NULL);
    pthread_cond_init(&team->sentry.changed, NULL);
}

static void setup_one(void)
{
    setup(1);
}

static void setup_two(void)
{
    setup(2);
}

static void check(void)
{
    model_check(!sl_load_relaxed(&team->sentry.waits), "said to wait");
}

static const struct sl_model models[] = {
    {"one goes to work", setup_one, {sentry, goes_to_work}, check},
    {"one goes to work again", setup_one, {sentry, works_twice}, check},
    {"one stays at work", setup_two, {sentry, works, goes_to_work}, check, .bound = 3},
    {"the end", setup_two, {sentry, ends}, check},
    {"the end, while one works", setup_two, {sentry, works, ends}, check, .bound = 3},
    {0},
};

int main(int argc, char **argv)
{
    return sl_model_main(argc, argv, models);
}
