/* The threads of a runtime of many workers: how they start, come to rest, and leave.
 *
 * They run while loop 0 does, in the thread that runs it, and rest between runs: a runtime that
 * nobody runs does nothing. Their rings are theirs, so the threads stay until the runtime is
 * closed.
 *
 * All rings are made before anything runs: if one cannot be had the run fails, and nothing has
 * happened. Rejected: going on with fewer workers, to some of which tasks may be pinned. */
#include "sched/team.h"

#include "os/sys.h"
#include "sched/rescue.h"

#include <sley/error.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static size_t bytes_for(unsigned n)
{
    return sizeof(struct sl_team) + n * sizeof(struct sl_member);
}

struct sl_team *sl_team_new(unsigned n, bool pins)
{
    /* Mapped: zero, and aligned to cache lines. */
    struct sl_team *team = sl_sys.map(bytes_for(n));
    const char *steal = getenv("SLEY_STEAL"), *migrate = getenv("SLEY_MIGRATE");

    if (!team)
        return NULL;
    team->n = n;
    team->alarm_fd = -1;
    team->crowded = sl_cpus_affinity(&team->before) < n;
    team->pins = pins && !team->crowded;
    team->steals = !steal || strcmp(steal, "0") != 0;
    team->roams = migrate ? (enum sl_team_roams)(atoi(migrate) % 3) : SL_ROAMS_NOT;
    pthread_mutex_init(&team->mutex, NULL);
    pthread_cond_init(&team->changed, NULL);
    return team;
}

void sl_team_free(struct sl_team *team)
{
    if (team->alarm_fd >= 0)
        sl_sys.close(team->alarm_fd);
    pthread_cond_destroy(&team->changed);
    pthread_mutex_destroy(&team->mutex);
    sl_sys.unmap(team, bytes_for(team->n));
}

void sl_team_join(struct sl_team *team, unsigned index, struct sley_loop *loop)
{
    team->members[index].loop = loop;
    loop->team = team;
    loop->member = &team->members[index];
    loop->index = index;
    team->counts_still |= loop->runtime->options.virtual_clock || loop->runtime->options.on_idle;
    loop->rng = (struct sl_rng){loop->runtime->options.seed + index};
}

/* Why a run fails, loop 0's ring says, as where it is the only one. */
static void explain(struct sl_team *team, const char *why)
{
    team->members[0].loop->ring_storage.refusal = why;
}

/* ---- a worker's thread ---- */

/* Its ring, by its thread, the first time. */
static int open_ring(struct sley_loop *loop)
{
    int rc;

    sl_worker_ring(loop, &rc);
    return rc;
}

static int obey(struct sley_loop *loop, enum sl_team_order order)
{
    int rc;

    if (order == SL_TEAM_OPEN)
        return open_ring(loop);
    rc = sl_worker_run_member(loop);
    if (rc < 0)
        sl_team_stop(loop->team);
    return rc;
}

static void *member(void *arg)
{
    struct sl_member *self = arg;
    struct sl_team *team = self->loop->team;
    uint64_t seen = 0;
    struct sl_cpus was;

    /* Left to itself a kernel may keep two workers on one processor while another idles. */
    if (team->pins)
        sl_cpus_pin(sl_cpus_nth(self->loop->index), &was);
    pthread_mutex_lock(&team->mutex);
    for (;;) {
        enum sl_team_order order;
        int rc;

        while (team->order != SL_TEAM_LEAVE && (team->order < SL_TEAM_OPEN || team->orders == seen))
            pthread_cond_wait(&team->changed, &team->mutex);
        order = team->order;
        if (order == SL_TEAM_LEAVE)
            break;
        seen = team->orders;
        pthread_mutex_unlock(&team->mutex);
        rc = obey(self->loop, order);
        pthread_mutex_lock(&team->mutex);
        if (rc < 0) {
            team->failure = rc;
            explain(team, self->loop->ring_storage.refusal);
        }
        if (--team->at_work == 0)
            pthread_cond_broadcast(&team->changed);
    }
    pthread_mutex_unlock(&team->mutex);
    sl_worker_close(self->loop);
    return NULL;
}

