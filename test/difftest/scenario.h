/* A scenario as FORMAT.md describes it, read from its line of JSON and checked. */
#ifndef DIFFTEST_SCENARIO_H
#define DIFFTEST_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>

/* Every operation once: the name is the one in the JSON. */
#define SCENARIO_SUSPENDING(X)                                                              \
    X(sleep) X(await) X(shield) X(gather) X(wait) X(waitfor) X(ascompl) X(acquire) X(ewait) \
    X(cwait) X(cwaitvar) X(bwait) X(breset) X(babort) X(put) X(get) X(join) X(fwait)
#define SCENARIO_PROMPT(X)                                                                  \
    X(soon) X(later) X(spawn) X(gspawn) X(done) X(cancel) X(cancelself) X(uncancel)         \
    X(cancelling) X(release) X(locked) X(eset) X(eclear) X(isset) X(notify) X(notifyall)    \
    X(addvar) X(getvar) X(putn) X(getn) X(tdone) X(qsize) X(shut) X(fset) X(fexc)           \
    X(fcancel) X(fdone)
#define SCENARIO_CONTROL(X) X(with) X(timeout) X(group) X(try) X(rep) X(raise) X(ret)
#define SCENARIO_OPERATIONS(X) SCENARIO_SUSPENDING(X) SCENARIO_PROMPT(X) SCENARIO_CONTROL(X)

enum operation {
#define OPERATION(name) OP_##name,
    SCENARIO_OPERATIONS(OPERATION)
#undef OPERATION
    OP_COUNT
};

/* "Q1" is {'Q', 1}; an absent one is {0, 0}. Which of them exist was checked. */
struct object {
    char kind;
    unsigned index;
};

struct block {
    struct statement *at;
    size_t count;
};

struct statement {
    unsigned id;
    enum operation op;
    struct object o, v;
    long n, m;
    unsigned *tasks;
    size_t task_count;
    const char *k;
    struct block body, handler, finally;
};

struct numbers {
    long *at;
    size_t count;
};

struct queue_shape {
    char order; /* 'f', 'l' or 'p' */
    size_t max;
};

struct scenario {
    long seed;
    const char *profile;
    long mod;
    size_t locks, events, conditions, futures, variables;
    struct numbers semaphores, bounded, barriers;
    struct queue_shape *queues;
    size_t queue_count;
    struct block *tasks;
    size_t task_count;
    unsigned last_id;
    void *memory; /* everything above lies in it */
};

/* Reads one line, which is written to and must live as long as the scenario. False, and a sentence
 * in *error, if it is none. */
bool scenario_read(struct scenario *scenario, char *line, const char **error);
void scenario_free(struct scenario *scenario);

#endif
