#include "scenario.h"

#include "json.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

enum { COUNT_MAX = 1000, ID_MAX = 100000, TICKS_MAX = 1000000 };

static const char *const operation_names[OP_COUNT] = {
#define OPERATION(name) [OP_##name] = #name,
    SCENARIO_OPERATIONS(OPERATION)
#undef OPERATION
};

struct reader {
    struct scenario *scenario;
    const char *error;
};

static bool read_block(struct reader *r, const struct json *list, struct block *block);

static bool fail(struct reader *r, const char *error)
{
    if (!r->error)
        r->error = error;
    return false;
}

/* Memory that scenario_free gives back: a chain through the first word of each piece. */
static void *piece(struct reader *r, size_t count, size_t size)
{
    void **memory = zeroed(1, 2 * sizeof *memory + count * size);

    memory[0] = r->scenario->memory;
    r->scenario->memory = memory;
    return memory + 2;
}

static bool read_number(struct reader *r, const struct json *object, const char *key, long low,
                        long high, long *number)
{
    const struct json *value = json_member(object, key);

    if (!value)
        return true;
    if (value->type != JSON_NUMBER || value->number < low || value->number > high)
        return fail(r, "a number is of the wrong type or out of range");
    *number = value->number;
    return true;
}

static bool read_count(struct reader *r, const struct json *object, const char *key, size_t *count)
{
    long number = 0;

    if (!read_number(r, object, key, 0, COUNT_MAX, &number))
        return false;
    *count = (size_t)number;
    return true;
}

static bool read_numbers(struct reader *r, const struct json *object, const char *key,
                         struct numbers *numbers)
{
    const struct json *list = json_member(object, key), *each;

    if (!list)
        return true;
    if (list->type != JSON_ARRAY)
        return fail(r, "a list of numbers was expected");
    numbers->at = piece(r, list->count, sizeof *numbers->at);
    for (each = list->first; each; each = each->next) {
        if (each->type != JSON_NUMBER || each->number < 0 || each->number > COUNT_MAX)
            return fail(r, "a number is of the wrong type or out of range");
        numbers->at[numbers->count++] = each->number;
    }
    return true;
}

static bool read_queues(struct reader *r, const struct json *list)
{
    const struct json *each;
    struct queue_shape *shape;

    if (!list || list->type != JSON_ARRAY)
        return !list || fail(r, "the queues must be a list");
    shape = r->scenario->queues = piece(r, list->count, sizeof *shape);
    r->scenario->queue_count = list->count;
    for (each = list->first; each; each = each->next, shape++) {
        const struct json *kind = json_member(each, "k");
        const char *name = kind && kind->type == JSON_STRING ? kind->string : "";

        if (strcmp(name, "fifo") != 0 && strcmp(name, "lifo") != 0 && strcmp(name, "prio") != 0)
            return fail(r, "a queue is of no known kind");
        shape->order = name[0];
        if (!read_count(r, each, "max", &shape->max))
            return false;
    }
    return true;
}

/* How many objects of this letter there are. */
static size_t objects_of(const struct scenario *s, char kind)
{
    switch (kind) {
    case 'L': return s->locks;
    case 'E': return s->events;
    case 'C': return s->conditions;
    case 'S': return s->semaphores.count;
    case 'X': return s->bounded.count;
    case 'B': return s->barriers.count;
    case 'Q': return s->queue_count;
    case 'F': return s->futures;
    case 'V': return s->variables;
    default: return 0;
    }
}

static bool read_object(struct reader *r, const struct json *name, struct object *object)
{
    char *end = NULL;

    if (!name)
        return true;
    if (name->type != JSON_STRING || !name->string[0] || !name->string[1])
        return fail(r, "a name of an object was expected");
    object->kind = name->string[0];
    object->index = (unsigned)strtoul(name->string + 1, &end, 10);
    if (*end || object->index >= objects_of(r->scenario, object->kind))
        return fail(r, "an object that does not exist");
    return true;
}

/* Which letters the object of an operation may have; "" where it takes none. */
static const char *letters_of(enum operation op)
{
    switch (op) {
    case OP_with: return "LSXC";
    case OP_acquire: case OP_release: case OP_locked: return "LSXC";
    case OP_ewait: case OP_eset: case OP_eclear: case OP_isset: return "E";
    case OP_cwait: case OP_cwaitvar: case OP_notify: case OP_notifyall: return "C";
    case OP_bwait: case OP_breset: case OP_babort: return "B";
    case OP_put: case OP_get: case OP_join: case OP_putn: case OP_getn: case OP_tdone:
    case OP_qsize: case OP_shut: return "Q";
    case OP_fwait: case OP_fset: case OP_fexc: case OP_fcancel: case OP_fdone: return "F";
    case OP_addvar: case OP_getvar: return "V";
    default: return "";
    }
}

static bool names_a_task(enum operation op)
{
    return op == OP_await || op == OP_shield || op == OP_waitfor || op == OP_spawn ||
           op == OP_gspawn || op == OP_done || op == OP_cancel;
}

