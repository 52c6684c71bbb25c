/* No more than two at a time: 2.5 s of visits take 1.3 s on two seats.
 * asyncio: Semaphore. */
#include <sley.h>

#include <stdio.h>

static sley_semaphore seats = SLEY_SEMAPHORE_INIT(2);

static intptr_t visit(void *arg)
{
    int tenths = *(int *)arg, rc = 0;
    SLEY_WITH(sley_semaphore_acquire(&seats), sley_semaphore_release(&seats)) {
        printf("%d tenths: sits down\n", tenths);
        rc = sley_sleep(sley_ms(100 * tenths));
        printf("%d tenths: gets up\n", tenths);
    }
    return rc;
}

static intptr_t program(void *arg)
{
    (void)arg;
    int tenths[] = {3, 5, 4, 7, 6};
    sley_coro visits[5];
    for (int i = 0; i < 5; i++)
        visits[i] = SLEY_CORO(visit, &tenths[i]);
    sley_instant start = sley_time();
    int rc = sley_gather(NULL, 5, visits, 0);
    printf("took %.2f s\n", (double)sley_instant_sub(sley_time(), start).ns / 1e9);
    return rc;
}

int main(void)
{
    return sley_main(program, NULL, NULL);
}
