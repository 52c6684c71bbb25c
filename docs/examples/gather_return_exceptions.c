/* With SLEY_RETURN_EXCEPTIONS an error is a result like any other. Tasks are gathered here because
 * a task still has its error's text. asyncio: gather(return_exceptions=True). */
#include <sley.h>

#include <stdio.h>

enum { N = 4 };

static intptr_t factorial(void *arg)
{
    int n = *(int *)arg;
    intptr_t product = 1;
    printf("factorial(%d) begins\n", n);
    if (n < 0)
        return sley_raise(-SLEY_EVALUE, "no factorial of %d", n);
    for (int i = 2; i <= n; i++) {
        int rc = sley_sleep(sley_ms(500));
        if (rc < 0)
            return rc;
        product *= i;
    }
    printf("factorial(%d) ends\n", n);
    return product;
}

static intptr_t program(void *arg)
{
    (void)arg;
    int n[N] = {3, -1, 2, -7};
    sley_future *tasks[N];
    intptr_t results[N];
    for (int i = 0; i < N; i++)
        tasks[i] = sley_ensure_future(SLEY_CORO(factorial, &n[i]));
    int rc = sley_gather_futures(results, N, tasks, SLEY_RETURN_EXCEPTIONS);
    for (int i = 0; i < N; i++) {
        if (rc < 0) {
            /* the wait itself failed: nothing is in results */
        } else if (sley_is_error(results[i])) {
            sley_future_exception(tasks[i]); /* makes its detail the current one */
            printf("result %d: %s\n", i, sley_error_text(sley_error_detail()));
        } else {
            printf("result %d: %ld\n", i, results[i]);
        }
        sley_future_drop(tasks[i]);
    }
    return rc;
}

int main(void)
{
    return sley_main(program, NULL, NULL);
}
