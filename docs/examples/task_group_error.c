/* The first child that fails cancels its siblings; the group fails with the list of all errors.
 * asyncio: TaskGroup, ExceptionGroup, except*. */
#include <sley.h>

#include <stdio.h>

struct worker {
    const char *name;
    int tenths;
    bool fails;
};

static intptr_t work(void *arg)
{
    const struct worker *worker = arg;
    int rc = sley_sleep(sley_ms(100 * worker->tenths));
    if (rc == -ECANCELED)
        printf("%s is cancelled\n", worker->name);
    if (rc < 0)
        return rc;
    if (worker->fails)
        return sley_raise(-SLEY_EVALUE, "%s failed", worker->name);
    printf("%s is done\n", worker->name);
    return 0;
}

static intptr_t program(void *arg)
{
    (void)arg;
    struct worker workers[] = {{"A", 2, false}, {"B", 5, true}, {"C", 20, false}, {"D", 30, false}};
    sley_instant start = sley_time();
    sley_task_group group = SLEY_TASK_GROUP_INIT;
    SLEY_TASK_GROUP(&group)
        for (int i = 0; i < 4; i++)
            sley_task_group_create_task(&group, work, &workers[i]);

    if (group.rc == -SLEY_EGROUP) {
        const sley_error *errors = sley_error_detail();
        for (size_t i = 0; i < sley_error_count(errors); i++)
            printf("error %zu of %zu: %s\n", i + 1, sley_error_count(errors),
                   sley_error_text(sley_error_at(errors, i)));
    }
    printf("took %.2f s\n", (double)sley_instant_sub(sley_time(), start).ns / 1e9);
    return group.rc == -SLEY_EGROUP ? 0 : group.rc;
}

int main(void)
{
    return sley_main(program, NULL, NULL);
}
