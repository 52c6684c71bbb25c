/* The harness around the tasks of a scenario: objects, loop, quiescence, final states, and the end
 * of everything. */
#include "run.h"
#include "trace.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

enum { IDLE_ROUNDS_MAX = 12, END_ROUNDS_MAX = 10000 };

static pthread_mutex_t line = PTHREAD_MUTEX_INITIALIZER;

void run_line_begin(void)
{
    pthread_mutex_lock(&line);
}

void run_line_end(void)
{
    pthread_mutex_unlock(&line);
}

sley_task *run_task(const struct run *run, unsigned id)
{
    return __atomic_load_n(&run->children[id].task, __ATOMIC_ACQUIRE);
}

/* Of many workers: a task may begin before its creator has noted its handle. */
static intptr_t begin(void *arg)
{
    struct place *place = arg;

    while (run_workers > 1 && !run_task(place->run, place->task))
        sched_yield();
    return run_body(place);
}

int run_spawn(struct run *run, unsigned id, sley_task_group *group)
{
    struct child *child = &run->children[id];
    const sley_task_options *options = &SLEY_TASK_OPTIONS(.name = child->name);

    if (group)
        return sley_task_group_create_task_into(group, &child->task, begin, &child->body,
                                                options);
    child->task = sley_loop_create_task(run->loop, begin, &child->body, options);
    return child->task ? 0 : -ENOMEM;
}

long run_tick(const struct run *run)
{
    return (long)(sley_instant_sub(sley_loop_time(run->loop), run->start).ns / sley_ms(1).ns);
}

sley_duration run_delay(const struct run *run, long n, size_t r)
{
    long mod = run->scenario->mod;

    if (n > 0 && mod) {
        long missing = ((long)r - run_tick(run) - n) % mod;

        n += missing < 0 ? missing + mod : missing;
    }
    return sley_ms(n);
}

void run_state(const struct run *run, unsigned id, struct text *text)
{
    sley_task *task = run_task(run, id);

    if (!task) {
        text_add(text, "U");
    } else if (!sley_task_done(task)) {
        text_add(text, "P");
    } else if (sley_task_cancelled(task)) {
        text_add(text, "C");
    } else {
        intptr_t error = sley_task_exception(task);

        text_add(text, error ? "X:" : "R:");
        trace_word(text, error ? error : sley_task_result(task));
    }
}

/* What was cut short ("stuck") is to end now, unseen: each statement fails at once, and whoever
 * waits for a lock whose holder is gone gets it. */
static void end_stuck(struct run *run)
{
    const struct scenario *s = run->scenario;
    bool alive = false;

    for (size_t i = 0; i < s->locks; i++)
        if (sley_lock_locked(&run->locks[i]))
            sley_lock_release(&run->locks[i]);
    for (size_t i = 0; i < s->conditions; i++)
        if (sley_condition_locked(&run->conditions[i]))
            sley_condition_release(&run->conditions[i]);
    for (size_t i = 0; i < s->task_count; i++)
        if (run_task(run, i))
            alive = sley_task_cancel(run_task(run, i)) || alive;
    if (!alive)
        sley_loop_stop(run->loop);
    else if (++run->rounds > END_ROUNDS_MAX)
        fatal("scenario %ld %s: its tasks do not end", s->seed, s->profile);
}

/* Nothing is ready and no timer runs. */
static bool on_idle(sley_loop *loop, void *arg)
{
    struct run *run = arg;
    size_t alive = 0;

    if (run->frozen) {
        end_stuck(run);
        return true;
    }
    for (size_t i = 0; i < run->scenario->task_count; i++)
        alive += run_task(run, i) && !sley_task_done(run_task(run, i));
    if (alive && ++run->rounds > IDLE_ROUNDS_MAX)
        text_add(run->trace, "%ld idle 0 stuck\n", run_tick(run));
    if (!alive || run->rounds > IDLE_ROUNDS_MAX) {
        sley_loop_stop(loop);
        return true;
    }
    text_add(run->trace, "%ld idle 0 deadlock ", run_tick(run));
    for (size_t i = 0, n = 0; i < run->scenario->task_count; i++)
        if (run_task(run, i) && !sley_task_done(run_task(run, i)))
            text_add(run->trace, n++ ? ",t%zu" : "t%zu", i);
    text_add(run->trace, "\n");
    for (size_t i = 0; i < run->scenario->task_count; i++)
        if (run_task(run, i) && !sley_task_done(run_task(run, i)))
            sley_task_cancel(run_task(run, i));
    return true;
}

bool run_shared_kind;
int run_workers;

/* Errors that nobody awaits belong to the scenario. */
static void ignore(sley_loop *loop, const sley_exception *exception, void *arg)
{
    (void)loop, (void)exception, (void)arg;
}

static sley_queue queue_of(struct queue_shape shape)
{
    bool shared = run_shared_kind;

    switch (shape.order) {
    case 'f':
        return shared ? (sley_queue)SLEY_QUEUE_INIT(shape.max)
                      : (sley_queue)SLEY_QUEUE_INIT_LOCAL(shape.max);
    case 'l':
        return shared ? (sley_queue)SLEY_LIFO_QUEUE_INIT(shape.max)
                      : (sley_queue)SLEY_LIFO_QUEUE_INIT_LOCAL(shape.max);
    default:
        return shared ? (sley_queue)SLEY_PRIORITY_QUEUE_INIT(shape.max, NULL)
                      : (sley_queue)SLEY_PRIORITY_QUEUE_INIT_LOCAL(shape.max, NULL);
    }
}

