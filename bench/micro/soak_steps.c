/* The steps of micro-soak. Each leaves nothing behind, however it ends: it returns 0 or more, or
 * what ended it (a cancel of the task, a deadline around it), or an error of its own. */
#include "soak.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { STEPS = 40, BYTES = 4096, CHILDREN = 6 };

static atomic_long steps_done;

/* A queue for one item between a task that puts and two that take, without any deadline of ours.
 * One taker is cancelled, often when it was just woken: if it keeps the wake the rest hangs. */
struct pass {
    sley_queue queue;
    intptr_t items, cancel_at;
    sley_task *victim;
    atomic_long count, sum;
};

static bool ended(intptr_t rc)
{
    return rc == -ECANCELED || rc == -SLEY_ETIMEOUT || rc == -SLEY_ESHUTDOWN;
}

static intptr_t put_some(void *arg)
{
    struct pass *pass = arg;
    intptr_t rc = 0;
    for (intptr_t i = 0; rc == 0 && i < pass->items; i++) {
        rc = sley_queue_put(&pass->queue, i);
        if (i == pass->cancel_at)
            sley_task_cancel(pass->victim);
    }
    sley_queue_shutdown(&pass->queue, false);
    return ended(rc) ? 0 : rc;
}

static intptr_t take_some(void *arg)
{
    struct pass *pass = arg;
    intptr_t item, rc;
    while ((rc = sley_queue_get(&pass->queue, &item)) == 0) {
        atomic_fetch_add(&pass->count, 1);
        atomic_fetch_add(&pass->sum, item);
    }
    return ended(rc) ? 0 : rc;
}

static intptr_t step_pass(struct life *life)
{
    struct pass pass = {.queue = SLEY_QUEUE_INIT(1),
                        .items = (intptr_t)random_below(&life->random, 40),
                        .cancel_at = (intptr_t)random_below(&life->random, 40)};
    sley_task_group group = SLEY_TASK_GROUP_INIT;
    intptr_t rc = 0;
    SLEY_TASK_GROUP(&group) {
        rc = sley_task_group_create_task_into(&group, &pass.victim, take_some, &pass, NULL);
        if (rc == 0)
            rc = sley_task_group_create_task(&group, take_some, &pass);
        if (rc == 0)
            rc = sley_task_group_create_task(&group, put_some, &pass);
        if (rc < 0)
            sley_task_group_cancel(&group);
    }
    sley_task_drop(pass.victim);
    int closed = sley_queue_close(&pass.queue);
    rc = rc < 0 ? rc : group.rc < 0 ? group.rc : closed;
    if (rc == 0 && (pass.count != pass.items || pass.sum != pass.items * (pass.items - 1) / 2))
        return sley_raise(-1020, "%ld of %ld items came", pass.count, (long)pass.items);
    return rc;
}

static intptr_t child(void *arg)
{
    struct life life = *(struct life *)arg;
    intptr_t value = (intptr_t)(life.random >> 8), rc = step_sleep(&life);
    return rc < 0 ? rc : value;
}

static intptr_t step_spawn(struct life *life)
{
    sley_task *children[CHILDREN];
    intptr_t expected[CHILDREN], rc = 0, outcome;
    int n = 1 + (int)random_below(&life->random, CHILDREN);
    for (int i = 0; i < n; i++) {
        struct life its = {.random = random_next(&life->random)};
        sley_task_options options = {.name = "child"};
        options.pinned = random_below(&life->random, 4) == 0;
        options.worker = (unsigned)random_below(&life->random, (uint64_t)soak_workers);
        children[i] = sley_create_task_copy(child, &its, sizeof its, &options);
        expected[i] = (intptr_t)(its.random >> 8);
    }
    for (int i = 0; i < n; i++) {
        if (children[i] == NULL)
            rc = -ENOMEM;
        else if (rc == 0 && (rc = sley_await_into(sley_task_future(children[i]), &outcome)) == 0
                 && outcome != expected[i])
            rc = sley_raise(-1013, "a task returned %ld", (long)outcome);
        sley_task_drop(children[i]); /* those that are not awaited any more end by themselves */
    }
    return rc;
}

static intptr_t step_cancel(struct life *life)
{
    struct life victim = {.random = random_next(&life->random), .depth = life->depth + 1};
    if (victim.depth > 2)
        return 0;
    sley_task *task = sley_create_task_copy(live, &victim, sizeof victim, NULL);
    if (task == NULL)
        return -ENOMEM;
    intptr_t outcome = 0, rc = sley_sleep(short_time(life, 3000));
    sley_task_cancel(task);
    if (rc == 0)
        rc = sley_await_into(sley_task_future(task), &outcome);
    sley_task_drop(task);
    return rc < 0 ? rc : outcome == -ECANCELED ? 0 : outcome;
}

static intptr_t echo(void *arg)
{
    int fd = *(int *)arg;
    char bytes[BYTES / 4];
    ssize_t n;
    while ((n = sley_recv(fd, bytes, sizeof bytes)) > 0)
        if ((n = sley_send_all(fd, bytes, (size_t)n)) < 0)
            break;
    sley_close(fd);
    return n == -EPIPE || n == -ECONNRESET ? 0 : n; /* the other side was cancelled */
}

