/* The same by hand: acquire, and release on every way out. A status says whether it was got.
 * asyncio: lock.acquire, lock.release, RuntimeError. */
#include <sley.h>

#include <stdio.h>

static sley_lock lock = SLEY_LOCK_INIT;

static intptr_t worker(void *arg)
{
    const char *name = arg;
    printf("%s wants the lock\n", name);
    int rc = sley_lock_acquire(&lock);
    if (rc < 0)
        return rc;
    printf("%s has it\n", name);
    rc = sley_sleep(sley_ms(300));
    printf("%s gives it back\n", name);
    sley_lock_release(&lock);
    return rc;
}

static intptr_t program(void *arg)
{
    (void)arg;
    sley_instant start = sley_time();
    sley_coro three[] = {SLEY_CORO(worker, "A"), SLEY_CORO(worker, "B"), SLEY_CORO(worker, "C")};
    int rc = sley_gather(NULL, 3, three, 0);
    printf("took %.2f s\n", (double)sley_instant_sub(sley_time(), start).ns / 1e9);
    if (sley_lock_release(&lock) == -SLEY_ENOTOWNER)
        printf("a free lock cannot be released\n");
    return rc;
}

int main(void)
{
    return sley_main(program, NULL, NULL);
}
