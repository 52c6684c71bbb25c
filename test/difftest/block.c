/* Blocks and control: how statements follow each other, and what leaves them. */
#include "run.h"
#include "trace.h"

#include <errno.h>
#include <string.h>

/* How a statement or block was left. The detail of an error is the task's current one. */
struct flow {
    enum { GO_ON, RETURN, FAIL } how;
    intptr_t word; /* RETURN: the result; FAIL: the error */
};

static struct flow run_block(const struct place *place, const struct block *block);

static struct flow failed(intptr_t error)
{
    return (struct flow){FAIL, error};
}

/* The status that sley's exits take: 0 if the block was not left by an error. */
static intptr_t status_of(struct flow flow)
{
    return flow.how == FAIL ? flow.word : 0;
}

/* The line of an event up to its text; `s` is NULL for the task's own. False when frozen. If not,
 * the trace is the caller's until run_line_end: workers write it, too. */
static bool begin_event(const struct place *place, const struct statement *s)
{
    struct run *run = place->run;

    if (run->frozen)
        return false;
    run_line_begin();
    text_add(run->trace, "%ld t%u ", run_tick(run), place->task);
    if (s)
        text_add(run->trace, "%u ", s->id);
    else
        text_add(run->trace, "- ");
    return true;
}

static void event(const struct place *place, const struct statement *s, const char *what)
{
    if (begin_event(place, s)) {
        text_add(place->run->trace, "%s\n", what);
        run_line_end();
    }
}

static void event_word(const struct place *place, const struct statement *s, const char *what,
                       intptr_t word)
{
    if (!begin_event(place, s))
        return;
    text_add(place->run->trace, "%s", what);
    trace_word(place->run->trace, word);
    text_add(place->run->trace, "\n");
    run_line_end();
}

/* After the exit of a block: its status may be another error than the body's. */
static struct flow leave(const struct place *place, const struct statement *s, struct flow flow,
                         intptr_t status)
{
    if (status < 0) {
        event_word(place, s, "out exc:", status);
        return failed(status);
    }
    event(place, s, "out");
    return flow;
}

int object_acquire(struct run *run, struct object object)
{
    switch (object.kind) {
    case 'L': return sley_lock_acquire(&run->locks[object.index]);
    case 'C': return sley_condition_acquire(&run->conditions[object.index]);
    case 'S': return sley_semaphore_acquire(&run->semaphores[object.index]);
    default: return sley_semaphore_acquire(&run->bounded[object.index]);
    }
}

int object_release(struct run *run, struct object object)
{
    switch (object.kind) {
    case 'L': return sley_lock_release(&run->locks[object.index]);
    case 'C': return sley_condition_release(&run->conditions[object.index]);
    case 'S': return sley_semaphore_release(&run->semaphores[object.index]);
    default: return sley_semaphore_release(&run->bounded[object.index]);
    }
}

static struct flow do_with(const struct place *place, const struct statement *s)
{
    struct flow flow;
    int rc = object_acquire(place->run, s->o);

    if (rc < 0) {
        event_word(place, s, "exc:", rc);
        return failed(rc);
    }
    event(place, s, "in");
    flow = run_block(place, &s->body);
    rc = object_release(place->run, s->o);
    return leave(place, s, flow, rc < 0 ? rc : status_of(flow));
}

static struct flow do_timeout(const struct place *place, const struct statement *s)
{
    struct run *run = place->run;
    sley_timeout timeout = SLEY_TIMEOUT_INIT;
    size_t residue = run->scenario->task_count + place->task;
    int rc = sley_timeout_enter(&timeout, run_delay(run, s->n, residue));
    struct flow flow;

    if (rc < 0)
        return leave(place, s, failed(rc), rc);
    event(place, s, "in");
    flow = run_block(place, &s->body);
    return leave(place, s, flow, sley_timeout_exit(&timeout, status_of(flow)));
}

static struct flow do_group(const struct place *place, const struct statement *s)
{
    sley_task_group group = SLEY_TASK_GROUP_INIT;
    struct place inside = {place->run, place->task, &group};
    int rc = sley_task_group_enter(&group);
    struct flow flow;

