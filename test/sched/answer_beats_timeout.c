/* An answer that is there when the loop looks at its timers beats the timeout, however late that is:
 * set at 5 ms, the loop busy until 55 ms, a limit of 20 ms. */
#include "check.h"

static sley_future *future;

static void sets_and_is_busy(void *arg)
{
    sley_instant until = sley_instant_add(sley_time(), sley_ms(50));

    (void)arg;
    sley_future_set_result(future, 7);
    while (sley_time().ns < until.ns)
        ;
}

TEST_FIBER(an_answer_that_is_there_beats_a_timeout)
{
    sley_timeout limit;
    intptr_t word;

    future = sley_future_new();
    CHECK(future != NULL);
    CHECK(sley_handle_valid(sley_call_later(sley_ms(5), sets_and_is_busy, NULL)));
    CHECK_EQ(sley_timeout_enter(&limit, sley_ms(20)), 0);
    word = sley_timeout_exit(&limit, sley_await(future));
    CHECK_EQ(word, 7);
    CHECK(!sley_timeout_expired(&limit));
    CHECK_EQ(sley_task_cancelling(sley_current_task()), 0);
    sley_future_drop(future);
    return 0;
}
