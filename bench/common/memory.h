/* What the process occupies: resident pages and the page tables that map them. */
#ifndef BENCH_MEMORY_H
#define BENCH_MEMORY_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static inline int64_t memory_field(const char *file, const char *format)
{
    char line[256];
    long long kib = -1;
    FILE *f = fopen(file, "re");
    if (f == NULL)
        return -1;
    while (kib < 0 && fgets(line, sizeof line, f) != NULL)
        if (sscanf(line, format, &kib) != 1)
            kib = -1;
    fclose(f);
    return kib;
}

/* Bytes. The kernel counts the pages for smaps_rollup one by one; VmRSS is a sum of per-CPU
 * counters that may be behind. */
static inline int64_t memory_bytes(void)
{
    int64_t rss = memory_field("/proc/self/smaps_rollup", "Rss: %lld");
    int64_t tables = memory_field("/proc/self/status", "VmPTE: %lld");
    if (rss < 0)
        rss = memory_field("/proc/self/status", "VmRSS: %lld");
    if (rss < 0 || tables < 0) {
        fprintf(stderr, "cannot read the process's memory from /proc\n");
        exit(1);
    }
    return 1024 * (rss + tables);
}

#endif
