/* Waiting under a lock until something has changed, by hand: wait gives the lock away and has it
 * again when it returns, whatever happened. asyncio: Condition.acquire, wait, notify. */
#include <sley.h>

#include <stdio.h>

static sley_condition changed = SLEY_CONDITION_INIT;
static int stage = 0;

static intptr_t watcher(void *arg)
{
    const char *name = arg;
    int rc = sley_condition_acquire(&changed);
    if (rc < 0)
        return rc;
    printf("%s waits at stage %d\n", name, stage);
    rc = sley_condition_wait(&changed);
    printf("%s is notified at stage %d\n", name, stage);
    sley_condition_release(&changed);
    return rc;
}

static int next_stage(size_t n)
{
    int rc = sley_sleep(sley_ms(300));
    if (rc < 0 || (rc = sley_condition_acquire(&changed)) < 0)
        return rc;
    printf("stage %d, notify %zu\n", ++stage, n);
    rc = sley_condition_notify(&changed, n);
    sley_condition_release(&changed);
    return rc;
}

static intptr_t changer(void *arg)
{
    (void)arg;
    int rc = next_stage(1);
    return rc < 0 ? rc : next_stage(2);
}

static intptr_t program(void *arg)
{
    (void)arg;
    sley_coro all[] = {SLEY_CORO(watcher, "A"), SLEY_CORO(watcher, "B"), SLEY_CORO(watcher, "C"),
                       SLEY_CORO(changer, NULL)};
    int rc = sley_gather(NULL, 4, all, 0);
    if (sley_condition_notify_all(&changed) == -SLEY_ENOTOWNER)
        printf("notify needs the lock\n");
    return rc;
}

int main(void)
{
    return sley_main(program, NULL, NULL);
}
