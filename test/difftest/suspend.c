/* The operations that may suspend. Their errors end the block around them. */
#include "run.h"
#include "trace.h"

#include <errno.h>
#include <stdlib.h>

typedef void suspending(const struct place *place, const struct statement *s, struct outcome *out);

/* A result that a task or future may have: nothing is printed as nothing. */
static void set_result(struct outcome *out, intptr_t word)
{
    out->word = word;
    out->form = word == NOTHING ? DONE : VALUE;
}

static sley_future *future_of(const struct place *place, unsigned task)
{
    return sley_task_future(run_task(place->run, task));
}

/* The tasks of a statement as futures, to be freed; NULL if one of them was not started. */
static sley_future **futures_of(const struct place *place, const struct statement *s)
{
    sley_future **futures = zeroed(s->task_count, sizeof(sley_future *));

    for (size_t i = 0; i < s->task_count; i++) {
        if (!run_task(place->run, s->tasks[i])) {
            free(futures);
            return NULL;
        }
        futures[i] = future_of(place, s->tasks[i]);
    }
    return futures;
}

static sley_duration limit_of(const struct place *place, long n)
{
    const struct run *run = place->run;

    return n < 0 ? SLEY_FOREVER : run_delay(run, n, run->scenario->task_count + place->task);
}

static void do_sleep(const struct place *place, const struct statement *s, struct outcome *out)
{
    out->word = sley_sleep(run_delay(place->run, s->n, place->task));
}

static void do_await(const struct place *place, const struct statement *s, struct outcome *out)
{
    sley_task *task = run_task(place->run, (unsigned)s->n);

    if (task)
        set_result(out, sley_task_await(task));
    else
        out->form = SKIP;
}

static void do_shield(const struct place *place, const struct statement *s, struct outcome *out)
{
    if (run_task(place->run, (unsigned)s->n))
        set_result(out, sley_shield(future_of(place, (unsigned)s->n)));
    else
        out->form = SKIP;
}

static void do_waitfor(const struct place *place, const struct statement *s, struct outcome *out)
{
    if (run_task(place->run, (unsigned)s->n))
        set_result(out, sley_wait_for(future_of(place, (unsigned)s->n), limit_of(place, s->m)));
    else
        out->form = SKIP;
}

static void do_gather(const struct place *place, const struct statement *s, struct outcome *out)
{
    sley_future **futures = futures_of(place, s);
    intptr_t *words = zeroed(s->task_count, sizeof *words);

    if (!futures) {
        out->form = SKIP;
    } else {
        out->word = sley_gather_futures(words, s->task_count, futures,
                                        s->n ? SLEY_RETURN_EXCEPTIONS : 0);
        out->form = TEXT;
        for (size_t i = 0; !out->word && i < s->task_count; i++) {
            text_add(&out->text, i ? "," : "[");
            if (words[i] == -SLEY_EGROUP) /* makes its list the current detail */
                sley_future_exception(futures[i]);
            trace_word(&out->text, words[i]);
        }
        text_add(&out->text, "]");
    }
    free(words);
    free(futures);
}

static void add_ids(const struct place *place, const struct statement *s, bool done,
                    struct text *text)
{
    const char *before = "";

    for (size_t i = 0; i < s->task_count; i++)
        if (sley_task_done(run_task(place->run, s->tasks[i])) == done) {
            text_add(text, "%s%u", before, s->tasks[i]);
            before = ",";
        }
}

static void do_wait(const struct place *place, const struct statement *s, struct outcome *out)
{
    sley_future **futures = futures_of(place, s);
    enum sley_return_when when = s->k[0] == 'f'   ? SLEY_FIRST_COMPLETED
                                 : s->k[0] == 'e' ? SLEY_FIRST_EXCEPTION
                                                  : SLEY_ALL_COMPLETED;

    if (!futures) {
        out->form = SKIP;
        return;
    }
    out->word = sley_wait(s->task_count, futures, limit_of(place, s->n), when);
    out->form = TEXT;
    text_add(&out->text, "d=");
    add_ids(place, s, true, &out->text);
    text_add(&out->text, ";p=");
    add_ids(place, s, false, &out->text);
    free(futures);
}

