/* Not linked with sley at all: opens it, runs a loop through it, closes it, and all that twice. */
#include <dlfcn.h>
#include <sley.h>
#include <stdio.h>

static int (*yield)(void);

static intptr_t answer(void *arg)
{
    return yield() < 0 ? -1 : *(int *)arg;
}

static int once(const char *library)
{
    typedef intptr_t run_fn(sley_fn *, void *, const sley_options *);
    void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
    int n = 42;

    if (!handle) {
        fprintf(stderr, "%s\n", dlerror());
        return 1;
    }
    run_fn *run = (run_fn *)dlsym(handle, "sley_run");
    yield = (int (*)(void))dlsym(handle, "sley_yield");
    if (!run || !yield || run(answer, &n, NULL) != 42)
        return 1;
    return dlclose(handle);
}

int main(int argc, char **argv)
{
    return argc != 2 || once(argv[1]) || once(argv[1]);
}
