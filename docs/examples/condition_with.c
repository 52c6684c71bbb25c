/* The same with a block, and with a predicate: wait_for asks it after each notification.
 * asyncio: async with condition, Condition.wait_for. */
#include <sley.h>

#include <stdio.h>

static sley_condition baked = SLEY_CONDITION_INIT;
static int loaves = 0;

static bool enough(void *wanted)
{
    return loaves >= *(int *)wanted;
}

static intptr_t customer(void *arg)
{
    int wanted = *(int *)arg, rc = 0;
    SLEY_WITH(sley_condition_acquire(&baked), sley_condition_release(&baked)) {
        printf("a customer wants %d\n", wanted);
        if ((rc = sley_condition_wait_for(&baked, enough, &wanted)) < 0)
            break;
        loaves -= wanted;
        printf("a customer takes %d, %d left\n", wanted, loaves);
    }
    return rc;
}

static intptr_t baker(void *arg)
{
    (void)arg;
    int rc = 0;
    for (int i = 0; i < 3 && rc == 0; i++) {
        if ((rc = sley_sleep(sley_ms(300))) < 0)
            break;
        SLEY_WITH(sley_condition_acquire(&baked), sley_condition_release(&baked)) {
            loaves += 2;
            printf("baked two, %d there\n", loaves);
            rc = sley_condition_notify_all(&baked);
        }
    }
    return rc;
}

static intptr_t program(void *arg)
{
    (void)arg;
    int three = 3, one = 1, two = 2;
    sley_coro all[] = {SLEY_CORO(customer, &three), SLEY_CORO(customer, &one),
                       SLEY_CORO(customer, &two), SLEY_CORO(baker, NULL)};
    return sley_gather(NULL, 4, all, 0);
}

int main(void)
{
    return sley_main(program, NULL, NULL);
}