/* It has the signal mask of the thread that runs loop 0: what its tasks spawn begins as
 * anybody's. */
static int start(struct sl_member *self)
{
    int rc = self->started ? 0 : sl_sys.thread_create(&self->thread, member, self);

    self->started = rc == 0;
    return rc;
}

/* ---- its runtime's ---- */

/* Each of them does it once. */
static void give_order(struct sl_team *team, enum sl_team_order order)
{
    pthread_mutex_lock(&team->mutex);
    team->failure = 0;
    team->order = order;
    team->orders++;
    team->at_work = team->n - 1;
    pthread_cond_broadcast(&team->changed);
    pthread_mutex_unlock(&team->mutex);
}

/* All have done it; rc, or the failure of one. */
static int await_all(struct sl_team *team, int rc)
{
    pthread_mutex_lock(&team->mutex);
    while (team->at_work)
        pthread_cond_wait(&team->changed, &team->mutex);
    team->order = SL_TEAM_REST;
    if (rc == 0)
        rc = team->failure;
    pthread_mutex_unlock(&team->mutex);
    return rc;
}

int sl_team_begin(struct sl_team *team)
{
    int rc = 0;

    explain(team, NULL);
    for (unsigned i = 1; i < team->n && rc == 0; i++)
        if ((rc = start(&team->members[i])) < 0)
            explain(team, "no thread for each worker: RLIMIT_NPROC or the control group's pids");
    /* It says which kind the others' are. A run by another thread, which makes it anew, may have
     * lost it. */
    if (rc == 0)
        rc = open_ring(team->members[0].loop);
    if (rc == 0 && !team->opened) {
        give_order(team, SL_TEAM_OPEN);
        rc = await_all(team, 0);
        team->opened = rc == 0;
    }
    if (rc < 0)
        return rc;
    sl_rescue_open(team);
    team->pinned = team->pins && sl_cpus_pin(sl_cpus_nth(0), &team->before);
    give_order(team, SL_TEAM_RUN);
    return 0;
}

uint64_t sl_team_figure(struct sl_team *team, enum sl_figure figure)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < team->n; i++)
        sum += sl_load_relaxed(&team->members[i].figures[figure]);
    return sum;
}

void sl_team_stop(struct sl_team *team)
{
    sl_store_relaxed(&team->stopping, 1);
    for (unsigned i = 0; i < team->n; i++)
        sl_loop_ring(team->members[i].loop); /* has the fence: it sees this, or is rung */
}

void sl_team_fail(struct sl_team *team, int rc)
{
    pthread_mutex_lock(&team->mutex);
    team->failure = rc;
    pthread_mutex_unlock(&team->mutex);
    sl_team_stop(team);
}

int sl_team_rest(struct sl_team *team, int rc)
{
    if (team->pinned)
        sl_cpus_unpin(&team->before);
    team->pinned = false;
    return await_all(team, rc);
}

void sl_team_leave(struct sl_team *team)
{
    pthread_mutex_lock(&team->mutex);
    team->order = SL_TEAM_LEAVE;
    pthread_cond_broadcast(&team->changed);
    pthread_mutex_unlock(&team->mutex);
    for (unsigned i = 1; i < team->n; i++)
        if (team->members[i].started)
            pthread_join(team->members[i].thread, NULL);
}

/* The ends are counted before the beginnings: if the sums are equal there was a moment without
 * any. */
uint64_t sl_runtime_tasks(const struct sl_runtime *runtime)
{
    const struct sl_team *team = runtime->team;
    uint64_t created = 0, ended = 0;

    if (!team)
        return runtime->tasks_created - runtime->tasks_ended;
    for (unsigned i = 0; i < team->n; i++)
        ended += sl_load_acquire(&team->members[i].loop->tasks_ended); /* pairs with its store */
    for (unsigned i = 0; i < team->n; i++)
        created += sl_load_relaxed(&team->members[i].loop->tasks_created);
    return created - ended;
}
