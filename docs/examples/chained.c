/* Coroutines that await coroutines: each chain is sequential, the chains run side by side.
 * asyncio: chained coroutines. */
#include <sley.h>

#include <stdio.h>

static intptr_t weigh(int n)
{
    printf("weigh(%d) begins\n", n);
    int rc = sley_sleep(sley_ms(100 * n));
    if (rc < 0)
        return rc;
    printf("weigh(%d) ends\n", n);
    return 10 * n;
}

static intptr_t price(int n, intptr_t weight)
{
    printf("price(%d, %ld) begins\n", n, weight);
    int rc = sley_sleep(sley_ms(100 * n));
    if (rc < 0)
        return rc;
    printf("price(%d, %ld) ends\n", n, weight);
    return 3 * weight;
}

/* Any C function may suspend, so a chain is plain calls; only a task's entry has the one-word
 * form. */
static intptr_t chain(void *arg)
{
    int n = *(int *)arg;
    intptr_t weight = weigh(n);
    if (weight < 0)
        return weight;
    intptr_t cost = price(n, weight);
    if (cost >= 0)
        printf("chain(%d) costs %ld\n", n, cost);
    return cost;
}

static intptr_t program(void *arg)
{
    (void)arg;
    int n[] = {9, 5, 2};
    intptr_t costs[3];
    sley_coro chains[] = {SLEY_CORO(chain, &n[0]), SLEY_CORO(chain, &n[1]),
                          SLEY_CORO(chain, &n[2])};
    int rc = sley_gather(costs, 3, chains, 0);
    if (rc == 0)
        printf("together %ld\n", costs[0] + costs[1] + costs[2]);
    return rc;
}

int main(void)
{
    return sley_main(program, NULL, NULL);
}
