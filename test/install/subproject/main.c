#include <sley.h>

static intptr_t answer(void *arg)
{
    sley_yield();
    return *(int *)arg;
}

int main(void)
{
    int n = 42;

    return sley_run(answer, &n, NULL) != 42;
}
