/* Linked with sley alone: malloc is still the C library's. */
#include <dlfcn.h>
#include <sley.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static intptr_t nothing(void *arg)
{
    return arg == NULL ? 0 : -1;
}

/* Where malloc comes from, and whether any jemalloc is in this process. */
static int malloc_is_libc(void)
{
    Dl_info info;
    char line[512];
    int jemalloc = 0;
    FILE *maps = fopen("/proc/self/maps", "r");

    while (maps && fgets(line, sizeof line, maps))
        jemalloc |= strstr(line, "jemalloc") != NULL;
    if (maps)
        fclose(maps);
    void *address = dlsym(RTLD_DEFAULT, "malloc");
    if (!address || !dladdr(address, &info))
        return 0;
    printf("malloc of %s, %s jemalloc\n", info.dli_fname, jemalloc ? "with" : "without");
    return maps && !jemalloc && strstr(info.dli_fname, "libc.so") != NULL;
}

int main(void)
{
    return !(malloc_is_libc() && sley_run(nothing, NULL, NULL) == 0 && malloc_is_libc());
}
