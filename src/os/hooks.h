/* os/hooks.h: what sanitizers and valgrind must be told; empty in a plain build.
 *
 * 1. fibers: made, switched, ended (ASan, TSan). Valgrind is told nothing: of the stacks that it
 *    knows it takes one as the current one, for all threads, and errs when another thread goes on.
 *    Of others it sees a switch in a large step of the stack pointer (--max-stackframe).
 * 2. operations: given to the kernel and back (TSan's happens-before, valgrind's definedness)
 * 3. memory of sley's own pools and stacks: poisoned while nobody owns it (ASan) */
#ifndef SL_OS_HOOKS_H
#define SL_OS_HOOKS_H

#include "base/check.h"

#if defined(__SANITIZE_ADDRESS__)
#define SL_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SL_ASAN 1
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define SL_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define SL_TSAN 1
#endif
#endif

/* Lies in a stack's header. Only what a build needs is there. */
struct sl_hook_fiber {
#ifdef SL_ASAN
    void *fake_stack;
    const void *bottom;
    size_t size;
#endif
#ifdef SL_TSAN
    void *tsan;
#endif
    char unused;
};

#ifdef SL_ASAN
#include <pthread.h>
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef SL_TSAN
#include <sanitizer/tsan_interface.h>
#endif
#ifdef SL_VALGRIND
#include <valgrind/memcheck.h>
#endif

/* A context that runs on memory of ours begins its life. */
SL_INLINE void sl_hook_fiber_made(struct sl_hook_fiber *fiber, void *bottom, size_t size)
{
    (void)fiber, (void)bottom, (void)size;
#ifdef SL_ASAN
    fiber->fake_stack = NULL;
    fiber->bottom = bottom;
    fiber->size = size;
#endif
#ifdef SL_TSAN
    fiber->tsan = __tsan_create_fiber(0);
#endif
}

/* The context that a thread came with: its stack is the system's. */
SL_INLINE void sl_hook_fiber_adopted(struct sl_hook_fiber *fiber)
{
    (void)fiber;
#ifdef SL_ASAN
    pthread_attr_t attributes;
    void *bottom = NULL;

    fiber->fake_stack = NULL;
    fiber->size = 0;
    if (pthread_getattr_np(pthread_self(), &attributes) == 0) {
        pthread_attr_getstack(&attributes, &bottom, &fiber->size);
        pthread_attr_destroy(&attributes);
    }
    fiber->bottom = bottom;
#endif
#ifdef SL_TSAN
    fiber->tsan = __tsan_get_current_fiber();
#endif
}

SL_INLINE void sl_hook_fiber_freed(struct sl_hook_fiber *fiber)
{
    (void)fiber;
#ifdef SL_TSAN
    __tsan_destroy_fiber(fiber->tsan);
#endif
}

/* Immediately before the switch. `from` ends for ever if `last`. */
SL_INLINE void sl_hook_switch(struct sl_hook_fiber *from, struct sl_hook_fiber *to, int last)
{
    (void)from, (void)to, (void)last;
#ifdef SL_ASAN
    __sanitizer_start_switch_fiber(last ? NULL : &from->fake_stack, to->bottom, to->size);
    if (last)
        from->fake_stack = NULL; /* gone: the next fiber on this stack makes its own */
#endif
#ifdef SL_TSAN
    __tsan_switch_to_fiber(to->tsan, 0);
#endif
}

/* Immediately after it, on the new stack. */
SL_INLINE void sl_hook_switched(struct sl_hook_fiber *self)
{
    (void)self;
#ifdef SL_ASAN
    __sanitizer_finish_switch_fiber(self->fake_stack, NULL, NULL);
#endif
}

SL_INLINE void sl_hook_poison(void *memory, size_t bytes)
{
    (void)memory, (void)bytes;
#ifdef SL_ASAN
    /* The first word of a free record is the pool's own link. */
    if (bytes > 16)
        ASAN_POISON_MEMORY_REGION((char *)memory + 16, bytes - 16);
#endif
}

SL_INLINE void sl_hook_unpoison(void *memory, size_t bytes)
{
    (void)memory, (void)bytes;
#ifdef SL_ASAN
    ASAN_UNPOISON_MEMORY_REGION(memory, bytes);
#endif
}

/* Memory that is read whatever it holds. */
SL_INLINE void sl_hook_defined(void *memory, size_t bytes)
{
    (void)memory, (void)bytes;
#ifdef SL_VALGRIND
    VALGRIND_MAKE_MEM_DEFINED(memory, bytes);
#endif
}

/* An operation goes to the kernel, which will read or write [buffer, buffer + bytes). */
SL_INLINE void sl_hook_submitted(void *operation, const void *buffer, size_t bytes)
{
    (void)operation, (void)buffer, (void)bytes;
#ifdef SL_TSAN
    __tsan_release(operation);
#endif
#ifdef SL_ASAN
    if (buffer && bytes)
        SL_CHECK(!__asan_region_is_poisoned((void *)(uintptr_t)buffer, bytes));
#endif
}

/* It came back; the kernel wrote `bytes` bytes (0: none, or it only read). */
SL_INLINE void sl_hook_completed(void *operation, void *buffer, size_t bytes)
{
    (void)operation, (void)buffer, (void)bytes;
#ifdef SL_TSAN
    __tsan_acquire(operation);
#endif
#ifdef SL_VALGRIND
    if (buffer && bytes)
        VALGRIND_MAKE_MEM_DEFINED(buffer, bytes);
#endif
}

#endif
