/* Cancelling a gather cancels every child, and the gather ends when the last of them has.
 * asyncio: gather(...).cancel(), CancelledError. */
#include <sley.h>

#include <stdio.h>

static intptr_t patient(void *arg)
{
    const char *name = arg;
    printf("%s sleeps\n", name);
    int rc = sley_sleep(sley_s(10));
    if (rc == -ECANCELED)
        printf("%s was cancelled\n", name);
    return rc;
}

static void cancel(void *gather)
{
    printf("cancel the gather\n");
    sley_future_cancel(gather);
}

static intptr_t program(void *arg)
{
    (void)arg;
    SLEY_AUTO(sley_task) a = sley_create_task(patient, "A");
    SLEY_AUTO(sley_task) b = sley_create_task(patient, "B");
    sley_future *both;
    int rc = sley_gather_start(&both, 2, (sley_future *[]){SLEY_FUTURE(a), SLEY_FUTURE(b)}, 0);
    if (rc < 0)
        return rc;
    sley_call_later(sley_ms(500), cancel, both);
    if (sley_await(both) == -ECANCELED)
        printf("the gather was cancelled\n");
    sley_future_drop(both);
    printf("A %s, B %s\n", sley_task_cancelled(a) ? "cancelled" : "not cancelled",
           sley_task_cancelled(b) ? "cancelled" : "not cancelled");
    return 0;
}

int main(void)
{
    return sley_main(program, NULL, NULL);
}
