/* fibers.h: model threads that are fibers of a runtime of many workers.
 *
 * A model thread plays one fiber on a loop of its own. What is made ready stands in a word that its
 * thread waits for: sl_ready_wake stores there, as a queue would, and parking waits for it. Nobody
 * may make a fiber ready that does not wait, or that is ready.
 *
 * Include it before the sources: sl_current is the loop of the model thread from here on. */
#ifndef SL_MODEL_FIBERS_H
#define SL_MODEL_FIBERS_H

#include "explore.h"
#include "sched/wait.h"
#include "task/shared.h"

#include <string.h>

#define FIBERS SL_MODEL_THREADS

static struct sley_loop loops[FIBERS];
static struct sl_team *const team = (struct sl_team *)loops; /* compared, never looked at */
static struct sl_runtime runtime;
static struct sl_stack stacks[FIBERS];
static struct sley_task tasks[FIBERS]; /* of the thread with that number */
static sl_atomic_u32 queued[FIBERS];
static int ready[FIBERS];
static bool waits[FIBERS];
static int rested[FIBERS]; /* how often it parked and went on */

static struct sley_loop *model_loop(void)
{
    int self = sl_model_current();

    return self >= 0 && loops[self].current ? &loops[self] : NULL;
}
#define sl_current() model_loop()

static int number_of(const struct sl_fiber *fiber)
{
    const struct sley_task *task = SL_CONTAINER(fiber, const struct sley_task, fiber);

    model_check(task >= tasks && task < tasks + FIBERS, "no fiber of ours");
    return (int)(task - tasks);
}

void sl_ready_wake(struct sley_loop *loop, struct sl_fiber *fiber)
{
    int number = number_of(fiber);

    (void)loop;
    model_check(waits[number], "made ready, and does not wait");
    model_check(++ready[number] == 1, "made ready twice");
    sl_model_note("makes %c ready", 'A' + number);
    sl_store_release(&queued[number], 1);
}

/* The fiber of this thread is about to wait: it may be made ready from now on. */
static void will_wait(void)
{
    waits[sl_model_current()] = true;
}

static void await_ready(int number)
{
    while (!sl_load_acquire(&queued[number]))
        sl_model_spin();
    sl_store_relaxed(&queued[number], 0);
    model_check(ready[number] == 1, "goes on without being ready");
    ready[number] = 0;
    waits[number] = false;
}

struct sley_loop *sl_worker_park(struct sley_loop *loop, struct sl_fiber *self)
{
    int number = number_of(self);

    model_check(number == sl_model_current(), "another thread's fiber");
    waits[number] = true;
    await_ready(number);
    rested[number]++;
    return loop;
}

/* Everybody runs; `word` is the fibers'. */
static void setup_fibers(uint32_t word)
{
    memset(tasks, 0, sizeof tasks);
    memset(&runtime, 0, sizeof runtime);
    memset(ready, 0, sizeof ready);
    memset(waits, 0, sizeof waits);
    memset(rested, 0, sizeof rested);
    memset(stacks, 0, sizeof stacks);
    memset(queued, 0, sizeof queued);
    for (int i = 0; i < FIBERS; i++) {
        struct sley_task *task = &tasks[i];

        loops[i].team = team;
        loops[i].runtime = &runtime;
        loops[i].current = &task->fiber;
        stacks[i].home = &loops[i];
        sl_future_init(&task->future, &loops[i], SL_FUTURE_TASK);
        sl_store_relaxed(&task->future.flags, SL_TASK_PLAIN);
        task->fiber.stack = &stacks[i];
        task->fiber.sp = SL_FIBER_RUNS;
        task->fiber.scope = &runtime.root;
        sl_store_relaxed(&task->fiber.word, word);
    }
}

/* A wait that its fiber has left: whoever looks at it finds what was freed, and whoever writes to
 * it is found out at the end. */
static struct sl_fiber gone;
static bool cancels_gone(struct sley_loop *loop, struct sl_wait *wait)
{
    (void)loop, (void)wait;
    sl_model_fail("a wait is cancelled after it was left");
    return false;
}
static const struct sl_wait_class class_of_gone = {.cancel = cancels_gone,
                                                   .cancel_held = cancels_gone};
static const struct sl_wait left = {.fiber = &gone, .class = &class_of_gone, .state = 0x5a5a,
                                    .taken = 0x5a, .begun = 0x5a, .flags = 0x5a5a5a5a};

static void leave_wait(struct sl_wait *wait)
{
    *wait = left;
}

static void check_left(const struct sl_wait *wait)
{
    model_check(!memcmp(wait, &left, sizeof left), "a wait is written to after it was left");
}

#endif
