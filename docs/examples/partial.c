/* Work for a thread takes one word; bound arguments are a struct. asyncio: run_in_executor with
 * functools.partial. */
#include <sley.h>

#include <stdio.h>
#include <time.h>

struct power {
    int base, exponent;
};

static intptr_t power(void *arg)
{
    const struct power *bound = arg;
    intptr_t product = 1;
    nanosleep(&(struct timespec){.tv_nsec = 200 * 1000 * 1000}, NULL);
    for (int i = 0; i < bound->exponent; i++)
        product *= bound->base;
    return product;
}

static intptr_t program(void *arg)
{
    (void)arg;
    struct power two_to_ten = {.base = 2, .exponent = 10}, three_to_four = {3, 4};
    sley_future *work[] = {
        sley_run_in_executor(NULL, power, &two_to_ten),
        sley_run_in_executor(NULL, power, &three_to_four),
    };
    intptr_t results[2];
    int rc = sley_gather_futures(results, 2, work, 0);
    if (rc == 0)
        printf("2 ** 10 = %ld, 3 ** 4 = %ld\n", results[0], results[1]);
    sley_future_drop(work[0]);
    sley_future_drop(work[1]);

    /* A copy of the arguments lives as long as the work does. */
    struct power five_to_three = {5, 3};
    intptr_t last = sley_to_thread_copy(power, &five_to_three, sizeof five_to_three);
    printf("5 ** 3 = %ld\n", last);
    return rc < 0 ? rc : last < 0 ? last : 0;
}

int main(void)
{
    return sley_main(program, NULL, NULL);
}
