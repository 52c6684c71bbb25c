/* A child that is forked in a task of any worker: it has the mask of the program's thread, its
 * runtime is dead whichever loop is asked, and returning into it ends the child with a word. */
#include "fork.h"

enum { WORKERS = 3 };

static sigset_t wanted;

static intptr_t looks(void *first)
{
    sley_loop *here = sley_get_running_loop();
    pid_t pid = fork_begin();

    if (pid == 0) {
        sigset_t mask;

        pthread_sigmask(SIG_SETMASK, NULL, &mask);
        for (int signal = 1; signal < 32; signal++)
            EXPECT_EQ(sigismember(&mask, signal), sigismember(&wanted, signal));
        EXPECT_EQ(sley_yield(), -SLEY_EFORKED);
        EXPECT_EQ(sley_loop_close(here), -SLEY_EFORKED); /* it stands on it */
        EXPECT_EQ(sley_loop_close(first), -SLEY_EFORKED);
        fork_end();
    }
    CHECK(pid > 0);
    CHECK(fork_was_fine(pid));
    return 0;
}

static _Atomic pid_t forked;

static intptr_t returns(void *arg)
{
    forked = fork_begin();
    if (forked == 0)
        close(2); /* what it says is tested elsewhere */
    return (intptr_t)arg;
}

static void calls(void *arg)
{
    returns(arg);
}

static int ends_with_a_word(void)
{
    int status = fork_status(forked);

    CHECK(forked > 0);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    forked = 0;
    return 0;
}

static intptr_t calls_back(void *arg)
{
    sley_call_soon(calls, arg);
    for (int i = 0; i < 10000 && forked <= 0; i++)
        CHECK_EQ(sley_sleep(sley_us(100)), 0);
    return ends_with_a_word();
}

static intptr_t body(void *arg)
{
    (void)arg;
    for (unsigned i = 0; i < WORKERS; i++) {
        sley_task_options options = {.pinned = true, .worker = i};
        sley_task *task = sley_create_task_with(looks, sley_get_running_loop(), &options);

        CHECK_EQ(sley_join(task), 0);
        CHECK_EQ(sley_join(sley_create_task_with(returns, NULL, &options)), 0);
        CHECK_EQ(ends_with_a_word(), 0);
        CHECK_EQ(sley_join(sley_create_task_with(calls_back, NULL, &options)), 0);
    }
    return 0;
}

TEST_PLAIN(fork_at_any_worker)
{
    sley_options options = {.workers = WORKERS};

    pthread_sigmask(SIG_SETMASK, NULL, &wanted);
    assert_int_equal(sl_test_run(body, &options), 0);
}
