/* The model's base/atomic.h: the same names as the shipped one, each access a step of the explorer
 * (explore.h). Models find this folder first, so that shipped sources compile against it as they
 * are.
 *
 * The types are structs, so that an access past this door does not compile. */
#ifndef SL_BASE_ATOMIC_H
#define SL_BASE_ATOMIC_H

#include "access.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    uint8_t word;
} sl_atomic_u8;
typedef struct {
    uint32_t word;
} sl_atomic_u32;
typedef struct {
    uint64_t word;
} sl_atomic_u64;
typedef struct {
    void *word;
} sl_atomic_ptr;

#define SL_MODEL_TEXT(line) #line
#define SL_MODEL_LINE(line) SL_MODEL_TEXT(line)
#define SL_MODEL_AT(what) __FILE__ ":" SL_MODEL_LINE(__LINE__) ": " what
/* What a load of the place gives, without its qualifiers. */
#define SL_MODEL_TYPE(place) __typeof__((place) + 0)
/* A value that nobody needs to use. */
#define SL_MODEL_CAST(place, word) __extension__({ (SL_MODEL_TYPE(place))(word); })
#define SL_MODEL_WORD(place, value) ((uint64_t)(SL_MODEL_TYPE(place))(value))

#define SL_MODEL_LOAD(place, text) \
    SL_MODEL_CAST(place, sl_model_load(&(place), sizeof(place), SL_MODEL_AT(text)))
#define SL_MODEL_STORE(place, value, text) \
    sl_model_store(&(place), sizeof(place), SL_MODEL_WORD(place, value), SL_MODEL_AT(text))
#define SL_MODEL_RMW(place, kind, value, text)                                             \
    SL_MODEL_CAST(place, sl_model_rmw(&(place), sizeof(place), kind,                       \
                                      SL_MODEL_WORD(place, value), SL_MODEL_AT(text)))
/* `expected` is a pointer to the place's own type. */
#define SL_MODEL_CAS(place, expected, desired, weak, text)                                 \
    __extension__({                                                                        \
        _Static_assert(sizeof *(expected) == sizeof(place), "of the place's own type");    \
        sl_model_cas(&(place), sizeof(place), (expected), SL_MODEL_WORD(place, desired),   \
                     weak, SL_MODEL_AT(text));                                             \
    })

#define sl_load_relaxed(p) SL_MODEL_LOAD((p)->word, "load " #p)
#define sl_load_acquire(p) SL_MODEL_LOAD((p)->word, "load " #p)
#define sl_store_relaxed(p, v) SL_MODEL_STORE((p)->word, v, "store " #p)
#define sl_store_release(p, v) SL_MODEL_STORE((p)->word, v, "store " #p)
#define sl_exchange_acq_rel(p, v) SL_MODEL_RMW((p)->word, SL_MODEL_EXCHANGE, v, "exchange " #p)
#define sl_add_relaxed(p, v) SL_MODEL_RMW((p)->word, SL_MODEL_ADD, v, "add " #p)
#define sl_add_acq_rel(p, v) SL_MODEL_RMW((p)->word, SL_MODEL_ADD, v, "add " #p)
#define sl_sub_acq_rel(p, v) SL_MODEL_RMW((p)->word, SL_MODEL_SUB, v, "sub " #p)
#define sl_or_acq_rel(p, v) SL_MODEL_RMW((p)->word, SL_MODEL_OR, v, "or " #p)
#define sl_and_acq_rel(p, v) SL_MODEL_RMW((p)->word, SL_MODEL_AND, v, "and " #p)
#define sl_cas_acq_rel(p, expected, desired) \
    SL_MODEL_CAS((p)->word, expected, desired, false, "cas " #p)
#define sl_cas_weak_acq_rel(p, expected, desired) \
    SL_MODEL_CAS((p)->word, expected, desired, true, "cas_weak " #p)

/* Waiting for another thread: sl_plain_yield is the model's own. */
#define sl_cpu_relax() ((void)0)

/* Who looks is another thread: what a handler on the same thread sees is not modelled. */
#define sl_signal_fence() __asm__ volatile("" ::: "memory")
#define sl_fence_seq_cst() sl_model_fence(SL_MODEL_AT("fence"))
#define sl_fence_after_rmw() \
    sl_model_fence_after_rmw(SL_MODEL_AT("fence after a read-modify-write"))

#define sl_shared_load_acquire(p) SL_MODEL_LOAD(*(p), "load " #p)
#define sl_shared_load_relaxed(p) SL_MODEL_LOAD(*(p), "load " #p)
#define sl_shared_store_relaxed(p, v) SL_MODEL_STORE(*(p), v, "store " #p)
#define sl_shared_store_release(p, v) SL_MODEL_STORE(*(p), v, "store " #p)
#define sl_shared_or_relaxed(p, v) SL_MODEL_RMW(*(p), SL_MODEL_OR, v, "or " #p)
#define sl_shared_cas_acq_rel(p, expected, desired) \
    SL_MODEL_CAS(*(p), expected, desired, false, "cas " #p)

/* What mutants put in the place of a read-modify-write: the same as a load and a store. */
#define SL_MODEL_TORN(access)            \
    __extension__({                      \
        sl_model_tear_next();            \
        access;                          \
    })
#define sl_torn_exchange_acq_rel(p, v) SL_MODEL_TORN(sl_exchange_acq_rel(p, v))
#define sl_torn_add_relaxed(p, v) SL_MODEL_TORN(sl_add_relaxed(p, v))
#define sl_torn_add_acq_rel(p, v) SL_MODEL_TORN(sl_add_acq_rel(p, v))
#define sl_torn_sub_acq_rel(p, v) SL_MODEL_TORN(sl_sub_acq_rel(p, v))
#define sl_torn_or_acq_rel(p, v) SL_MODEL_TORN(sl_or_acq_rel(p, v))
#define sl_torn_and_acq_rel(p, v) SL_MODEL_TORN(sl_and_acq_rel(p, v))
#define sl_torn_cas_acq_rel(p, expected, desired) \
    SL_MODEL_TORN(sl_cas_acq_rel(p, expected, desired))
#define sl_torn_cas_weak_acq_rel(p, expected, desired) \
    SL_MODEL_TORN(sl_cas_weak_acq_rel(p, expected, desired))
#define sl_torn_shared_or_relaxed(p, v) SL_MODEL_TORN(sl_shared_or_relaxed(p, v))
#define sl_torn_shared_cas_acq_rel(p, expected, desired) \
    SL_MODEL_TORN(sl_shared_cas_acq_rel(p, expected, desired))

#endif
