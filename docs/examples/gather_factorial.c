/* Three factorials side by side; the results come in the order of the arguments, whoever ends
 * first. asyncio: gather. */
#include <sley.h>

#include <stdio.h>

struct job {
    const char *name;
    int n;
};

static intptr_t factorial(void *arg)
{
    const struct job *job = arg;
    intptr_t product = 1;
    for (int i = 2; i <= job->n; i++) {
        printf("%s: %ld times %d\n", job->name, product, i);
        int rc = sley_sleep(sley_s(1));
        if (rc < 0)
            return rc;
        product *= i;
    }
    printf("%s: %d! = %ld\n", job->name, job->n, product);
    return product;
}

static intptr_t program(void *arg)
{
    (void)arg;
    struct job a = {"A", 4}, b = {"B", 2}, c = {"C", 3};
    sley_coro coros[] = {SLEY_CORO(factorial, &a), SLEY_CORO(factorial, &b),
                         SLEY_CORO(factorial, &c)};
    intptr_t results[3];
    int rc = sley_gather(results, 3, coros, 0);
    if (rc == 0)
        printf("[%ld, %ld, %ld]\n", results[0], results[1], results[2]);
    return rc;
}

int main(void)
{
    return sley_main(program, NULL, NULL);
}
