/* src/task/open.c and src/task/sleeper.c on src/sched/idle.c: a future of one loop that other
 * threads complete, drop, and wait for.
 *
 * One of those who complete it does; the loop's waiter is woken once, plain threads get the word,
 * and the record is freed once, by the loop's thread, after its last use. */
#include "one_loop.h"
#include "task/open.c"

#include <pthread.h>

/* Time is over whenever it likes to be. */
static int timed_wait(pthread_cond_t *condition, pthread_mutex_t *mutex);
#undef pthread_cond_timedwait
#define pthread_cond_timedwait(condition, mutex, at) ((void)(at), timed_wait(condition, mutex))
#include "task/sleeper.c"

#define FIRST 7
#define SECOND 8

static struct sl_open record;
static struct sley_future *const future = &record.future;
static struct sl_entry waiter;
static unsigned completed, freed, woken, cancelled;
static intptr_t won, seen;
static bool awaits;

static int timed_wait(pthread_cond_t *condition, pthread_mutex_t *mutex)
{
    if (sl_model_choose(2))
        return pthread_cond_wait(condition, mutex);
    pthread_mutex_unlock(mutex);
    sl_model_step("time is over");
    pthread_mutex_lock(mutex);
    return ETIMEDOUT;
}

/* ---- whose the loop is: that of the first thread ---- */

enum sl_own sl_own_begin(struct sley_loop *of)
{
    (void)of;
    return sl_model_current() == 0 ? SL_OWN_RUNS : SL_OWN_NOT;
}

void sl_own_end(struct sley_loop *of, enum sl_own own)
{
    (void)of, (void)own;
}

/* ---- task/shared.c and task/future.c, as far as one loop goes ---- */

bool sl_future_finish_many(struct sley_future *which, enum sl_future_state state, intptr_t word,
                           sley_error *error)
{
    return sl_open_finish(which, state, word, error);
}

void sl_future_drop_many(struct sley_future *which)
{
    if (sl_sub_acq_rel(&which->refs, 1) == SL_REFS_MANY + 1)
        sl_open_gone(which);
}

void sl_future_add(struct sley_future *which, struct sl_entry *entry)
{
    if (sl_future_state(which) == SL_PENDING || sl_future_guard_of(which) == SL_GUARD_CLAIMED)
        sl_list_push(&which->waiters, &entry->link);
    else
        sl_ready_push(&loop, entry);
}

bool sl_future_cancel(struct sley_loop *of, struct sley_future *which)
{
    bool done;

    (void)of;
    if (sl_future_state(which) != SL_PENDING)
        return false;
    done = sl_future_finish(which, SL_CANCELLED, -ECANCELED, NULL);
    completed += done;
    cancelled += done;
    if (done)
        won = -ECANCELED;
    return done;
}

void sl_future_free(struct sley_future *which)
{
    model_check(sl_model_current() == 0, "freed by another thread");
    model_check(which == future && !freed, "freed twice");
    model_check(sl_list_empty(&which->waiters), "freed with waiters");
    freed++;
    sl_model_note("freed");
    sl_model_freed(&record, sizeof record);
}

intptr_t sl_future_retrieve_error(struct sley_loop *of, struct sley_future *which)
{
    (void)of;
    return which->word;
}

static void *allocate(size_t bytes, unsigned arena)
{
    (void)bytes, (void)arena;
    sl_model_fail("takes memory");
    return NULL;
}

struct sl_sys sl_sys = {.clock_now = clock_now, .allocate = allocate};

/* ---- threads; each but the first has a reference of its own ---- */

static void waiter_run(struct sley_loop *of, struct sl_entry *entry)
{
    (void)of, (void)entry;
    model_check(sl_future_state(future) != SL_PENDING, "woken, and it is pending");
    woken++;
    seen = future->word;
    sl_future_drop(future); /* the awaiter's */
}

/* The worker's passes, until the record is gone. */
static void passes(void)
{
    for (run_ready(); !freed; run_ready())
        idle();
}

static void owner(void)
{
    sl_future_add(future, &waiter);
    passes();
}

/* It was done, or will be, when the loop's task comes to await it: sley_await's order. */
static void late_owner(void)
{
    sl_inbox_take(&loop);
    owner();
}

static void complete(intptr_t word)
{
    if (sl_future_finish(future, SL_DONE, word, NULL)) {
        completed++;
        won = word;
    }
    model_check(sl_future_state(future) == SL_PENDING || future->word == won || !won,
                "another word");
}

static void completes(void)
{
    complete(FIRST);
    sl_future_drop(future);
}

static void completes_too(void)
{
    complete(SECOND);
    sl_future_drop(future);
}

static void owner_completes(void)
{
    sl_future_add(future, &waiter);
    sl_inbox_take(&loop);
    complete(SECOND);
    passes();
}

static void drops(void)
{
    sl_future_drop(future);
}

static void sleeps(void)
{
    intptr_t word = sl_sleeper_await(future, false);

    model_check(sl_future_state(future) != SL_PENDING, "back before it is done");
    model_check(word == FIRST || word == SECOND, "another word");
    sl_future_drop(future);
}

static void gives_up(void)
{
    intptr_t word = 0;
    int rc = sl_sleeper_wait_for(future, (sley_duration){1000}, &word);

    model_check(sl_future_state(future) != SL_PENDING, "back before it is done");
    model_check((rc == 0 && word == FIRST) || rc == -SLEY_ETIMEOUT, "another answer");
    model_check((rc == 0) == (future->word == FIRST), "not what everybody sees");
    sl_future_drop(future);
}

/* ---- models ---- */

static void setup_with(uint32_t refs)
{
    setup_loop();
    sl_store_relaxed(&runtime.sleepers_lock, 0);
    runtime.sleepers = (sley_links){0};
    completed = freed = woken = cancelled = 0;
    won = seen = 0;
    awaits = true;
    waiter = (struct sl_entry){.run = waiter_run};
    sl_future_init(future, &loop, SL_FUTURE);
    sl_store_relaxed(&future->guard, SL_GUARD_OPEN);
    sl_store_relaxed(&future->refs, SL_REFS_MANY + refs);
}

static void setup_two(void)
{
    setup_with(2);
}

static void setup_three(void)
{
    setup_with(3);
}

static void setup_nobody_awaits(void)
{
    setup_with(2);
    awaits = false;
}

static void once(void)
{
    model_check(completed == 1, "completed once");
    model_check(freed == 1, "freed once");
    model_check(woken == awaits, "woken once");
    model_check(!awaits || seen == won, "what the winner gave");
    model_check(!runtime.sleepers.first, "somebody still sleeps");
}

static const struct sl_model models[] = {
    {"completer", setup_two, {owner, completes}, once},
    {"completer, awaited late", setup_two, {late_owner, completes}, once},
    {"two completers", setup_three, {owner, completes, completes_too}, once},
    {"owner and completer", setup_two, {owner_completes, completes}, once},
    {"last drop elsewhere", setup_nobody_awaits, {passes, completes, drops}, once},
    {"sleeper", setup_three, {owner, completes, sleeps}, once, .bound = 2},
    {"sleeper alone", setup_nobody_awaits, {passes, completes, sleeps}, once, .bound = 2},
    {"sleeper gives up", setup_three, {owner, completes, gives_up}, once, .bound = 2},
    {0},
};

int main(int argc, char **argv)
{
    return sl_model_main(argc, argv, models);
}
