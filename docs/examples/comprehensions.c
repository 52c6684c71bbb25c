/* Collecting what an async iterator has as an array, a set, a map; and the results of awaited calls
 * in a loop. asyncio: [... async for ...], {... async for ...}, [await f() for f in ...]. */
#include <sley.h>

#include <stdio.h>

static intptr_t count_to(sley_generator *generator, void *arg)
{
    int rc = 0;
    for (int i = 1; i <= *(int *)arg && rc == 0; i++)
        if ((rc = sley_sleep(sley_ms(50))) == 0)
            rc = sley_generator_yield(generator, i);
    return rc;
}

static intptr_t square(intptr_t i, void *arg)
{
    (void)arg;
    return i * i;
}

static intptr_t modulo(intptr_t i, void *divisor)
{
    return i % *(int *)divisor;
}

static intptr_t slow_square(void *arg)
{
    int rc = sley_sleep(sley_ms(50));
    return rc < 0 ? rc : square(*(int *)arg, NULL);
}

static intptr_t program(void *arg)
{
    (void)arg;
    sley_generator numbers;
    sley_array list = {0};
    sley_set set = {0};
    sley_map map = {0};
    int stop = 6, three = 3, rc;

    if ((rc = sley_generator_open(&numbers, count_to, &stop)) == 0)
        rc = sley_collect_array(&list, &numbers.iterator, square, NULL);
    sley_generator_close(&numbers);
    for (size_t i = 0; i < list.count; i++)
        printf("%s%ld%s", i ? ", " : "list: ", list.items[i], i + 1 < list.count ? "" : "\n");

    if (rc == 0 && (rc = sley_generator_open(&numbers, count_to, &stop)) == 0)
        rc = sley_collect_set(&set, &numbers.iterator, modulo, &three);
    sley_generator_close(&numbers);
    printf("set: %zu remainders, 2 %s\n", set.count, sley_set_contains(&set, 2) ? "is" : "is not");

    if (rc == 0 && (rc = sley_generator_open(&numbers, count_to, &stop)) == 0)
        rc = sley_collect_map(&map, &numbers.iterator, NULL, square, NULL);
    sley_generator_close(&numbers);
    for (size_t i = 0; i < map.count; i++)
        printf("map: %ld: %ld\n", map.items[i].key, map.items[i].value);

    int n[] = {7, 8, 9};
    intptr_t squares[3]; /* a comprehension of awaited calls is a loop */
    for (size_t i = 0; i < 3 && rc >= 0; i++)
        if ((squares[i] = slow_square(&n[i])) < 0)
            rc = (int)squares[i];
    if (rc >= 0)
        printf("awaited: %ld, %ld, %ld\n", squares[0], squares[1], squares[2]);

    sley_array_close(&list);
    sley_set_close(&set);
    sley_map_close(&map);
    return rc;
}

int main(void)
{
    return sley_main(program, NULL, NULL);
}
