/* A tree of tasks: each makes ten and adds up what they return, six levels deep; the million at
 * the bottom return their numbers.
 *
 *     micro-skynet [--workers N] [--gather] [LEVELS]     prints seconds and the peak of memory
 *
 * Every node is a task. Its children are awaited one after the other, or gathered. */
#include "clock.h"
#include "memory.h"
#include "micro.h"

#include <errno.h>

enum { CHILDREN = 10, LEVELS_MAX = 8 };

static bool gathered;
static long levels;

/* A node's argument: its number, and how many levels are below it. */
static void *node_of(intptr_t number, intptr_t below)
{
    return (void *)(number * 16 + below);
}

static intptr_t node(void *arg)
{
    intptr_t number = (intptr_t)arg / 16, below = (intptr_t)arg % 16, sum = 0;
    if (below == 0)
        return number;
    sley_task *children[CHILDREN];
    for (int i = 0; i < CHILDREN; i++) {
        children[i] = sley_create_task(node, node_of(number * CHILDREN + i, below - 1));
        if (children[i] == NULL)
            return -ENOMEM; /* ends the program: what was made is not waited for */
    }
    for (int i = 0; i < CHILDREN; i++) {
        intptr_t result = sley_join(children[i]);
        if (result < 0)
            return result;
        sum += result;
    }
    return sum;
}

static intptr_t gather_node(void *arg)
{
    intptr_t number = (intptr_t)arg / 16, below = (intptr_t)arg % 16, sum = 0;
    if (below == 0)
        return number;
    sley_coro children[CHILDREN];
    intptr_t results[CHILDREN];
    for (int i = 0; i < CHILDREN; i++)
        children[i] = SLEY_CORO(gather_node, node_of(number * CHILDREN + i, below - 1));
    int rc = sley_gather(results, CHILDREN, children, 0);
    if (rc < 0)
        return rc;
    for (int i = 0; i < CHILDREN; i++)
        sum += results[i];
    return sum;
}

static intptr_t run(void *arg)
{
    intptr_t leaves = 1;
    (void)arg;
    for (long i = 0; i < levels; i++)
        leaves *= CHILDREN;
    int64_t start = clock_now_ns();
    sley_task *root = sley_create_task(gathered ? gather_node : node, node_of(0, levels));
    intptr_t sum = root != NULL ? sley_join(root) : -ENOMEM;
    double seconds = (double)(clock_now_ns() - start) / 1e9;
    if (sum < 0)
        return sum;
    if (sum != leaves * (leaves - 1) / 2)
        return sley_raise(-1001, "the sum is %ld", (long)sum);
    /* Not ru_maxrss: execve hands down the peak of what was there before. */
    printf("{\"seconds\": %.6f, \"peak_bytes\": %lld, \"ops\": %ld}\n", seconds,
           1024LL * memory_field("/proc/self/status", "VmHWM: %lld"), (long)leaves);
    return 0;
}

int main(int argc, char **argv)
{
    long workers = micro_option(&argc, argv, "--workers", 1);
    gathered = micro_flag(&argc, argv, "--gather");
    levels = argc == 2 ? atol(argv[1]) : 6;
    if (levels < 0 || levels > LEVELS_MAX)
        return 2;
    return micro_run("micro-skynet", workers, run, NULL);
}
