/* The operations that never suspend. Their errors are printed, and the task goes on. */
#include "run.h"
#include "trace.h"

#include <stdatomic.h>

typedef void prompt(const struct place *place, const struct statement *s, struct outcome *out);

static void set_value(struct outcome *out, intptr_t word)
{
    out->word = word;
    out->form = VALUE;
}

static void callback(void *arg)
{
    const struct callback *c = arg;

    if (c->run->frozen)
        return;
    run_line_begin();
    text_add(c->run->trace, "%ld cb %u run\n", run_tick(c->run), c->id);
    run_line_end();
}

static void do_soon(const struct place *place, const struct statement *s, struct outcome *out)
{
    (void)out;
    if (!sley_handle_valid(sley_call_soon(callback, &place->run->callbacks[s->id])))
        fatal("call_soon failed");
}

static void do_later(const struct place *place, const struct statement *s, struct outcome *out)
{
    struct run *run = place->run;
    sley_duration delay = run_delay(run, s->n, run->scenario->task_count + place->task);

    (void)out;
    if (!sley_handle_valid(sley_call_later(delay, callback, &run->callbacks[s->id])))
        fatal("call_later failed");
}

static void do_spawn(const struct place *place, const struct statement *s, struct outcome *out)
{
    if (run_task(place->run, (unsigned)s->n))
        out->form = SKIP;
    else
        out->word = run_spawn(place->run, (unsigned)s->n, NULL);
}

static void do_gspawn(const struct place *place, const struct statement *s, struct outcome *out)
{
    if (!place->group || run_task(place->run, (unsigned)s->n))
        out->form = SKIP;
    else
        out->word = run_spawn(place->run, (unsigned)s->n, place->group);
}

static void do_done(const struct place *place, const struct statement *s, struct outcome *out)
{
    out->form = TEXT;
    run_state(place->run, (unsigned)s->n, &out->text);
}

static void do_cancel(const struct place *place, const struct statement *s, struct outcome *out)
{
    sley_task *task = run_task(place->run, (unsigned)s->n);

    if (task)
        set_value(out, sley_task_cancel(task));
    else
        out->form = SKIP;
}

static void do_cancelself(const struct place *place, const struct statement *s,
                          struct outcome *out)
{
    (void)place, (void)s;
    set_value(out, sley_task_cancel(sley_current_task()));
}

static void do_uncancel(const struct place *place, const struct statement *s, struct outcome *out)
{
    (void)place, (void)s;
    set_value(out, sley_task_uncancel(sley_current_task()));
}

static void do_cancelling(const struct place *place, const struct statement *s,
                          struct outcome *out)
{
    (void)place, (void)s;
    set_value(out, sley_task_cancelling(sley_current_task()));
}

static void do_release(const struct place *place, const struct statement *s, struct outcome *out)
{
    out->word = object_release(place->run, s->o);
}

static void do_locked(const struct place *place, const struct statement *s, struct outcome *out)
{
    struct run *run = place->run;
    unsigned i = s->o.index;

    switch (s->o.kind) {
    case 'L': set_value(out, sley_lock_locked(&run->locks[i])); break;
    case 'C': set_value(out, sley_condition_locked(&run->conditions[i])); break;
    case 'S': set_value(out, sley_semaphore_locked(&run->semaphores[i])); break;
    default: set_value(out, sley_semaphore_locked(&run->bounded[i])); break;
    }
}

static void do_eset(const struct place *place, const struct statement *s, struct outcome *out)
{
    out->word = sley_event_set(&place->run->events[s->o.index]);
}

static void do_eclear(const struct place *place, const struct statement *s, struct outcome *out)
{
    out->word = sley_event_clear(&place->run->events[s->o.index]);
}

static void do_isset(const struct place *place, const struct statement *s, struct outcome *out)
{
    set_value(out, sley_event_is_set(&place->run->events[s->o.index]));
}

static void do_notify(const struct place *place, const struct statement *s, struct outcome *out)
{
    out->word = sley_condition_notify(&place->run->conditions[s->o.index], (size_t)s->n);
}

static void do_notifyall(const struct place *place, const struct statement *s,
                         struct outcome *out)
{
    out->word = sley_condition_notify_all(&place->run->conditions[s->o.index]);
}

static void do_addvar(const struct place *place, const struct statement *s, struct outcome *out)
{
    set_value(out, atomic_fetch_add(&place->run->variables[s->o.index], s->n) + s->n);
}

static void do_getvar(const struct place *place, const struct statement *s, struct outcome *out)
{
    set_value(out, place->run->variables[s->o.index]);
}

static void do_putn(const struct place *place, const struct statement *s, struct outcome *out)
{
    out->word = sley_queue_put_nowait(&place->run->queues[s->o.index], s->n);
}

static void do_getn(const struct place *place, const struct statement *s, struct outcome *out)
{
    intptr_t item = 0;
    int rc = sley_queue_get_nowait(&place->run->queues[s->o.index], &item);

    set_value(out, rc < 0 ? rc : item);
}

static void do_tdone(const struct place *place, const struct statement *s, struct outcome *out)
{
    out->word = sley_queue_task_done(&place->run->queues[s->o.index]);
}

static void do_qsize(const struct place *place, const struct statement *s, struct outcome *out)
{
    set_value(out, (intptr_t)sley_queue_qsize(&place->run->queues[s->o.index]));
}

static void do_shut(const struct place *place, const struct statement *s, struct outcome *out)
{
    out->word = sley_queue_shutdown(&place->run->queues[s->o.index], s->n != 0);
}

static void do_fset(const struct place *place, const struct statement *s, struct outcome *out)
{
    out->word = sley_future_set_result(place->run->futures[s->o.index], s->n);
}

static void do_fexc(const struct place *place, const struct statement *s, struct outcome *out)
{
    out->word = sley_future_set_exception(place->run->futures[s->o.index], raised_error(s->n));
}

static void do_fcancel(const struct place *place, const struct statement *s, struct outcome *out)
{
    set_value(out, sley_future_cancel(place->run->futures[s->o.index]));
}

static void do_fdone(const struct place *place, const struct statement *s, struct outcome *out)
{
    set_value(out, sley_future_done(place->run->futures[s->o.index]));
}

void run_prompt(const struct place *place, const struct statement *s, struct outcome *outcome)
{
    static prompt *const functions[OP_COUNT] = {
#define FUNCTION(name) [OP_##name] = do_##name,
        SCENARIO_PROMPT(FUNCTION)
#undef FUNCTION
    };

    functions[s->op](place, s, outcome);
}
