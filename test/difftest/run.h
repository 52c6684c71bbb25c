/* One scenario being interpreted on one loop. Every operation is one call of sley's public API
 * (as_completed, which is a loop in every language, is the exception); nothing here waits, queues
 * or orders anything. */
#ifndef DIFFTEST_RUN_H
#define DIFFTEST_RUN_H

#include "scenario.h"
#include "text.h"

#include <sley.h>

/* Where a statement stands: in which task, and in which group block of it (or none). */
struct place {
    struct run *run;
    unsigned task;
    sley_task_group *group;
};

struct child {
    struct place body; /* the argument of the task */
    sley_task *task;   /* NULL: not started; our reference */
    char name[16];
};

struct callback {
    struct run *run;
    unsigned id;
};

struct run {
    const struct scenario *scenario;
    struct text *trace;
    bool frozen; /* the trace is complete: what still runs only ends */
    int rounds;  /* of the idle hook */
    sley_loop *loop;
    sley_instant start;
    sley_lock *locks;
    sley_event *events;
    sley_condition *conditions;
    sley_semaphore *semaphores, *bounded;
    sley_barrier *barriers;
    sley_queue *queues;
    sley_future **futures;
    _Atomic long *variables;
    struct child *children;     /* by task id */
    struct callback *callbacks; /* by operation id */
};

/* What an operation came to. */
struct outcome {
    enum { DONE, VALUE, TEXT, SKIP } form; /* of a success */
    intptr_t word;                         /* an error, or for VALUE the value */
    struct text text;
};

/* ---- run.c ---- */

/* The scenario's objects are of the shared kind instead of the local one. */
extern bool run_shared_kind;
/* On a runtime of so many workers; 0: one loop. */
extern int run_workers;

/* Interprets the scenario and adds its trace to `trace`. */
void run_scenario(const struct scenario *scenario, struct text *trace);
/* Creates the task of this id, in the group if there is one: 0 or the error. */
int run_spawn(struct run *run, unsigned id, sley_task_group *group);
/* The task of this id, or NULL if it was not started. */
sley_task *run_task(const struct run *run, unsigned id);
/* "R:5", "C", "X:V3", ... of a task. */
void run_state(const struct run *run, unsigned id, struct text *text);
long run_tick(const struct run *run);
/* Around each line of the trace: one thread at a time. Nothing suspends in between. */
void run_line_begin(void);
void run_line_end(void);
/* A delay in ticks as `mod` bends it, toward the residue class r. */
sley_duration run_delay(const struct run *run, long n, size_t r);

/* ---- block.c, suspend.c, prompt.c ---- */

/* The body of every task; its argument is its place. */
intptr_t run_body(void *place);
void run_suspending(const struct place *place, const struct statement *s, struct outcome *outcome);
void run_prompt(const struct place *place, const struct statement *s, struct outcome *outcome);

/* with's and acquire's, on any object that has them. */
int object_acquire(struct run *run, struct object object);
int object_release(struct run *run, struct object object);

#endif