/* The results in the order of the tasks' ends; a child that was cancelled ends the loop. */
static int collect(sley_as_completed *each, struct text *text)
{
    const char *before = "[";
    sley_future *future;
    int rc;

    while ((rc = sley_as_completed_next(each, &future)) > 0) {
        intptr_t word = sley_future_result(future);

        if (word == -ECANCELED)
            return -ECANCELED;
        text_add(text, "%s", before);
        trace_word(text, word);
        before = ",";
    }
    text_add(text, "]");
    return rc;
}

static void do_ascompl(const struct place *place, const struct statement *s, struct outcome *out)
{
    sley_as_completed each;
    sley_future **futures;

    for (size_t i = 0; i < s->task_count; i++)
        if (run_task(place->run, s->tasks[i])) {
            out->form = SKIP;
            return;
        }
    for (size_t i = 0; i < s->task_count; i++)
        if (run_spawn(place->run, s->tasks[i], NULL) < 0)
            fatal("a task could not be created");
    futures = futures_of(place, s);
    out->form = TEXT;
    out->word = sley_as_completed_open(&each, s->task_count, futures, SLEY_FOREVER);
    if (out->word == 0) {
        out->word = collect(&each, &out->text);
        sley_as_completed_close(&each);
    }
    free(futures);
}

static void do_acquire(const struct place *place, const struct statement *s, struct outcome *out)
{
    out->word = object_acquire(place->run, s->o);
}

static void do_ewait(const struct place *place, const struct statement *s, struct outcome *out)
{
    out->word = sley_event_wait(&place->run->events[s->o.index]);
}

static void do_cwait(const struct place *place, const struct statement *s, struct outcome *out)
{
    out->word = sley_condition_wait(&place->run->conditions[s->o.index]);
}

struct at_least {
    const _Atomic long *variable;
    long n;
};

static bool is_at_least(void *arg)
{
    const struct at_least *wanted = arg;

    return *wanted->variable >= wanted->n;
}

static void do_cwaitvar(const struct place *place, const struct statement *s, struct outcome *out)
{
    struct at_least wanted = {&place->run->variables[s->v.index], s->n};

    out->word = sley_condition_wait_for(&place->run->conditions[s->o.index], is_at_least, &wanted);
}

static void do_bwait(const struct place *place, const struct statement *s, struct outcome *out)
{
    out->word = sley_barrier_wait(&place->run->barriers[s->o.index]);
    out->form = VALUE;
}

static void do_breset(const struct place *place, const struct statement *s, struct outcome *out)
{
    out->word = sley_barrier_reset(&place->run->barriers[s->o.index]);
}

static void do_babort(const struct place *place, const struct statement *s, struct outcome *out)
{
    out->word = sley_barrier_abort(&place->run->barriers[s->o.index]);
}

static void do_put(const struct place *place, const struct statement *s, struct outcome *out)
{
    out->word = sley_queue_put(&place->run->queues[s->o.index], s->n);
}

static void do_get(const struct place *place, const struct statement *s, struct outcome *out)
{
    intptr_t item = 0;
    int rc = sley_queue_get(&place->run->queues[s->o.index], &item);

    out->word = rc < 0 ? rc : item;
    out->form = VALUE;
}

static void do_join(const struct place *place, const struct statement *s, struct outcome *out)
{
    out->word = sley_queue_join(&place->run->queues[s->o.index]);
}

static void do_fwait(const struct place *place, const struct statement *s, struct outcome *out)
{
    set_result(out, sley_await(place->run->futures[s->o.index]));
}

void run_suspending(const struct place *place, const struct statement *s, struct outcome *outcome)
{
    static suspending *const functions[OP_COUNT] = {
#define FUNCTION(name) [OP_##name] = do_##name,
        SCENARIO_SUSPENDING(FUNCTION)
#undef FUNCTION
    };

    functions[s->op](place, s, outcome);
}
