/* A block that does not end before the two tasks made in it. asyncio: TaskGroup. */
#include <sley.h>

#include <stdio.h>

struct say {
    int seconds;
    const char *what;
};

static intptr_t say_after(void *arg)
{
    const struct say *say = arg;
    int rc = sley_sleep(sley_s(say->seconds));
    if (rc < 0)
        return rc;
    printf("%s\n", say->what);
    return 0;
}

static intptr_t program(void *arg)
{
    (void)arg;
    struct say hello = {1, "hello"}, world = {2, "world"};
    sley_instant start = sley_time();
    sley_task_group group = SLEY_TASK_GROUP_INIT;
    SLEY_TASK_GROUP(&group) {
        sley_task_group_create_task(&group, say_after, &hello);
        sley_task_group_create_task(&group, say_after, &world);
        printf("both are made\n");
    }
    printf("both are done\n");
    printf("took %.2f s\n", (double)sley_instant_sub(sley_time(), start).ns / 1e9);
    return group.rc;
}

int main(void)
{
    return sley_main(program, NULL, NULL);
}
