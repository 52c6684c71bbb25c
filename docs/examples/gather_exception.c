/* One of three fails: gather reports that at once, and the others go on. Their arguments are
 * static because they outlive the gather. asyncio: gather, raise, except. */
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
    int rc;
    printf("%s begins\n", job->name);
    if (job->n < 0) {
        if ((rc = sley_sleep(sley_ms(250))) < 0)
            return rc;
        return sley_raise(-SLEY_EVALUE, "%s: no factorial of %d", job->name, job->n);
    }
    for (int i = 2; i <= job->n; i++) {
        if ((rc = sley_sleep(sley_ms(500))) < 0)
            return rc;
        printf("%s: times %d\n", job->name, i);
        product *= i;
    }
    printf("%s: %d! = %ld\n", job->name, job->n, product);
    return product;
}

static intptr_t program(void *arg)
{
    (void)arg;
    static struct job a = {"A", 2}, b = {"B", -1}, c = {"C", 3};
    sley_coro coros[] = {SLEY_CORO(factorial, &a), SLEY_CORO(factorial, &b),
                         SLEY_CORO(factorial, &c)};
    intptr_t results[3];
    int rc = sley_gather(results, 3, coros, 0);
    if (rc == -SLEY_EVALUE)
        printf("gather failed: %s\n", sley_error_text(sley_error_detail()));

    rc = sley_sleep(sley_ms(1250));
    printf("the others had time to end\n");
    return rc;
}

int main(void)
{
    return sley_main(program, NULL, NULL);
}
