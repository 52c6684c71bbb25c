/* The control groups' quota: version 1 and 2, the strictest of the groups around the process, and
 * what containers show of them. */
#include "check.h"

#include "os/cpus.h"
#include "os/tree.h"

#define V2 "30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n"
#define V1 "36 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
#define OTHERS                                                              \
    "23 1 8:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw\n"               \
    "24 23 0:5 / /proc rw - proc proc rw\n"                                 \
    "35 31 0:28 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n"     \
    "broken line\n"

/* Files as {name, text}, ended by NULL. */
static unsigned quota_of(const char *groups, const char *mounts, const char *const files[][2])
{
    struct tree tree;
    unsigned quota;

    tree_make(&tree);
    if (groups)
        tree_put(&tree, "/proc/self/cgroup", groups);
    if (mounts)
        tree_put(&tree, "/proc/self/mountinfo", mounts);
    for (; (*files)[0]; files++)
        tree_put(&tree, (*files)[0], (*files)[1]);
    quota = sl_cpus_quota(tree.root);
    tree_remove(&tree);
    return quota;
}
#define QUOTA(groups, mounts, ...) \
    ((int)quota_of((groups), (mounts), (const char *const[][2]){__VA_ARGS__, {NULL, NULL}}))
#define FILE_OF(name, text) {"/sys/fs/cgroup" name, text}
#define V1_OF(folder, quota, period)                                             \
    FILE_OF("/cpu,cpuacct" folder "/cpu.cfs_quota_us", quota),                   \
        FILE_OF("/cpu,cpuacct" folder "/cpu.cfs_period_us", period)

static void version_2(void)
{
    assert_int_equal(QUOTA("0::/\n", OTHERS V2, FILE_OF("/cgroup.procs", "1\n")), 0);
    assert_int_equal(QUOTA("0::/a\n", OTHERS V2, FILE_OF("/a/cpu.max", "max 100000\n")), 0);
    assert_int_equal(QUOTA("0::/a\n", OTHERS V2, FILE_OF("/a/cpu.max", "200000 100000\n")), 2);
    assert_int_equal(QUOTA("0::/a\n", OTHERS V2, FILE_OF("/a/cpu.max", "200001 100000\n")), 3);
    assert_int_equal(QUOTA("0::/a\n", OTHERS V2, FILE_OF("/a/cpu.max", "1000 100000\n")), 1);
    /* The strictest, wherever it stands; a neighbour's does not count. */
    assert_int_equal(QUOTA("0::/a/b/c\n", OTHERS V2, FILE_OF("/a/cpu.max", "300000 100000\n"),
                           FILE_OF("/a/b/cpu.max", "max 100000\n"),
                           FILE_OF("/a/b/c/cpu.max", "900000 100000\n"),
                           FILE_OF("/a/other/cpu.max", "100000 100000\n")),
                     3);
    assert_int_equal(QUOTA("0::/a/b\n", OTHERS V2, FILE_OF("/a/cpu.max", "700000 100000\n"),
                           FILE_OF("/a/b/cpu.max", "50000 20000\n")),
                     3);
    /* Not a number, no period, negative, huge. */
    assert_int_equal(QUOTA("0::/a\n", OTHERS V2, FILE_OF("/a/cpu.max", "some text\n")), 0);
    assert_int_equal(QUOTA("0::/a\n", OTHERS V2, FILE_OF("/a/cpu.max", "100000\n")), 0);
    assert_int_equal(QUOTA("0::/a\n", OTHERS V2, FILE_OF("/a/cpu.max", "-5 100\n")), 0);
    assert_int_equal(QUOTA("0::/a\n", OTHERS V2, FILE_OF("/a/cpu.max", "")), 0);
    assert_int_equal(
        QUOTA("0::/a\n", OTHERS V2, FILE_OF("/a/cpu.max", "9223372036854775807 1\n")),
        SL_CPUS_MAX);
}

