/* In the child of a task, of a callback and of a plain thread a fresh run works, threads and I/O
 * included; and in its child, too. */
#include "task/fork.h"

#include <string.h>
#include <sys/socket.h>

static intptr_t job(void *arg)
{
    return (intptr_t)arg + 1;
}

static void run_fresh(int depth);

static intptr_t fresh(void *arg)
{
    int ends[2], depth = *(int *)arg;
    char byte = 0;
    pid_t pid;

    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    CHECK_EQ(sley_send_all(ends[1], "x", 1), 1);
    CHECK_EQ(sley_recv(ends[0], &byte, 1), 1);
    CHECK_EQ(byte, 'x');
    CHECK_EQ(sley_to_thread(job, (void *)(intptr_t)4), 5);
    CHECK_EQ(sley_sleep(sley_ms(1)), 0);
    if (depth > 0) {
        pid = fork_begin();
        if (pid == 0)
            run_fresh(depth - 1);
        CHECK(fork_was_fine(pid));
        CHECK_EQ(sley_sleep(sley_ms(1)), 0);
    }
    sley_close(ends[0]);
    sley_close(ends[1]);
    return 9;
}

/* In a child. */
static void run_fresh(int depth)
{
    sley_options options = sl_test_options(NULL);
    bool inside = sley_sleep(sley_ms(1)) == -SLEY_EFORKED;

    EXPECT_EQ(sley_run(fresh, &depth, &options), 9);
    EXPECT_EQ(sley_sleep(sley_ms(1)), inside ? -SLEY_EFORKED : -SLEY_ENOLOOP);
    fork_end();
}

static void in_callback(void *arg)
{
    pid_t pid = fork_begin();

    if (pid == 0)
        run_fresh(0);
    *(_Atomic pid_t *)arg = pid;
}

static intptr_t parent(void *arg)
{
    pid_t pid = fork_begin();
    _Atomic pid_t called = 0;

    (void)arg;
    if (pid == 0)
        run_fresh(1);
    CHECK(fork_was_fine(pid));
    sley_call_soon(in_callback, &called);
    CHECK_EQ(sley_sleep(sley_ms(1)), 0);
    SETTLE(called);
    CHECK(called > 0 && fork_was_fine(called));
    CHECK_EQ(sley_to_thread(job, (void *)(intptr_t)1), 2);
    return 0;
}

TEST_PLAIN(fresh_run_in_a_child)
{
    sley_options options = sl_test_options(NULL);
    pid_t pid;

    if (sl_test_under() && !strcmp(sl_test_under(), "qemu-user"))
        SKIP("qemu-user makes no threads in the child of a process that had some");
    assert_int_equal(sley_run(parent, NULL, &options), 0);
    pid = fork_begin();
    if (pid == 0)
        run_fresh(0);
    assert_true(fork_was_fine(pid));
    sl_test_assert_clean();
}
