/* Threads that allocate in one and free in another, or in the same.
 *
 *     micro-alloc CONTENDER WAY THREADS COUNT
 *
 * prints what a block costs, in time and in CPU time of its thread, and what stays resident.
 * CONTENDER: glibc; or of jemalloc: malloc (and free); sized, malloc and sdallocx; default, mallocx
 * with an alignment and sdallocx; arena, the same with an arena for each thread. WAY: own, each
 * thread frees what it has allocated; next, each hands its blocks to the next thread, which frees
 * them. Sizes are 64 to 4096 bytes, spread evenly over the powers of two; the first
 * word and the last byte of each block are written and checked.
 *
 * In a program that has jemalloc's malloc glibc's is still there by its other name. */
#include "clock.h"
#include "memory.h"
#include "random.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef BENCH_JEMALLOC
#include <jemalloc/jemalloc.h>
#define ALIGNMENT MALLOCX_LG_ALIGN(4)
extern void *__libc_malloc(size_t size);
extern void __libc_free(void *memory);
#else
#define __libc_malloc malloc
#define __libc_free free
#endif

#define THREADS 64
#define RING 4096 /* blocks on their way to a thread */
#define BATCH 64
#define SIZES 4096

struct block {
    size_t size;
    char rest[];
};

struct ring {
    _Alignas(128) atomic_size_t head; /* read so far */
    _Alignas(128) atomic_size_t tail; /* written so far */
    _Alignas(128) struct block *blocks[RING];
};

static struct ring rings[THREADS];
static unsigned sizes[SIZES];
static unsigned threads;
static size_t count;
static bool to_next;
static pthread_barrier_t start, end;
static atomic_bool wrong;

enum contender { GLIBC, MALLOC, SIZED, DEFAULT, ARENA, CONTENDERS };
static const char *const names[] = {"glibc", "malloc", "sized", "default", "arena"};
static enum contender contender;

/* ---- the contenders ---- */

static inline void *allocate(size_t size, int flags)
{
    (void)flags;
#ifdef BENCH_JEMALLOC
    if (contender >= DEFAULT)
        return mallocx(size, flags);
    if (contender >= MALLOC)
        return malloc(size);
#endif
    return __libc_malloc(size);
}

static inline void release(void *memory, size_t size)
{
    (void)size;
#ifdef BENCH_JEMALLOC
    if (contender >= DEFAULT) {
        sdallocx(memory, size, ALIGNMENT);
        return;
    }
    if (contender == SIZED) {
        sdallocx(memory, size, 0);
        return;
    }
    if (contender == MALLOC) {
        free(memory);
        return;
    }
#endif
    __libc_free(memory);
}

/* What mallocx is told by this thread. */
static int flags_of_thread(void)
{
    int flags = 0;
#ifdef BENCH_JEMALLOC
    unsigned number;
    size_t size = sizeof number;

    flags = ALIGNMENT;
    if (contender == ARENA) {
        if (mallctl("arenas.create", &number, &size, NULL, 0) != 0)
            exit(1);
        flags |= MALLOCX_ARENA(number);
    }
#endif
    return flags;
}

/* ---- the work ---- */

static struct block *make(size_t n, int flags)
{
    size_t size = sizes[n % SIZES];
    struct block *block = allocate(size, flags);

    if (!block) {
        fprintf(stderr, "micro-alloc: no memory\n");
        exit(1);
    }
    block->size = size;
    ((char *)block)[size - 1] = (char)size;
    return block;
}

static void unmake(struct block *block)
{
    if (((char *)block)[block->size - 1] != (char)block->size)
        atomic_store_explicit(&wrong, true, memory_order_relaxed);
    release(block, block->size);
}

/* Sends `count` blocks and frees as many; a batch at a time, so that the ring costs little. */
static void *work(void *arg)
{
    unsigned self = (unsigned)(size_t)arg;
    struct ring *in = &rings[self], *out = &rings[to_next ? (self + 1) % threads : self];
    size_t sent = 0, freed = 0;
    int flags = flags_of_thread();
    cpu_set_t cpus;

    CPU_ZERO(&cpus);
    CPU_SET(self % (unsigned)sysconf(_SC_NPROCESSORS_ONLN), &cpus);
    sched_setaffinity(0, sizeof cpus, &cpus);
    pthread_barrier_wait(&start);
    while (sent < count || freed < count) {
        size_t before = sent + freed, there;

        if (sent < count &&
            sent - atomic_load_explicit(&out->head, memory_order_acquire) <= RING - BATCH) {
            for (int i = 0; i < BATCH; i++, sent++)
                out->blocks[sent % RING] = make(sent, flags);
            atomic_store_explicit(&out->tail, sent, memory_order_release);
        }
        there = atomic_load_explicit(&in->tail, memory_order_acquire);
        /* Half a ring stays on its way: so much lives at any time. */
        if (there - freed > RING / 2 || there == count) {
            for (int i = 0; i < BATCH && freed < there; i++, freed++)
                unmake(in->blocks[freed % RING]);
            atomic_store_explicit(&in->head, freed, memory_order_release);
        }
        if (before == sent + freed)
            sched_yield();
    }
    pthread_barrier_wait(&end);
    return NULL;
}

static void measure(void)
{
    pthread_t all[THREADS];
    uint64_t state = 1;
    int64_t began, ns, cpu;

    for (int i = 0; i < SIZES; i++) {
        unsigned low = 64u << random_below(&state, 6);

        sizes[i] = low + (unsigned)random_below(&state, low + 1);
    }
    pthread_barrier_init(&start, NULL, threads + 1);
    pthread_barrier_init(&end, NULL, threads + 1);
    for (size_t i = 0; i < threads; i++)
        if (pthread_create(&all[i], NULL, work, (void *)i))
            exit(1);
    pthread_barrier_wait(&start);
    began = clock_now_ns();
    cpu = clock_cpu_ns();
    pthread_barrier_wait(&end);
    ns = clock_now_ns() - began;
    cpu = clock_cpu_ns() - cpu;
    for (size_t i = 0; i < threads; i++)
        pthread_join(all[i], NULL);
    if (atomic_load(&wrong)) {
        fprintf(stderr, "micro-alloc: a block was overwritten\n");
        exit(1);
    }
    printf("{\"contender\": \"%s\", \"way\": \"%s\", \"threads\": %u, \"ns_per_block\": %.1f, "
           "\"cpu_ns\": %.1f, \"bytes\": %lld}\n",
           names[contender], to_next ? "next" : "own", threads,
           (double)ns / (double)count, (double)cpu / (double)count / threads,
           (long long)memory_bytes());
}

int main(int argc, char **argv)
{
    bool known = argc == 5 && (!strcmp(argv[2], "own") || !strcmp(argv[2], "next"));

    contender = CONTENDERS;
    for (int i = 0; i < CONTENDERS && known; i++)
        if (!strcmp(argv[1], names[i]))
            contender = (enum contender)i;
#ifndef BENCH_JEMALLOC
    known = known && contender == GLIBC;
#endif
    if (!known || contender == CONTENDERS || atoi(argv[3]) < 1 || atoi(argv[3]) > THREADS ||
        atol(argv[4]) < BATCH) {
        fprintf(stderr, "usage: micro-alloc glibc|malloc|sized|default|arena own|next THREADS "
                        "COUNT\n");
        return 2;
    }
    to_next = !strcmp(argv[2], "next");
    threads = (unsigned)atoi(argv[3]);
    count = (size_t)atol(argv[4]) / BATCH * BATCH;
    measure();
    return 0;
}