static void version_1(void)
{
    static const char groups[] = "5:memory:/m\n4:cpu,cpuacct:/a/b\n3:cpuset:/s\n0::/x\n";

    assert_int_equal(QUOTA(groups, OTHERS V1, V1_OF("/a/b", "-1\n", "100000\n")), 0);
    assert_int_equal(QUOTA(groups, OTHERS V1, V1_OF("/a/b", "150000\n", "100000\n")), 2);
    assert_int_equal(QUOTA(groups, OTHERS V1, V1_OF("/a/b", "-1\n", "100000\n"),
                           V1_OF("/a", "500000", "100000")),
                     5);
    assert_int_equal(QUOTA(groups, OTHERS V1, V1_OF("/a", "500000\n", "0\n")), 0);
    /* Both versions at once: the controller is in one of them. */
    assert_int_equal(QUOTA(groups, OTHERS V2 V1, V1_OF("/a", "400000\n", "100000\n")), 4);
    assert_int_equal(QUOTA(groups, OTHERS V1 V2, V1_OF("/a", "400000\n", "100000\n"),
                           FILE_OF("/x/cpu.max", "300000 100000\n")),
                     3);
}

static void what_containers_show(void)
{
    /* The part of the hierarchy that is mounted is the group itself. */
    assert_int_equal(QUOTA("0::/docker/1/in\n",
                           "30 23 0:26 /docker/1 /sys/fs/cgroup ro master:4 - cgroup2 c rw\n",
                           FILE_OF("/in/cpu.max", "max 100000\n"),
                           FILE_OF("/cpu.max", "200000 100000\n"),
                           FILE_OF("/docker/1/in/cpu.max", "100000 100000\n")),
                     2);
    /* Names of the outside that no mount has: the part that is there. */
    assert_int_equal(QUOTA("0::/docker/12\n",
                           "30 23 0:26 /docker/1 /sys/fs/cgroup ro - cgroup2 c rw\n",
                           FILE_OF("/cpu.max", "200000 100000\n"),
                           FILE_OF("2/cpu.max", "100000 100000\n")),
                     2);
    assert_int_equal(QUOTA("0::/../other\n", V2, FILE_OF("/cpu.max", "200000 100000\n"),
                           {"/sys/fs/other/cpu.max", "100000 100000\n"}),
                     2);
    /* Mounted twice: the one that holds the group, in either order. */
    assert_int_equal(QUOTA("0::/a\n", "40 1 0:9 /z /tmp/z rw - cgroup2 c rw\n" V2,
                           {"/tmp/z/cpu.max", "100000 100000\n"},
                           FILE_OF("/a/cpu.max", "400000 100000\n")),
                     4);
    assert_int_equal(QUOTA("0::/a\n", V2 "40 1 0:9 / /tmp/z rw - cgroup2 c rw\n",
                           {"/tmp/z/a/cpu.max", "100000 100000\n"},
                           FILE_OF("/a/cpu.max", "400000 100000\n")),
                     4);
    /* A mount point with a blank in its name. */
    assert_int_equal(QUOTA("0::/a\n", "30 23 0:26 / /my\\040groups rw - cgroup2 c rw\n",
                           {"/my groups/a/cpu.max", "600000 100000\n"}),
                     6);
}

/* Of a line that is longer than ours the beginning counts, and the next one is read as a line. */
static void long_lines(void)
{
    static char mounts[30000];
    char *to = mounts;

    to += sprintf(to, "20 1 0:1 / / rw - overlay overlay rw,lowerdir=");
    for (int i = 0; i < 20000; i++)
        *to++ = 'x';
    strcpy(to, "\n30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw"); /* no newline */
    assert_int_equal(QUOTA("0::/a", mounts, FILE_OF("/a/cpu.max", "400000 100000\n")), 4);
}

TEST_PLAIN(the_strictest_quota_of_the_groups_around_counts)
{
    assert_int_equal(QUOTA(NULL, NULL, FILE_OF("/cpu.max", "100000 100000\n")), 0);
    assert_int_equal(QUOTA("0::/\n", NULL, FILE_OF("/cpu.max", "100000 100000\n")), 0);
    assert_int_equal(QUOTA("", OTHERS V2, FILE_OF("/cpu.max", "100000 100000\n")), 0);
    version_2();
    version_1();
    what_containers_show();
    long_lines();
}
