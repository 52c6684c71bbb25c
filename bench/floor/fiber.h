/* The least that can be called a fiber: a stack pointer, and a switch that saves what the C calling
 * convention asks a function to preserve. */
#ifndef BENCH_FIBER_H
#define BENCH_FIBER_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

/* Stores the running stack pointer in *save and goes on where `load` was stored. */
void fiber_switch(void **save, void *load);

enum { FIBER_SAVED = 20 }; /* words that a switch saves, at most */

/* One mapping for all stacks: untouched pages cost nothing, and huge pages would hide that. */
static inline char *fiber_stacks(size_t count, size_t stride)
{
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    char *stacks = mmap(NULL, count * stride, PROT_READ | PROT_WRITE, flags, -1, 0);
    if (stacks == MAP_FAILED) {
        perror("mmap");
        exit(1);
    }
    madvise(stacks, count * stride, MADV_NOHUGEPAGE);
    return stacks;
}

/* A stack that ends at `top` (16-byte aligned), ready to be switched to: the words that the switch
 * takes back, as fiber_switch of each architecture lays them out. `fn` must not return. */
static inline void *fiber_prepare(char *top, void (*fn)(void))
{
    uintptr_t *sp = (uintptr_t *)top;
#if defined(__x86_64__)
    *--sp = 0;
    *--sp = 0; /* where fn would return to */
    *--sp = (uintptr_t)fn;
    for (int i = 0; i < 6; i++)
        *--sp = 0;
#elif defined(__aarch64__)
    sp -= FIBER_SAVED;
    for (int i = 0; i < FIBER_SAVED; i++)
        sp[i] = 0;
    sp[11] = (uintptr_t)fn; /* x30 */
#else
#error "no switch for this architecture"
#endif
    return sp;
}

#endif
