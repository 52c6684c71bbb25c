/* explore.h: runs a model in every order of its threads' steps, up to a bound of preemptions.
 *
 * A model is a few threads that call shipped code, compiled against include/base/atomic.h. Between
 * two accesses to shared words a thread runs alone. At each access the explorer chooses who goes on
 * and which of the stores that wait in store buffers are visible by now; a depth-first search makes
 * every sequence of choices once. Whatever is chosen is a number, so an execution can be replayed.
 *
 * A model must do the same whenever the choices are the same: all its state is made in setup. */
#ifndef SL_MODEL_EXPLORE_H
#define SL_MODEL_EXPLORE_H

#include "access.h"
#include "base/check.h"
#include "base/rng.h"
#include "os/hooks.h"

#include <stdio.h>

#define SL_MODEL_THREADS 5

/* What may be seen late. README.md says what each of them stands for. */
enum sl_model_memory {
    SL_MODEL_ANY,  /* of a model: whatever the command line says */
    SL_MODEL_SC,   /* nothing: every access is seen at once */
    SL_MODEL_TSO,  /* stores wait in a buffer; x86-64 */
    SL_MODEL_LATE, /* so does the store of a read-modify-write: only a fence is a fence */
};

struct sl_model {
    const char *name;
    void (*setup)(void);
    void (*threads[SL_MODEL_THREADS])(void);
    void (*finish)(void);           /* all threads have ended, all stores are visible; or NULL */
    const char *fails;              /* it must, with this in its message */
    enum sl_model_memory memory;    /* of this one model */
    bool large;                     /* only by random priorities: no search would end */
    int bound, stale;               /* of its search, unless a bound is asked for; 0: any */
};

/* Large where all takes ten times as long. */
#ifdef SL_ASAN
#define SL_MODEL_UNDER_ASAN true
#else
#define SL_MODEL_UNDER_ASAN false
#endif

/* A list of models need not name what is zero. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

/* The program: see its --help. The list ends with a model without a name. */
int sl_model_main(int argc, char **argv, const struct sl_model *models);

/* ---- for models and their stubs ---- */

/* A failure ends the execution, and the exploration. */
#define model_check(condition, what) \
    (SL_LIKELY(condition) ? (void)0 : sl_model_fail(what " (" #condition ")"))
void sl_model_fail(const char *what);
/* A function that the sources name and the model never comes to: whoever calls it fails. */
#define SL_MODEL_NOT_CALLED(name) \
    __asm__(".globl " #name "\n\t.set " #name ", sl_model_not_called")
void sl_model_not_called(void);
/* Any of n: as the environment pleases. */
unsigned sl_model_choose(unsigned n);
/* A bell: wait returns when it has been rung since the last wait. Both are full fences, as system
 * calls that take a lock are. */
void sl_model_ring(uint32_t *bell);
void sl_model_wait(uint32_t *bell);
/* The same with a timeout, which comes when nobody else can go on; false: it came. */
bool sl_model_wait_timed(uint32_t *bell);
/* A turn of a loop that waits: returns when another thread has written to the word that this one
 * has looked at last. */
void sl_model_spin(void);
/* Others go on first, if any can: of a loop that comes back to the same place. */
void sl_model_give_way(void);
/* Another thread may go on here: between two steps of a stub. */
void sl_model_step(const char *where);
/* The memory is gone: who accesses a shared word in it fails. */
void sl_model_freed(void *memory, size_t bytes);
/* A line of the trace, when an execution is replayed. */
#define sl_model_note(...) (sl_model_tracing ? sl_model_print_note(__VA_ARGS__) : (void)0)
void sl_model_print_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
extern bool sl_model_tracing;

/* ---- between explore.c, choices.c, words.c, block.c, access.c and main.c ---- */

struct sl_model_settings {
    enum sl_model_memory memory;
    int bound;              /* preemptions, and weak compare-and-swaps that fail */
    bool bound_asked;       /* it stands whatever the model says */
    int stale;              /* accesses that come before a store that waits; 0: any number */
    bool every;             /* whoever accesses a word: it matters (words.c) */
    double seconds;         /* at most, for a model */
    bool torn, no_fences;   /* mutants: every read-modify-write, every fence */
    bool random;            /* executions by random priorities instead of the search */
    uint64_t seed;
    long runs;
    const char *replay;     /* choices of one execution */
    bool trace;             /* prints what happens */
};
extern struct sl_model_settings sl_model_settings;

struct sl_model_outcome {
    const char *failure;    /* NULL: none */
    bool complete;          /* searched to the end */
    long executions, steps;
    double seconds;
};
void sl_model_explore(const struct sl_model *model, struct sl_model_outcome *outcome);
extern struct sl_rng sl_model_rng;

/* choices.c: the first sequence, or the one to be replayed; the same one again; the next one, false
 * if there is none. */
void sl_model_choices_begin(void);
void sl_model_choices_again(void);
bool sl_model_choices_next(void);
/* What has been chosen by other means. */
void sl_model_chosen(unsigned choice, unsigned n);
/* The choices of the last execution, as --replay takes them. */
void sl_model_print_choices(FILE *out);

/* words.c: of a model; may another thread's access to that word make a difference? */
void sl_model_words_begin(void);
bool sl_model_word_matters(const void *place, bool writes);
void sl_model_words_freed(const void *memory, size_t bytes);
bool sl_model_words_grown(void); /* since this was asked last: the search is to begin anew */

int sl_model_current(void);       /* the running thread, -1 outside */
/* A step before which another thread may go on only if that matters. */
void sl_model_step_if(bool matters);
/* A mutex is taken, or given back: a step, and a fence. */
void sl_model_mutex_step(const void *word);
bool sl_model_may_disturb(void);  /* spends one of the bound's preemptions if there is one left */
void sl_model_access_reset(void);
void sl_model_block_reset(void);
/* A thread has looked at a word, or written to it: whoever has looked at it last may go on. */
void sl_model_look(int self, const void *place);
void sl_model_wrote(int self, const void *place);
/* The running thread waits while *word == value is `equal`. */
void sl_model_block(const uint32_t *word, uint32_t value, bool equal);
/* False if it goes on because nobody else could. */
bool sl_model_block_timed(const uint32_t *word, uint32_t value, bool equal);
void sl_model_flush(int thread);  /* all of its stores become visible */
bool sl_model_flush_all(void);    /* those of all threads; false if there were none */

#endif
