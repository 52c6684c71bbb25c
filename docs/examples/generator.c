/* The generator form of the counter: a plain loop that yields, on a fiber of its own, in turns with
 * whoever asks. asyncio: async generators, aclosing. */
#include <sley.h>

#include <stdio.h>

static intptr_t counter(sley_generator *generator, void *arg)
{
    int stop = *(int *)arg, rc = 0;
    printf("the generator starts\n");
    for (int i = 0; i < stop; i++) {
        if ((rc = sley_sleep(sley_ms(300))) < 0 || (rc = sley_generator_yield(generator, i)) < 0)
            break;
    }
    printf("the generator %s\n", rc < 0 ? "was closed" : "has ended");
    return rc;
}

static intptr_t program(void *arg)
{
    (void)arg;
    sley_generator numbers;
    int stop = 3;
    intptr_t i;
    int rc = sley_generator_open(&numbers, counter, &stop);
    if (rc < 0)
        return rc;
    SLEY_FOR(i, &numbers.iterator, rc)
        printf("%ld\n", i);
    sley_generator_close(&numbers);
    if (rc < 0)
        return rc;

    stop = 1000; /* left before its end, it must be closed */
    if ((rc = sley_generator_open(&numbers, counter, &stop)) < 0)
        return rc;
    SLEY_FOR(i, &numbers.iterator, rc) {
        printf("%ld\n", i);
        if (i == 1)
            break;
    }
    sley_generator_close(&numbers);
    printf("left early\n");
    return rc < 0 ? rc : 0;
}

int main(void)
{
    return sley_main(program, NULL, NULL);
}