static void make_objects(struct run *run, const struct scenario *s)
{
    bool shared = run_shared_kind;

    run->locks = zeroed(s->locks, sizeof *run->locks);
    for (size_t i = 0; i < s->locks && !shared; i++)
        run->locks[i] = (sley_lock)SLEY_LOCK_INIT_LOCAL;
    run->events = zeroed(s->events, sizeof *run->events);
    for (size_t i = 0; i < s->events && !shared; i++)
        run->events[i] = (sley_event)SLEY_EVENT_INIT_LOCAL;
    run->conditions = zeroed(s->conditions, sizeof *run->conditions);
    for (size_t i = 0; i < s->conditions && !shared; i++)
        run->conditions[i] = (sley_condition)SLEY_CONDITION_INIT_LOCAL;
    run->semaphores = zeroed(s->semaphores.count, sizeof *run->semaphores);
    for (size_t i = 0; i < s->semaphores.count; i++)
        run->semaphores[i] =
            shared ? (sley_semaphore)SLEY_SEMAPHORE_INIT((size_t)s->semaphores.at[i])
                   : (sley_semaphore)SLEY_SEMAPHORE_INIT_LOCAL((size_t)s->semaphores.at[i]);
    run->bounded = zeroed(s->bounded.count, sizeof *run->bounded);
    for (size_t i = 0; i < s->bounded.count; i++)
        run->bounded[i] =
            shared ? (sley_semaphore)SLEY_BOUNDED_SEMAPHORE_INIT((size_t)s->bounded.at[i])
                   : (sley_semaphore)SLEY_BOUNDED_SEMAPHORE_INIT_LOCAL((size_t)s->bounded.at[i]);
    run->barriers = zeroed(s->barriers.count, sizeof *run->barriers);
    for (size_t i = 0; i < s->barriers.count; i++)
        run->barriers[i] =
            shared ? (sley_barrier)SLEY_BARRIER_INIT((size_t)s->barriers.at[i])
                   : (sley_barrier)SLEY_BARRIER_INIT_LOCAL((size_t)s->barriers.at[i]);
    run->queues = zeroed(s->queue_count, sizeof *run->queues);
    for (size_t i = 0; i < s->queue_count; i++)
        run->queues[i] = queue_of(s->queues[i]);
    run->variables = zeroed(s->variables, sizeof *run->variables);
    run->futures = zeroed(s->futures, sizeof *run->futures);
    for (size_t i = 0; i < s->futures; i++)
        if (!(run->futures[i] = sley_loop_create_future(run->loop)))
            fatal("a future could not be created");
}

static void make_places(struct run *run, const struct scenario *s)
{
    run->children = zeroed(s->task_count, sizeof *run->children);
    for (unsigned i = 0; i < s->task_count; i++) {
        run->children[i].body = (struct place){run, i, NULL};
        snprintf(run->children[i].name, sizeof run->children[i].name, "t%u", i);
    }
    run->callbacks = zeroed(s->last_id + 1, sizeof *run->callbacks);
    for (unsigned i = 0; i <= s->last_id; i++)
        run->callbacks[i] = (struct callback){run, i};
}

/* Gives everything back; all tasks have ended. */
static void close_run(struct run *run, const struct scenario *s)
{
    for (size_t i = 0; i < s->task_count; i++)
        if (run_task(run, i))
            sley_task_drop(run_task(run, i));
    for (size_t i = 0; i < s->futures; i++)
        sley_future_drop(run->futures[i]);
    for (size_t i = 0; i < s->queue_count; i++)
        if (sley_queue_close(&run->queues[i]) < 0)
            fatal("scenario %ld %s: a queue is waited for", s->seed, s->profile);
    if (sley_loop_close(run->loop) < 0)
        fatal("the loop could not be closed");
    free(run->locks);
    free(run->events);
    free(run->conditions);
    free(run->semaphores);
    free(run->bounded);
    free(run->barriers);
    free(run->queues);
    free(run->variables);
    free(run->futures);
    free(run->children);
    free(run->callbacks);
}

static void run_loop(struct run *run)
{
    int rc = sley_loop_run_forever(run->loop);

    if (rc < 0)
        fatal("the loop does not run: %s", sley_strerror(rc));
}

void run_scenario(const struct scenario *s, struct text *trace)
{
    struct run run = {.scenario = s, .trace = trace};
    int rc = sley_loop_new(&run.loop,
                           &SLEY_OPTIONS(.workers = run_workers, .virtual_clock = true,
                                         .on_idle = on_idle,
                                         .idle_arg = &run, .exception_handler = ignore,
                                         .on_deadlock = SLEY_DEADLOCK_IGNORE));
    bool stuck;

    if (rc < 0)
        fatal("no loop: %s", sley_strerror(rc));
    run.start = sley_loop_time(run.loop);
    make_objects(&run, s);
    make_places(&run, s);
    if (run_spawn(&run, 0, NULL) < 0)
        fatal("a task could not be created");
    run_loop(&run);
    stuck = run.rounds > IDLE_ROUNDS_MAX;
    for (size_t i = 0; i < s->task_count; i++) {
        text_add(trace, "final t%zu ", i);
        run_state(&run, (unsigned)i, trace);
        text_add(trace, "\n");
    }
    run.frozen = true;
    if (stuck)
        run_loop(&run);
    close_run(&run, s);
}
