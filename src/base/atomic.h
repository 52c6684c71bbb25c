/* base/atomic.h: the only door to atomics and fences.
 *
 * One door, so that the models (test/model) can replace this file alone and explore
 * interleavings of the source as it is shipped. Every order other than relaxed says at its use what
 * it pairs with. */
#ifndef SL_BASE_ATOMIC_H
#define SL_BASE_ATOMIC_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

typedef _Atomic uint8_t sl_atomic_u8;
typedef _Atomic uint32_t sl_atomic_u32;
typedef _Atomic uint64_t sl_atomic_u64;
typedef _Atomic(void *) sl_atomic_ptr;

#define sl_load_relaxed(p) atomic_load_explicit((p), memory_order_relaxed)
#define sl_load_acquire(p) atomic_load_explicit((p), memory_order_acquire)
#define sl_store_relaxed(p, v) atomic_store_explicit((p), (v), memory_order_relaxed)
#define sl_store_release(p, v) atomic_store_explicit((p), (v), memory_order_release)
#define sl_exchange_acq_rel(p, v) atomic_exchange_explicit((p), (v), memory_order_acq_rel)
#define sl_add_relaxed(p, v) atomic_fetch_add_explicit((p), (v), memory_order_relaxed)
#define sl_add_acq_rel(p, v) atomic_fetch_add_explicit((p), (v), memory_order_acq_rel)
#define sl_sub_acq_rel(p, v) atomic_fetch_sub_explicit((p), (v), memory_order_acq_rel)
#define sl_or_acq_rel(p, v) atomic_fetch_or_explicit((p), (v), memory_order_acq_rel)
#define sl_and_acq_rel(p, v) atomic_fetch_and_explicit((p), (v), memory_order_acq_rel)
#define sl_cas_acq_rel(p, expected, desired)                                       \
    atomic_compare_exchange_strong_explicit((p), (expected), (desired),            \
                                            memory_order_acq_rel, memory_order_acquire)
#define sl_cas_weak_acq_rel(p, expected, desired)                                  \
    atomic_compare_exchange_weak_explicit((p), (expected), (desired),              \
                                          memory_order_acq_rel, memory_order_acquire)

/* Orders what a thread does against a signal handler on the same thread. */
#define sl_signal_fence() atomic_signal_fence(memory_order_seq_cst)
#define sl_fence_seq_cst() atomic_thread_fence(memory_order_seq_cst)
/* The same, immediately after a read-modify-write: on x86-64 that was one. */
#if defined(__x86_64__) && !defined(__SANITIZE_THREAD__)
#define sl_fence_after_rmw() atomic_signal_fence(memory_order_seq_cst)
#else
#define sl_fence_after_rmw() atomic_thread_fence(memory_order_seq_cst)
#endif

/* Tells the processor that this is a loop which waits for another thread. Not valgrind, which would
 * let another one go on, and then err about the next large frame of this one: os/hooks.h. */
#if defined(SL_VALGRIND)
#define sl_cpu_relax() __asm__ volatile("" ::: "memory")
#elif defined(__x86_64__)
#define sl_cpu_relax() __builtin_ia32_pause()
#else
#define sl_cpu_relax() __asm__ volatile("yield" ::: "memory")
#endif

/* Plain words: indices shared with the kernel, fields of public structs. */
#define sl_shared_load_acquire(p) __atomic_load_n((p), __ATOMIC_ACQUIRE)
#define sl_shared_load_relaxed(p) __atomic_load_n((p), __ATOMIC_RELAXED)
#define sl_shared_cas_acq_rel(p, expected, desired)                                \
    __atomic_compare_exchange_n((p), (expected), (desired), false, __ATOMIC_ACQ_REL, \
                                __ATOMIC_ACQUIRE)
#define sl_shared_or_relaxed(p, v) __atomic_fetch_or((p), (v), __ATOMIC_RELAXED)
#define sl_shared_store_relaxed(p, v) __atomic_store_n((p), (v), __ATOMIC_RELAXED)
#define sl_shared_store_release(p, v) __atomic_store_n((p), (v), __ATOMIC_RELEASE)

#endif
