#include "sched/sentry.h"

#include "os/sys.h"
#include "sched/rescue.h"

#include <signal.h>

#define LOOKS 4             /* in the time after which a worker is reported */
#define LEAST_NS 5000000    /* from one look to the next: 2 us each, and 20 us for a sleep */
#define DOUBLED 8           /* if all sleep it looks less and less often, and then no more */

static bool all_asleep(struct sl_team *team)
{
    return sl_load_relaxed(&team->idle) % SL_TEAM_SEARCHES == team->n;
}

/* Until it is told to stop, the time is over, or, if all sleep, somebody goes to work. */
static void sleep_for(struct sl_team *team, int64_t ns, bool for_ever)
{
    struct sl_sentry *sentry = &team->sentry;
    int64_t until = sl_sys.clock_now() + ns;
    struct timespec at = {until / 1000000000, until % 1000000000};

    if (!for_ever) {
        pthread_cond_timedwait(&sentry->changed, &sentry->mutex, &at);
        return;
    }
    sl_store_relaxed(&sentry->waits, 1);
    sl_fence_seq_cst(); /* who waits, then who sleeps: pairs with that of who goes to work */
    while (!sentry->stop && all_asleep(team) && sl_load_relaxed(&sentry->waits))
        pthread_cond_wait(&sentry->changed, &sentry->mutex);
    sl_store_relaxed(&sentry->waits, 0);
}

static void *sentry_thread(void *arg)
{
    struct sl_team *team = arg;
    struct sl_sentry *sentry = &team->sentry;
    int64_t least_ns = sl_stall_patience(team) / LOOKS, ns;

    sl_cpus_roam(); /* the thread that made it may be pinned */
    ns = least_ns = least_ns < LEAST_NS ? LEAST_NS : least_ns;
    pthread_mutex_lock(&sentry->mutex);
    while (!sentry->stop) {
        bool for_ever = ns >= DOUBLED * least_ns;

        sleep_for(team, ns, for_ever);
        ns = for_ever || !all_asleep(team) ? least_ns : 2 * ns;
        if (sentry->stop || sl_load_relaxed(&team->watchers)) /* who look more often */
            continue;
        pthread_mutex_unlock(&sentry->mutex);
        sl_rescue_report(team);
        pthread_mutex_lock(&sentry->mutex);
    }
    pthread_mutex_unlock(&sentry->mutex);
    return NULL;
}

void sl_sentry_call(struct sl_team *team)
{
    pthread_mutex_lock(&team->sentry.mutex);
    sl_store_relaxed(&team->sentry.waits, 0);
    pthread_cond_signal(&team->sentry.changed);
    pthread_mutex_unlock(&team->sentry.mutex);
}

void sl_sentry_begin(struct sl_team *team)
{
    struct sl_sentry *sentry = &team->sentry;
    pthread_condattr_t monotonic;
    sigset_t all, before;

    if (!team->rescue_signal)
        return;
    sentry->stop = false;
    pthread_mutex_init(&sentry->mutex, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&sentry->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    sigfillset(&all); /* none is for it */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    sentry->started = sl_sys.thread_create(&sentry->thread, sentry_thread, team) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void stop(struct sl_team *team)
{
    pthread_mutex_lock(&team->sentry.mutex);
    team->sentry.stop = true;
    pthread_cond_signal(&team->sentry.changed);
    pthread_mutex_unlock(&team->sentry.mutex);
}

void sl_sentry_end(struct sl_team *team)
{
    struct sl_sentry *sentry = &team->sentry;

    if (!team->rescue_signal)
        return;
    stop(team);
    if (sentry->started)
        pthread_join(sentry->thread, NULL);
    sentry->started = false;
    pthread_cond_destroy(&sentry->changed);
    pthread_mutex_destroy(&sentry->mutex);
}
