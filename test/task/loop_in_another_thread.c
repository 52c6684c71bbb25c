/* A loop may be run by one thread after another; its ring is made anew where it runs. */
#include "check.h"

#include <pthread.h>
#include <unistd.h>

static sley_loop *loop;

static intptr_t uses_the_ring(void *arg)
{
    int ends[2];
    char byte = 0;

    CHECK(pipe(ends) == 0);
    CHECK_EQ(sley_write(ends[1], "x", 1), 1);
    CHECK_EQ(sley_read(ends[0], &byte, 1), 1);
    CHECK_EQ(sley_close(ends[0]), 0);
    CHECK_EQ(sley_close(ends[1]), 0);
    CHECK_EQ(sley_sleep(sley_ms(1)), 0);
    return byte + (intptr_t)arg;
}

static void *runs(void *arg)
{
    return (void *)sley_loop_run_coro(loop, uses_the_ring, arg);
}

TEST_PLAIN(a_loop_runs_in_one_thread_after_another)
{
    sley_options options = sl_test_options(NULL);
    pthread_t thread;
    void *word;

    assert_int_equal(sley_loop_new(&loop, &options), 0);
    CHECK_EQ_VOID(runs((void *)1), 'x' + 1);
    assert_int_equal(pthread_create(&thread, NULL, runs, (void *)2), 0);
    pthread_join(thread, &word);
    CHECK_EQ_VOID(word, 'x' + 2);
    CHECK_EQ_VOID(runs((void *)3), 'x' + 3);
    for (intptr_t i = 4; i < 8; i++) { /* each has the name of the one that has been joined */
        assert_int_equal(pthread_create(&thread, NULL, runs, (void *)i), 0);
        pthread_join(thread, &word);
        CHECK_EQ_VOID(word, 'x' + i);
    }
    CHECK_EQ_VOID(sley_loop_close(loop), 0);
}
