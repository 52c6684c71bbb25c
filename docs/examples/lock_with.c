/* A lock around a block: SLEY_WITH for a statement, SLEY_GUARD to the end of the enclosing block.
 * asyncio: async with lock. */
#include <sley.h>

#include <stdio.h>

static sley_lock lock = SLEY_LOCK_INIT;
static int balance = 0;

static intptr_t deposit(void *arg)
{
    const char *name = arg;
    int rc = 0;
    SLEY_WITH(sley_lock_acquire(&lock), sley_lock_release(&lock)) {
        int before = balance;
        printf("%s sees %d\n", name, before);
        if ((rc = sley_sleep(sley_ms(200))) < 0)
            break; /* leaves the block, and releases; `return` would not */
        balance = before + 10;
        printf("%s makes it %d\n", name, balance);
    }
    return rc;
}

static intptr_t withdraw(void *arg)
{
    const char *name = arg;
    SLEY_GUARD(&lock);
    int before = balance;
    printf("%s sees %d\n", name, before);
    if (before < 15)
        return 0; /* releases: a guard holds to the end of the function, however it ends */
    int rc = sley_sleep(sley_ms(200));
    if (rc < 0)
        return rc;
    balance = before - 15;
    printf("%s makes it %d\n", name, balance);
    return 0;
}

static intptr_t program(void *arg)
{
    (void)arg;
    sley_coro all[] = {SLEY_CORO(deposit, "A"), SLEY_CORO(withdraw, "B"), SLEY_CORO(deposit, "C"),
                       SLEY_CORO(withdraw, "D")};
    int rc = sley_gather(NULL, 4, all, 0);
    printf("the balance is %d, the lock is %s\n", balance,
           sley_lock_locked(&lock) ? "locked" : "free");
    return rc;
}

int main(void)
{
    return sley_main(program, NULL, NULL);
}