/* Sends and gets it back. */
static intptr_t talk(struct life *life, int fd)
{
    char out[BYTES], in[BYTES];
    size_t size = 1 + random_below(&life->random, BYTES), got = 0;
    for (size_t i = 0; i < size; i++)
        out[i] = (char)(life->random >> (i % 57));
    ssize_t n = sley_send_all(fd, out, size);
    if (n >= 0 && (size_t)n < size) { /* what cut it meets this call */
        n = sley_yield();
        return n < 0 ? n : sley_raise(-1014, "bytes were not sent, without a reason");
    }
    while (n > 0 && got < size)
        if ((n = sley_recv(fd, in + got, size - got)) > 0)
            got += (size_t)n;
    if (n < 0)
        return n;
    return got == size && memcmp(in, out, size) == 0 ? 0
                                                     : sley_raise(-1015, "other bytes came back");
}

static intptr_t step_socket(struct life *life)
{
    int fds[2];
    intptr_t outcome = 0, rc = sley_socketpair(AF_UNIX, SOCK_STREAM, 0, fds);
    if (rc < 0)
        return rc;
    sley_task *task = sley_create_task_copy(echo, &fds[1], sizeof fds[1], NULL);
    if (task == NULL)
        sley_close(fds[1]);
    rc = task != NULL ? talk(life, fds[0]) : -ENOMEM;
    sley_close(fds[0]);
    if (rc == 0)
        rc = sley_await_into(sley_task_future(task), &outcome);
    sley_task_drop(task);
    return rc < 0 ? rc : outcome;
}

static intptr_t count_up(sley_generator *generator, void *arg)
{
    const long *limit = arg;
    for (intptr_t i = 0; i < *limit; i++) {
        int rc = i % 3 == 2 ? sley_yield() : 0;
        if (rc < 0 || (rc = sley_generator_yield(generator, i)) < 0)
            return rc;
    }
    return 0;
}

static intptr_t step_generator(struct life *life)
{
    long limit = (long)random_below(&life->random, 12);
    intptr_t enough = (intptr_t)random_below(&life->random, 16), item, next = 0;
    sley_generator generator;
    int rc = sley_generator_open(&generator, count_up, &limit);
    if (rc < 0)
        return rc;
    SLEY_FOR(item, &generator.iterator, rc) {
        if (item != next++)
            rc = sley_raise(-1016, "a generator skipped something");
        if (rc < 0 || next > enough)
            break;
    }
    sley_generator_close(&generator);
    if (rc == 0 && next != limit)
        return sley_raise(-1017, "a generator ended early");
    return rc < 0 ? rc : 0;
}

static intptr_t in_thread(void *arg)
{
    uint64_t number = *(uint64_t *)arg;
    usleep(number % 300);
    return (intptr_t)(number >> 8);
}

static intptr_t step_thread(struct life *life)
{
    uint64_t number = random_next(&life->random);
    sley_timeout limit = SLEY_TIMEOUT_INIT;
    intptr_t rc = 0;
    SLEY_TIMEOUT(&limit, short_time(life, 3000))
        rc = sley_to_thread_copy(in_thread, &number, sizeof number);
    if (rc >= 0 && rc != (intptr_t)(number >> 8))
        return sley_raise(-1018, "a thread returned %ld", (long)rc);
    return unless_late(&limit, rc);
}

static intptr_t complete(void *arg)
{
    sley_future *future = *(sley_future **)arg;
    usleep(50);
    sley_future_set_result(future, 42); /* refused if the wait was cut: that cancelled it */
    sley_future_drop(future);
    return 0;
}

/* A thread completes a future that a task awaits. The job always runs, so that its reference is
 * always given back. */
static intptr_t step_future(struct life *life)
{
    sley_timeout limit = SLEY_TIMEOUT_INIT;
    intptr_t rc = 0;
    sley_future *future = sley_future_new(), *job = NULL;
    sley_future **argument = NULL;
    if (future == NULL || (argument = malloc(sizeof *argument)) == NULL)
        return -ENOMEM;
    *argument = sley_future_ref(future);
    job = sley_run_in_executor(NULL, complete, argument);
    if (job == NULL)
        return -ENOMEM;
    SLEY_TIMEOUT(&limit, short_time(life, 1000))
        rc = sley_await(future);
    SLEY_SHIELD
        sley_await(job);
    free(argument);
    sley_future_drop(job);
    sley_future_drop(future);
    return rc == 42 ? 0 : rc < 0 ? unless_late(&limit, rc) : sley_raise(-1019, "another result");
}

static intptr_t step_deadline(struct life *life);

static intptr_t (*const steps[])(struct life *) = {
    step_put, step_get, step_put, step_get, step_lock, step_lock, step_semaphore, step_pass,
    step_sleep, step_spawn, step_cancel, step_cancel, step_socket, step_generator, step_thread,
    step_deadline, step_deadline,
    step_future,
};

static intptr_t any_step(struct life *life)
{
    intptr_t rc = steps[random_below(&life->random, sizeof steps / sizeof *steps)](life);
    if (rc >= 0)
        atomic_fetch_add_explicit(&steps_done, 1, memory_order_relaxed);
    return rc < 0 ? rc : 0;
}

/* Any step, within a deadline that may cut it anywhere. */
static intptr_t step_deadline(struct life *life)
{
    sley_timeout limit = SLEY_TIMEOUT_INIT;
    intptr_t rc = 0;
    if (life->nested >= 3)
        return 0;
    life->nested++;
    SLEY_TIMEOUT(&limit, short_time(life, 1500))
        rc = any_step(life);
    life->nested--;
    return unless_late(&limit, rc);
}

intptr_t live(void *arg)
{
    struct life life = *(struct life *)arg;
    intptr_t rc = 0;
    for (int i = 0; rc >= 0 && i < STEPS >> (2 * life.depth); i++)
        rc = any_step(&life);
    return rc;
}

long soak_steps(void)
{
    return steps_done;
}