static bool check_statement(struct reader *r, const struct statement *s)
{
    const char *letters = letters_of(s->op);

    if (*letters && (!s->o.kind || !strchr(letters, s->o.kind)))
        return fail(r, "an operation on an object of the wrong kind");
    if (s->op == OP_cwaitvar && s->v.kind != 'V')
        return fail(r, "cwaitvar without a variable");
    if (names_a_task(s->op) && (s->n < 0 || (size_t)s->n >= r->scenario->task_count))
        return fail(r, "a task that does not exist");
    if ((s->op == OP_raise || s->op == OP_fexc) && (s->n < 0 || s->n > 2799))
        return fail(r, "an error number that has no room");
    if (s->n < 0 && (s->op == OP_ret || s->op == OP_fset || s->op == OP_put ||
                     s->op == OP_putn || s->op == OP_addvar || s->op == OP_notify))
        return fail(r, "a negative value");
    if ((s->op == OP_gather || s->op == OP_wait || s->op == OP_ascompl) && !s->task_count)
        return fail(r, "a list of tasks was expected");
    return true;
}

static bool read_tasks(struct reader *r, const struct json *list, struct statement *s)
{
    const struct json *each;

    if (!list || list->type != JSON_ARRAY)
        return !list || fail(r, "the tasks of an operation must be a list");
    s->tasks = piece(r, list->count, sizeof *s->tasks);
    for (each = list->first; each; each = each->next) {
        if (each->type != JSON_NUMBER || each->number < 0 ||
            (size_t)each->number >= r->scenario->task_count)
            return fail(r, "a task that does not exist");
        s->tasks[s->task_count++] = (unsigned)each->number;
    }
    return true;
}

static bool read_statement(struct reader *r, const struct json *object, struct statement *s)
{
    const struct json *name = json_member(object, "op"), *k = json_member(object, "k");
    long id = 0;

    if (!name || name->type != JSON_STRING)
        return fail(r, "a statement without an operation");
    while (s->op < OP_COUNT && strcmp(operation_names[s->op], name->string) != 0)
        s->op++;
    if (s->op == OP_COUNT)
        return fail(r, "an unknown operation");
    s->k = k && k->type == JSON_STRING ? k->string : "";
    if (!read_number(r, object, "i", 0, ID_MAX, &id) ||
        !read_number(r, object, "n", -TICKS_MAX, TICKS_MAX, &s->n) ||
        !read_number(r, object, "m", -TICKS_MAX, TICKS_MAX, &s->m) ||
        !read_object(r, json_member(object, "o"), &s->o) ||
        !read_object(r, json_member(object, "v"), &s->v) ||
        !read_tasks(r, json_member(object, "ts"), s) ||
        !read_block(r, json_member(object, "b"), &s->body) ||
        !read_block(r, json_member(object, "h"), &s->handler) ||
        !read_block(r, json_member(object, "f"), &s->finally))
        return false;
    s->id = (unsigned)id;
    if (s->id > r->scenario->last_id)
        r->scenario->last_id = s->id;
    return check_statement(r, s);
}

static bool read_block(struct reader *r, const struct json *list, struct block *block)
{
    const struct json *each;

    if (!list)
        return true;
    if (list->type != JSON_ARRAY)
        return fail(r, "a block must be a list");
    block->at = piece(r, list->count, sizeof *block->at);
    for (each = list->first; each; each = each->next)
        if (!read_statement(r, each, &block->at[block->count++]))
            return false;
    return true;
}

static bool read_scenario(struct reader *r, const struct json *top)
{
    struct scenario *s = r->scenario;
    const struct json *tasks = json_member(top, "tasks"), *profile = json_member(top, "profile");
    const struct json *each;
    size_t i = 0;
    long version = 1;

    s->profile = profile && profile->type == JSON_STRING ? profile->string : "";
    if (!read_number(r, top, "v", 1, 1, &version) ||
        !read_number(r, top, "seed", 0, 1000000000, &s->seed) ||
        !read_number(r, top, "mod", 0, COUNT_MAX, &s->mod) ||
        !read_count(r, top, "locks", &s->locks) || !read_count(r, top, "events", &s->events) ||
        !read_count(r, top, "conds", &s->conditions) || !read_count(r, top, "futs", &s->futures) ||
        !read_count(r, top, "vars", &s->variables) ||
        !read_numbers(r, top, "sems", &s->semaphores) ||
        !read_numbers(r, top, "bsems", &s->bounded) ||
        !read_numbers(r, top, "barriers", &s->barriers) ||
        !read_queues(r, json_member(top, "queues")))
        return false;
    if (!tasks || tasks->type != JSON_ARRAY || !tasks->count || tasks->count > COUNT_MAX)
        return fail(r, "a scenario needs tasks");
    s->tasks = piece(r, tasks->count, sizeof *s->tasks);
    s->task_count = tasks->count;
    for (each = tasks->first; each; each = each->next)
        if (!read_block(r, each, &s->tasks[i++]))
            return false;
    return true;
}

bool scenario_read(struct scenario *scenario, char *line, const char **error)
{
    struct json *top = json_parse(line, error);
    struct reader r = {.scenario = scenario};
    bool good;

    *scenario = (struct scenario){0};
    if (!top)
        return false;
    good = read_scenario(&r, top);
    json_free(top);
    *error = r.error;
    if (!good)
        scenario_free(scenario);
    return good;
}

void scenario_free(struct scenario *scenario)
{
    void *memory = scenario->memory;

    while (memory) {
        void *next = *(void **)memory;
        free(memory);
        memory = next;
    }
    scenario->memory = NULL;
}
