/* A gather of gathers: the mains run side by side, and so do the steps of each.
 * asyncio: nested gather. */
#include <sley.h>

#include <stdio.h>

struct step {
    const char *owner;
    int tenths;
};

static intptr_t run_step(void *arg)
{
    const struct step *step = arg;
    printf("%s: step of %d tenths begins\n", step->owner, step->tenths);
    int rc = sley_sleep(sley_ms(100 * step->tenths));
    if (rc < 0)
        return rc;
    printf("%s: step of %d tenths ends\n", step->owner, step->tenths);
    return step->tenths;
}

static intptr_t inner_main(void *arg)
{
    const struct step *first = arg;
    struct step steps[] = {*first, *first, *first};
    steps[1].tenths += 2;
    steps[2].tenths += 4;
    sley_coro coros[] = {SLEY_CORO(run_step, &steps[0]), SLEY_CORO(run_step, &steps[1]),
                         SLEY_CORO(run_step, &steps[2])};
    intptr_t results[3];
    printf("%s begins\n", first->owner);
    int rc = sley_gather(results, 3, coros, 0);
    if (rc < 0)
        return rc;
    printf("%s ends\n", first->owner);
    return results[0] + results[1] + results[2];
}

static intptr_t main_of_main(void *arg)
{
    (void)arg;
    struct step first = {"first main", 2}, second = {"second main", 3};
    sley_coro mains[] = {SLEY_CORO(inner_main, &first), SLEY_CORO(inner_main, &second)};
    intptr_t sums[2];
    sley_instant start = sley_time();
    int rc = sley_gather(sums, 2, mains, 0);
    if (rc < 0)
        return rc;
    printf("sums %ld and %ld\n", sums[0], sums[1]);
    printf("took %.2f s\n", (double)sley_instant_sub(sley_time(), start).ns / 1e9);
    return 0;
}

int main(void)
{
    return sley_main(main_of_main, NULL, NULL);
}
