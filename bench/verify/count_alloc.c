/* Preloaded into a server to count what it asks of malloc:
 *
 *     LD_PRELOAD=.../libbench-count-alloc.so BENCH_COUNT_FILE=/some/file server ...
 *
 * The file holds one 64-bit number, which grows by one with each call that hands out memory. */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static _Atomic uint64_t early; /* before the file is there */
static _Atomic uint64_t *counter = &early;

static void *(*next_malloc)(size_t);
static void *(*next_calloc)(size_t, size_t);
static void *(*next_realloc)(void *, size_t);
static void *(*next_aligned_alloc)(size_t, size_t);
static int (*next_posix_memalign)(void **, size_t, size_t);
static void *(*next_mallocx)(size_t, int);
static void *(*next_rallocx)(void *, size_t, int);

static void count(void)
{
    /* Relaxed: a number that nobody orders anything by. */
    atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

static void find(void *function, const char *name)
{
    void *symbol = dlsym(RTLD_NEXT, name);
    memcpy(function, &symbol, sizeof symbol);
}

__attribute__((constructor)) static void open_file(void)
{
    const char *path = getenv("BENCH_COUNT_FILE");
    int fd = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (fd < 0 || ftruncate(fd, sizeof *counter) != 0)
        return;
    void *page = mmap(NULL, sizeof *counter, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (page == MAP_FAILED)
        return;
    atomic_store(counter = page, atomic_load(&early));
}

void *malloc(size_t size)
{
    if (next_malloc == NULL)
        find(&next_malloc, "malloc");
    count();
    return next_malloc(size);
}

void *calloc(size_t n, size_t size)
{
    if (next_calloc == NULL)
        find(&next_calloc, "calloc");
    count();
    return next_calloc(n, size);
}

void *realloc(void *memory, size_t size)
{
    if (next_realloc == NULL)
        find(&next_realloc, "realloc");
    count();
    return next_realloc(memory, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    if (next_aligned_alloc == NULL)
        find(&next_aligned_alloc, "aligned_alloc");
    count();
    return next_aligned_alloc(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size)
{
    if (next_posix_memalign == NULL)
        find(&next_posix_memalign, "posix_memalign");
    count();
    return next_posix_memalign(memory, alignment, size);
}

/* jemalloc's own; not there (and never called) without it. */
void *mallocx(size_t size, int flags);
void *rallocx(void *memory, size_t size, int flags);

void *mallocx(size_t size, int flags)
{
    if (next_mallocx == NULL)
        find(&next_mallocx, "mallocx");
    count();
    return next_mallocx(size, flags);
}

void *rallocx(void *memory, size_t size, int flags)
{
    if (next_rallocx == NULL)
        find(&next_rallocx, "rallocx");
    count();
    return next_rallocx(memory, size, flags);
}
