/* Linked with sley-jemalloc, whose constructor has filled the table before main. */
#include <sley.h>
#include <stdio.h>
#include <string.h>

extern int sley_jemalloc_installed;

static intptr_t nothing(void *arg)
{
    (void)arg;
    return 0;
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
    return !(jemalloc && sley_jemalloc_installed == 0 && sley_run(nothing, NULL, NULL) == 0);
}
