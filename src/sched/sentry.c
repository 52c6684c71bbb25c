#include "sched/sentry.h"

#include "os/sys.h"
#include "sched/rescue.h"

#include <signal.h>

#define LOOKS 4             /* in the time after which a worker is reported */
#define LEAST_NS 5000000    /* from one look to the next: 2 us each, and 20 us for a sleep */
#define MOST_NS 1000000000
#define IDLE_LOOKS 3        /* that find all asleep: then it looks no more */

static bool all_asleep(struct sl_team *team)
{
    return sl_load_relaxed(&team->idle) % SL_TEAM_SEARCHES == team->n;
}

/* Until it is told to stop, or the time is over. */
static void sleep_for(struct sl_sentry *sentry, int64_t ns)
{
    struct timespec at;

    clock_gettime(CLOCK_MONOTONIC, &at); /* the condition's own */
    ns += at.tv_nsec;
    at.tv_sec += ns / 1000000000;
    at.tv_nsec = ns % 1000000000;
    pthread_cond_timedwait(&sentry->changed, &sentry->mutex, &at);
}

/* Until it is told to stop, or somebody goes to work. */
static void wait_for_work(struct sl_team *team)
{
    struct sl_sentry *sentry = &team->sentry;

    sl_store_relaxed(&sentry->waits, 1);
    sl_fence_seq_cst(); /* who waits, then who sleeps: pairs with that of who goes to work */
    while (!sentry->stop && all_asleep(team) && sl_load_relaxed(&sentry->waits))
        pthread_cond_wait(&sentry->changed, &sentry->mutex);
    sl_store_relaxed(&sentry->waits, 0);
}

static int64_t between_looks(const struct sl_team *team)
{
    int64_t ns = sl_stall_patience(team) / LOOKS;

    return ns < LEAST_NS ? LEAST_NS : ns > MOST_NS ? MOST_NS : ns;
}

static void *sentry_thread(void *arg)
{
    struct sl_team *team = arg;
    struct sl_sentry *sentry = &team->sentry;
    int64_t ns = between_looks(team);
    unsigned idle_looks = 0;

    sl_cpus_roam(); /* the thread that made it may be pinned */
    pthread_mutex_lock(&sentry->mutex);
    while (!sentry->stop) {
        if (idle_looks < IDLE_LOOKS)
            sleep_for(sentry, ns);
        else
            wait_for_work(team);
        idle_looks = all_asleep(team) ? idle_looks + 1 : 0;
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
