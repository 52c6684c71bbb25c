/* Workers go to one processor of each core first, and only to those that the mask allows. */
#include "check.h"

#include "os/cpus.h"
#include "os/tree.h"

#include <sched.h>

static void allow(struct sl_cpus *cpus, const char *list)
{
    char *end;

    memset(cpus, 0, sizeof *cpus);
    for (; *list; list = *end ? end + 1 : end) {
        unsigned long cpu = strtoul(list, &end, 10);

        cpus->words[cpu / 64] |= (uint64_t)1 << cpu % 64;
    }
}

/* The order of the allowed ones as text. */
static const char *order(const struct tree *tree, const char *allowed, unsigned skip, unsigned room)
{
    static char text[256];
    static struct sl_cpus cpus;
    int found[64], used = 0;
    unsigned n;

    allow(&cpus, allowed);
    n = sl_cpus_order(tree->root, &cpus, skip, found, room);
    text[0] = 0;
    for (unsigned i = 0; i < n; i++)
        used += sprintf(text + used, "%s%d", i ? " " : "", found[i]);
    return text;
}

static void siblings(const struct tree *tree, unsigned cpu, const char *list)
{
    char name[128];

    sprintf(name, "/sys/devices/system/cpu/cpu%u/topology/thread_siblings_list", cpu);
    tree_put(tree, name, list);
}

static void made_up_machines(void)
{
    struct tree tree;

    tree_make(&tree); /* no topology: by number */
    assert_string_equal(order(&tree, "2,0,1", 0, 8), "0 1 2");
    for (unsigned i = 0; i < 4; i++) { /* 0 and 4 are one core, ... */
        char list[16];

        sprintf(list, "%u,%u\n", i, i + 4);
        siblings(&tree, i, list);
        siblings(&tree, i + 4, list);
    }
    assert_string_equal(order(&tree, "0,1,2,3,4,5,6,7", 0, 8), "0 1 2 3 4 5 6 7");
    assert_string_equal(order(&tree, "0,4,5,7", 0, 8), "0 5 7 4");
    tree_remove(&tree);

    tree_make(&tree);
    for (unsigned i = 0; i < 8; i++)
        siblings(&tree, i, i < 2 ? "0-1\n" : i < 4 ? "2-3\n" : "4-7\n");
    assert_string_equal(order(&tree, "0,1,2,3,4,5,6,7", 0, 8), "0 2 4 1 3 5 6 7");
    assert_string_equal(order(&tree, "0,1,2,3,4,5,6,7", 0, 2), "0 2");
    assert_string_equal(order(&tree, "0,1,2,3,4,5,6,7", 2, 2), "4 1");
    assert_string_equal(order(&tree, "0,1,2,3,4,5,6,7", 7, 2), "7");
    assert_string_equal(order(&tree, "0,1,2,3,4,5,6,7", 8, 2), "");
    assert_string_equal(order(&tree, "1,3,6,7", 0, 8), "1 3 6 7");
    assert_string_equal(order(&tree, "6,7,1,3", 3, 8), "7");
    assert_string_equal(order(&tree, "1500,5,6,5000", 0, 8), "5 1500 5000 6");
    assert_string_equal(order(&tree, "", 0, 8), "");
    siblings(&tree, 0, "not a list");
    siblings(&tree, 1, "");
    assert_string_equal(order(&tree, "0,1,2,3", 0, 8), "0 1 2 3");
    tree_remove(&tree);
}

TEST_PLAIN(workers_are_spread_over_cores_within_the_mask)
{
    struct sl_cpus mine;
    cpu_set_t one;
    unsigned n = sl_cpus_affinity(&mine), seen = 0;
    int last = -1;

    made_up_machines();

    /* This machine: every allowed processor comes once. */
    assert_true(n > 0);
    assert_in_range(sl_cpus_granted(), 1, n);
    for (unsigned i = 0; i < n; i++) {
        last = sl_cpus_nth(i);
        assert_true(last >= 0 && sl_cpus_has(&mine, (unsigned long)last));
        mine.words[last / 64] &= ~((uint64_t)1 << last % 64);
        seen++;
    }
    assert_int_equal(seen, n);
    assert_int_equal(sl_cpus_nth(n), -1);

    CPU_ZERO(&one);
    CPU_SET(last, &one);
    assert_int_equal(sched_setaffinity(0, sizeof one, &one), 0);
    assert_int_equal(sl_cpus_affinity(&mine), 1);
    assert_int_equal(sl_cpus_granted(), 1);
    assert_int_equal(sl_cpus_nth(0), last);
    assert_int_equal(sl_cpus_nth(1), -1);
}
