/* Linked with sley-jemalloc, whose constructor has filled the table before main: sley's memory is
 * jemalloc's, whoever malloc is. With OWN_MALLOC it is the program's. */
#include <sley.h>
#include <stdio.h>
#include <string.h>

extern int sley_jemalloc_installed;

#ifdef OWN_MALLOC
extern void *__libc_malloc(size_t size);
extern void __libc_free(void *memory);

void *malloc(size_t size)
{
    return __libc_malloc(size);
}

void free(void *memory)
{
    __libc_free(memory);
}
#endif

#define ITEMS 100000

static intptr_t looks(void *arg)
{
    sley_stats before = {.size = sizeof before}, stats = {.size = sizeof stats};
    sley_queue queue = SLEY_QUEUE_INIT(0);

    (void)arg;
    if (sley_stats_get(&before) < 0)
        return -1;
    for (intptr_t i = 0; i < ITEMS; i++)
        if (sley_queue_put_nowait(&queue, i) < 0)
            return -1;
    if (sley_stats_get(&stats) < 0 || sley_queue_close(&queue) < 0)
        return -1;
    if (stats.memory_allocated < before.memory_allocated + ITEMS * sizeof(intptr_t))
        return -1;
    return stats.memory_active >= stats.memory_allocated &&
                   stats.memory_resident >= stats.memory_active
               ? 0
               : -1;
}

int main(void)
{
    char line[512];
    int jemalloc = 0;
    FILE *maps = fopen("/proc/self/maps", "r");

    while (maps && fgets(line, sizeof line, maps))
        jemalloc |= strstr(line, "libjemalloc.so") != NULL;
    if (maps)
        fclose(maps);
    return !(jemalloc && sley_jemalloc_installed == 0 && sley_run(looks, NULL, NULL) == 0);
}
