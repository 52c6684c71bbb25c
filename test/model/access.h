/* access.h: what the model's base/atomic.h is made of: accesses to shared words, each of them a
 * place where another thread may go on, through a store buffer for each thread.
 *
 * `where` is "file:line: what". Outside of model threads (setup and finish) an access is plain. */
#ifndef SL_MODEL_ACCESS_H
#define SL_MODEL_ACCESS_H

#include <stdbool.h>
#include <stdint.h>

enum sl_model_kind {
    SL_MODEL_EXCHANGE,
    SL_MODEL_ADD,
    SL_MODEL_SUB,
    SL_MODEL_OR,
    SL_MODEL_AND,
};

uint64_t sl_model_load(const void *place, unsigned size, const char *where);
void sl_model_store(void *place, unsigned size, uint64_t value, const char *where);
/* Returns what was there. */
uint64_t sl_model_rmw(void *place, unsigned size, enum sl_model_kind kind, uint64_t value,
                      const char *where);
/* A weak one may also fail for no reason. */
bool sl_model_cas(void *place, unsigned size, void *expected, uint64_t desired, bool weak,
                  const char *where);
void sl_model_fence(const char *where);
void sl_model_fence_after_rmw(const char *where);

/* The next read-modify-write is a load and a store (mutants). */
void sl_model_tear_next(void);

#endif
