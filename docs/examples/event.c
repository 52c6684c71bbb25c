/* A flag that tasks wait for. asyncio: Event. */
#include <sley.h>

#include <stdio.h>

static sley_event ready = SLEY_EVENT_INIT;

static intptr_t waiter(void *arg)
{
    const char *name = arg;
    printf("%s waits\n", name);
    int rc = sley_event_wait(&ready);
    if (rc < 0)
        return rc;
    printf("%s goes on\n", name);
    return 0;
}

static intptr_t setter(void *arg)
{
    (void)arg;
    int rc = sley_sleep(sley_s(1));
    printf("set\n");
    sley_event_set(&ready);
    return rc;
}

static intptr_t program(void *arg)
{
    (void)arg;
    sley_coro all[] = {SLEY_CORO(waiter, "A"), SLEY_CORO(waiter, "B"), SLEY_CORO(setter, NULL)};
    int rc = sley_gather(NULL, 3, all, 0);
    if (rc == 0)
        rc = (int)waiter("C"); /* it is still set: no waiting */
    sley_event_clear(&ready);
    printf("the event is %s\n", sley_event_is_set(&ready) ? "set" : "clear");
    return rc;
}

int main(void)
{
    return sley_main(program, NULL, NULL);
}
