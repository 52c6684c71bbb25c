/* A batch may be longer than a pass: stop() waits for its end all the same, also when the entry
 * that was the last of it is taken back. */
#include "check.h"

static sley_loop *loop;
static int ran, extra;
static sley_handle last;

static void count(void *arg)
{
    ++*(int *)arg;
}

static void stops(void *arg)
{
    (void)arg;
    sley_loop_stop(loop);
    sley_call_soon(count, &extra);
    sley_handle_cancel(last);
}

TEST_PLAIN(a_batch_longer_than_a_pass_is_finished)
{
    ONE_LOOP("batches");
    sley_options options = sl_test_options(NULL);

    assert_int_equal(sley_loop_new(&loop, &options), 0);
    for (int i = 0; i < 100; i++)
        sley_loop_call_soon(loop, count, &ran);
    sley_loop_call_soon(loop, stops, NULL);
    for (int i = 0; i < 200; i++)
        last = sley_loop_call_soon(loop, count, &ran);
    CHECK_EQ_VOID(sley_loop_run_forever(loop), 0);
    EXPECT_EQ(ran, 299);
    EXPECT_EQ(extra, 0);
    CHECK_EQ_VOID(sley_loop_close(loop), 0);
}
