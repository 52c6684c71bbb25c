/* A loop that does not run while its thread forks is as dead in the child as one that does, and
 * can be closed there: without its threads, and without its parent's ring. */
#include "task/fork.h"

#include <string.h>
#include <sys/socket.h>

static int ends[2];

static intptr_t wait_for_byte(void *arg)
{
    char byte = 0;

    (void)arg;
    return sley_recv(ends[0], &byte, 1) == 1 ? byte : -1;
}

static intptr_t job(void *arg)
{
    return (intptr_t)arg;
}

static intptr_t use_thread(void *arg)
{
    (void)arg;
    return sley_to_thread(job, (void *)(intptr_t)3);
}

static intptr_t sleep_a_little(void *arg)
{
    (void)arg;
    return sley_sleep(sley_ms(2));
}

static void in_child(sley_runner *runner, sley_executor *executor)
{
    sley_loop *loop = sley_runner_get_loop(runner);
    sley_options options = sl_test_options(NULL);

    EXPECT_EQ(sley_sleep(sley_ms(1)), -SLEY_ENOLOOP); /* no loop ran here */
    EXPECT_EQ(sley_runner_run(runner, job, NULL), -SLEY_EFORKED);
    EXPECT_EQ(sley_loop_run_coro(loop, job, NULL), -SLEY_EFORKED);
    EXPECT_EQ(sley_loop_call_soon_threadsafe(loop, (sley_callback *)NULL, NULL), -EINVAL);
    sley_runner_close(runner);
    EXPECT(sley_runner_get_loop(runner) == NULL);
    sley_executor_close(executor);
    EXPECT_EQ(sley_run(use_thread, NULL, &options), 3);
    fork_end();
}

TEST_PLAIN(fork_beside_an_idle_loop)
{
    sley_options options = sl_test_options(NULL);
    sley_executor *executor;
    sley_runner runner;
    sley_task *task;
    pid_t pid;

    if (sl_test_under() && !strcmp(sl_test_under(), "qemu-user"))
        SKIP("qemu-user makes no threads in the child of a process that had some");
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    assert_int_equal(sley_runner_open(&runner, &options), 0);
    CHECK_EQ_VOID(sley_executor_new(&executor, 1), 0); /* there is a runner to close */
    CHECK_EQ_VOID(sley_runner_run(&runner, use_thread, NULL), 3);
    task = sley_loop_create_task(sley_runner_get_loop(&runner), wait_for_byte, NULL, NULL);
    CHECK_EQ_VOID(sley_runner_run(&runner, sleep_a_little, NULL), 0); /* now it is in flight */
    pid = fork_begin();
    if (pid == 0)
        in_child(&runner, executor);
    CHECK_VOID(fork_was_fine(pid));
    CHECK_EQ_VOID(send(ends[1], "q", 1, 0), 1);
    CHECK_EQ_VOID(sley_loop_run_until_complete(sley_runner_get_loop(&runner),
                                                  sley_task_future(task)), 'q');
    sley_task_drop(task);
    CHECK_EQ_VOID(sley_runner_run(&runner, use_thread, NULL), 3);
    sley_runner_close(&runner);
    sley_executor_close(executor);
    sl_test_assert_clean();
}
