/* sley-jemalloc: fills sley's allocator table with jemalloc before main.
 *
 * Debian's libjemalloc is called malloc, and so replaces it in every program that links this
 * library. That is why it is a library of its own: libsley replaces nobody's malloc. Its malloc and
 * free are the quick way into it (README.md says what was measured), but only where they are its
 * own: a sanitizer, a preloaded library or the program itself may stand before them. */
#include <sley/allocator.h>

#define JEMALLOC_NO_DEMANGLE /* je_... are its names, whatever this build of it calls them */
#include <jemalloc/jemalloc.h>
#include <stdbool.h>

/* The least size of which all blocks are aligned to 16 bytes. */
#define LEAST 16

static size_t at_least(size_t bytes)
{
    return bytes < LEAST ? LEAST : bytes;
}

static void *allocate(size_t bytes, unsigned arena)
{
    (void)arena;
    return je_malloc(at_least(bytes));
}

static void release(void *memory, size_t bytes, unsigned arena)
{
    (void)bytes;
    (void)arena;
    je_free(memory);
}

static void *allocate_by_name(size_t bytes, unsigned arena)
{
    (void)arena;
    return je_mallocx(at_least(bytes), 0);
}

static void release_by_name(void *memory, size_t bytes, unsigned arena)
{
    (void)arena;
    if (memory)
        je_sdallocx(memory, at_least(bytes), 0);
}

static uint64_t figure(const char *name)
{
    size_t value = 0, size = sizeof value;

    return je_mallctl(name, &value, &size, NULL, 0) == 0 ? value : 0;
}

static void figures(sley_allocator_figures *into)
{
    uint64_t epoch = 1;

    je_mallctl("epoch", NULL, NULL, &epoch, sizeof epoch); /* the figures are those of now */
    into->allocated = figure("stats.allocated");
    into->active = figure("stats.active");
    into->resident = figure("stats.resident");
}

/* 0, or why sley kept the process's malloc. Also what a linker is told to want (sley-jemalloc.pc),
 * because nothing else refers to this library. */
__attribute__((visibility("default"))) extern int sley_jemalloc_installed;
int sley_jemalloc_installed = -1;

/* Does malloc reach jemalloc? Then it counts what it gave this thread. */
static bool malloc_is_ours(void)
{
    uint64_t before = figure("thread.allocated");
    void *volatile block = je_malloc(LEAST);
    uint64_t after = figure("thread.allocated");

    je_free(block);
    return after > before;
}

__attribute__((constructor)) static void install(void)
{
    sley_allocator table = {sizeof table, allocate_by_name, release_by_name, figures};

    if (malloc_is_ours()) {
        table.allocate = allocate;
        table.release = release;
    }
    sley_jemalloc_installed = sley_allocator_set(&table);
}
