/* An answer that is there when the loop looks at its timers beats the timeout, however late it is:
 * set at 5 ms, the loop busy until 55 ms, a limit of 20 ms. Also when so much else is ready that it
 * looks before the task has run. */
#include "check.h"

static sley_future *future;
static sley_instant limit_at;
static bool too_late; /* this machine was: the timer came with the answer's own */

static void nothing(void *arg)
{
    (void)arg;
}

static void sets_and_is_busy(void *others)
{
    sley_instant until = sley_instant_add(sley_time(), sley_ms(50));

    too_late = sley_time().ns >= limit_at.ns;
    for (int i = 0; i < *(int *)others; i++)
        sley_call_soon(nothing, NULL);
    sley_future_set_result(future, 7);
    while (sley_time().ns < until.ns)
        ;
}

static int answered(int others)
{
    sley_timeout limit;
    intptr_t word;

    future = sley_future_new();
    CHECK(future != NULL);
    CHECK(sley_handle_valid(sley_call_later(sley_ms(5), sets_and_is_busy, &others)));
    CHECK_EQ(sley_timeout_enter(&limit, sley_ms(20)), 0);
    limit_at = sley_timeout_when(&limit);
    word = sley_timeout_exit(&limit, sley_await(future));
    if (!too_late) {
        CHECK_EQ(word, 7);
        CHECK(!sley_timeout_expired(&limit));
    }
    CHECK_EQ(sley_task_cancelling(sley_current_task()), 0);
    sley_future_drop(future);
    return 0;
}

TEST_FIBER(an_answer_that_is_there_beats_a_timeout)
{
    ONE_LOOP("the answer and the timer are of one pass");
    bool seen[2] = {false, false};
    for (int i = 0; i < 20; i++) {
        CHECK_EQ(answered(i % 2 ? 200 : 0), 0);
        seen[i % 2] |= !too_late;
        if (seen[0] && seen[1])
            return 0;
    }
    SKIP("no 20 ms in which this process was not stopped");
}
