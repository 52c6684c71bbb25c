/* Three tasks meet, twice; the first to arrive each time has number 0. asyncio: Barrier. */
#include <sley.h>

#include <stdio.h>

static sley_barrier meeting = SLEY_BARRIER_INIT(3);

struct walker {
    const char *name;
    int tenths;
};

static intptr_t walk(void *arg)
{
    const struct walker *walker = arg;
    for (int round = 1; round <= 2; round++) {
        int rc = sley_sleep(sley_ms(100 * walker->tenths));
        if (rc < 0)
            return rc;
        printf("%s arrives, %zu are waiting\n", walker->name, sley_barrier_n_waiting(&meeting));
        ssize_t place = sley_barrier_wait(&meeting);
        if (place < 0)
            return place;
        printf("%s leaves round %d, was number %zd\n", walker->name, round, place);
    }
    return 0;
}

static intptr_t program(void *arg)
{
    (void)arg;
    struct walker walkers[] = {{"A", 3}, {"B", 1}, {"C", 5}};
    sley_task_group group = SLEY_TASK_GROUP_INIT;
    SLEY_TASK_GROUP(&group)
        for (int i = 0; i < 3; i++)
            sley_task_group_create_task(&group, walk, &walkers[i]);
    return group.rc;
}

int main(void)
{
    return sley_main(program, NULL, NULL);
}