    if (rc < 0)
        return leave(place, s, failed(rc), rc);
    event(place, s, "in");
    flow = run_block(&inside, &s->body);
    return leave(place, s, flow, sley_task_group_exit(&group, status_of(flow)));
}

/* Runs the block while an error is on its way out. What the block does may take the place of the
 * task's current detail; a future keeps the error's own and makes it the current one again. */
static struct flow run_finally(const struct place *place, const struct block *block,
                               struct flow pending)
{
    sley_future *keeper = pending.how == FAIL ? sley_future_new() : NULL;
    struct flow flow;

    if (keeper)
        sley_future_set_exception(keeper, pending.word);
    flow = run_block(place, block);
    if (keeper && flow.how == GO_ON)
        sley_future_exception(keeper);
    sley_future_drop(keeper);
    return flow.how == GO_ON ? pending : flow;
}

static struct flow do_try(const struct place *place, const struct statement *s)
{
    struct flow flow = run_block(place, &s->body);

    if (flow.how == FAIL && strchr(s->k, error_letter(flow.word))) {
        event_word(place, s, "caught ", flow.word);
        flow = run_block(place, &s->handler);
    }
    return s->finally.count ? run_finally(place, &s->finally, flow) : flow;
}

static struct flow do_rep(const struct place *place, const struct statement *s)
{
    struct flow flow = {GO_ON, 0};

    for (long i = 0; flow.how == GO_ON && i < s->n; i++)
        flow = run_block(place, &s->body);
    return flow;
}

static struct flow do_raise(const struct place *place, const struct statement *s)
{
    intptr_t error = sley_raise(raised_error(s->n), "V%ld", s->n);

    event_word(place, s, "exc:", error);
    return failed(error);
}

static struct flow do_ret(const struct place *place, const struct statement *s)
{
    event(place, s, "ok");
    return (struct flow){RETURN, s->n};
}

static void event_text(const struct place *place, const struct statement *s, const char *text)
{
    if (begin_event(place, s)) {
        text_add(place->run->trace, "ok:%s\n", text);
        run_line_end();
    }
}

static void event_outcome(const struct place *place, const struct statement *s,
                          const struct outcome *outcome)
{
    if (sley_is_error(outcome->word))
        event_word(place, s, "exc:", outcome->word);
    else if (outcome->form == VALUE)
        event_word(place, s, "ok:", outcome->word);
    else if (outcome->form == SKIP)
        event(place, s, "skip");
    else if (outcome->form == DONE)
        event(place, s, "ok");
    else
        event_text(place, s, outcome->text.at);
}

static struct flow do_operation(const struct place *place, const struct statement *s,
                                bool suspending)
{
    struct outcome outcome = {DONE, 0, {0}};

    (suspending ? run_suspending : run_prompt)(place, s, &outcome);
    event_outcome(place, s, &outcome);
    text_free(&outcome.text);
    if (suspending && sley_is_error(outcome.word))
        return failed(outcome.word);
    return (struct flow){GO_ON, 0};
}

static struct flow run_statement(const struct place *place, const struct statement *s)
{
    if (place->run->frozen)
        return failed(-ECANCELED);
    switch (s->op) {
#define CONTROL(name) case OP_##name: return do_##name(place, s);
        SCENARIO_CONTROL(CONTROL)
#undef CONTROL
#define SUSPENDING(name) case OP_##name:
        SCENARIO_SUSPENDING(SUSPENDING)
#undef SUSPENDING
        return do_operation(place, s, true);
    default:
        return do_operation(place, s, false);
    }
}

static struct flow run_block(const struct place *place, const struct block *block)
{
    struct flow flow = {GO_ON, 0};

    for (size_t i = 0; flow.how == GO_ON && i < block->count; i++)
        flow = run_statement(place, &block->at[i]);
    return flow;
}

intptr_t run_body(void *arg)
{
    const struct place *place = arg;
    const struct block *block = &place->run->scenario->tasks[place->task];
    struct flow flow;

    event(place, NULL, "start");
    flow = run_block(place, block);
    if (flow.how == GO_ON)
        flow.word = NOTHING;
    event_word(place, NULL, flow.how == FAIL ? "end exc:" : "end ok:", flow.word);
    return flow.word;
}
