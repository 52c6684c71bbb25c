/* src/offload/blocking.c on executor.c, src/sched/wait.c and park.h: a section that a thread of the
 * pool takes, and a cancel that takes it back or comes too late.
 *
 * The fiber goes on once, in one place: in the thread, or, taken back, where it was. Nobody runs it
 * before its context is there; a request is told of or left; what lies in its frame is not touched
 * after it was left. The switch is a stub: the fiber's own model thread plays it wherever it is. */
#include "fibers.h"

#include "offload/executor.c"
#include "sched/host.h"
#include "offload/blocking.c"
#include "cancels.h"

enum { NOT_BACK = 1, HOSTED = 2 };

static _Alignas(16) char pool[256];
static struct sley_executor *const executor = (struct sley_executor *)pool;
static union {
    sley_blocking section;
    struct section inside;
} frame;
static sl_atomic_u32 gone_home; /* the fiber has left the thread */
static int entered, left_with, ran;
static bool thread_ends;
static char saved, old; /* contexts */

sl_atomic_u32 sl_context_threads;
struct sl_sys sl_sys;

SL_MODEL_NOT_CALLED(sl_cpus_roam);
SL_MODEL_NOT_CALLED(sl_fork_returned);
SL_MODEL_NOT_CALLED(sl_report_held_outside);
SL_MODEL_NOT_CALLED(sl_sys_allocate_zeroed);
SL_MODEL_NOT_CALLED(sl_thread_signals_enter);
SL_MODEL_NOT_CALLED(sl_thread_signals_leave);

/* ---- the switch ---- */

/* It leaves its worker. Who runs it next: a thread, which says so where others say that it is
 * ready, or whoever finds it ready. */
struct sley_loop *sl_host_enter(struct sley_loop *loop, struct sl_fiber *self,
                                struct sl_host *const *host)
{
    sl_shared_store_release(&self->sp, &saved); /* as the switch does */
    while (!sl_load_acquire(&queued[0]))
        sl_model_spin();
    if (sl_load_acquire(&queued[0]) != HOSTED) {
        await_ready(0);
        return loop;
    }
    model_check(*host && !ready[0], "runs in two places");
    sl_store_relaxed(&queued[0], 0);
    loops[0].current = NULL;
    return NULL;
}

void sl_host_run(struct sl_host *host, struct sl_fiber *fiber)
{
    void *context;

    (void)host;
    while ((context = sl_shared_load_acquire(&fiber->sp)) == SL_FIBER_RUNS) /* sl_share_context */
        sl_model_spin();
    model_check(context == &saved, "enters a context of before");
    sl_shared_store_relaxed(&fiber->sp, SL_FIBER_RUNS);
    sl_store_release(&queued[0], HOSTED);
    while (!sl_load_acquire(&gone_home))
        sl_model_spin();
}

struct sley_loop *sl_host_leave(struct sl_host *host, struct sl_fiber *self)
{
    (void)host;
    sl_shared_store_release(&self->sp, &saved);
    sl_store_release(&gone_home, 1);
    await_ready(0);
    loops[0].current = self;
    return &loops[0];
}

/* ---- threads ---- */

static void fiber(void)
{
    waits[0] = true; /* as soon as it is queued it may be made ready */
    loops[0].in_user = 1;
    entered = sley_blocking_enter(&frame.section, executor);
    if (entered == 0) {
        ran++;
        left_with = sley_blocking_exit(&frame.section);
    } else {
        left_with = entered;
    }
    memset(&frame, 0x5a, sizeof frame);
    sl_model_freed(&frame, sizeof frame);
    pthread_mutex_lock(&executor->mutex);
    executor->closing = true;
    pthread_cond_broadcast(&executor->work);
    pthread_mutex_unlock(&executor->mutex);
}

/* member(), without what is the thread's. */
static void thread(void)
{
    struct sl_link *link;

    pthread_mutex_lock(&executor->mutex);
    for (;;) {
        while (!(link = sl_list_pop(&executor->queue)) && !executor->closing)
            pthread_cond_wait(&executor->work, &executor->mutex);
        if (!link)
            break;
        link->next = NULL;
        executor->queued--;
        pthread_mutex_unlock(&executor->mutex);
        SL_CONTAINER(link, struct sl_work, link)->run(SL_CONTAINER(link, struct sl_work, link));
        pthread_mutex_lock(&executor->mutex);
    }
    pthread_mutex_unlock(&executor->mutex);
    thread_ends = true;
}

/* One that has other work until the fiber is back. */
static void busy_thread(void)
{
    pthread_mutex_lock(&executor->mutex);
    while (!executor->closing)
        pthread_cond_wait(&executor->work, &executor->mutex);
    pthread_mutex_unlock(&executor->mutex);
    thread_ends = true;
}

/* ---- models ---- */

static void setup(void)
{
    setup_cancels(SL_FIBER_MANY);
    sl_current_set(&loops[0]); /* for sl_enter, which is the fiber's */
    memset(&frame, 0, sizeof frame);
    memset(pool, 0, sizeof pool);
    pthread_mutex_init(&executor->mutex, NULL);
    pthread_cond_init(&executor->work, NULL);
    sl_list_init(&executor->queue);
    executor->most = executor->threads = executor->idle = 1;
    tasks[0].fiber.sp = &old; /* one loop's fiber has that while it runs */
    sl_store_relaxed(&gone_home, 0);
    sl_store_relaxed(&runtime.executor_jobs, 0);
    entered = left_with = NOT_BACK;
    ran = 0;
    thread_ends = false;
}

static void check(void)
{
    model_check(entered != NOT_BACK && thread_ends, "not over");
    model_check(ran == (entered == 0), "entered, and not told");
    model_check(!sl_load_relaxed(&runtime.executor_jobs), "miscounted");
    check_cancels(left_with == -ECANCELED);
    model_check(requests || left_with != -ECANCELED, "told of a request that nobody made");
}

static void check_taken_back(void)
{
    check();
    model_check(sl_list_empty(&executor->queue) && !executor->queued, "still queued");
    model_check(!ran && entered == (requests ? -ECANCELED : -SLEY_ETIMEOUT), "not taken back");
}

static const struct sl_model models[] = {
    {"section", setup, {fiber, thread}, check},
    {"cancelled", setup, {fiber, thread, canceller}, check, .bound = 2},
    {"cancelled twice", setup, {fiber, thread, canceller, canceller}, check, .bound = 1,
     .large = SL_MODEL_UNDER_ASAN},
    {"its scope is cancelled", setup, {fiber, thread, scope_canceller}, check, .bound = 2},
    {"no thread is free", setup, {fiber, busy_thread, canceller}, check_taken_back},
    {"no thread is free for a scope", setup, {fiber, busy_thread, scope_canceller},
     check_taken_back},
    {0},
};

int main(int argc, char **argv)
{
    return sl_model_main(argc, argv, models);
}
