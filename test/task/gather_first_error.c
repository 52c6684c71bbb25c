/* The first error is the gather's, at once; the others go on; nothing is written; the children's
 * errors count as retrieved, later ones too. */
#include "check.h"

#include "never_retrieved.h"

static _Atomic int ended;

static intptr_t fails_after(void *arg)
{
    intptr_t ms = (intptr_t)arg;

    CHECK_EQ(sley_sleep(sley_ms(ms)), 0);
    ended++;
    return ms == 5 ? 5 : sley_raise(-1000 - ms, "after %d ms", (int)ms);
}

TEST_FIBER_WITH(the_first_error_ends_the_gather_and_the_others_go_on, .virtual_clock = true,
                .exception_handler = keep)
{
    sley_coro coros[3] = {SLEY_CORO(fails_after, (void *)5), SLEY_CORO(fails_after, (void *)3),
                          SLEY_CORO(fails_after, (void *)8)};
    intptr_t out[3] = {77, 77, 77};

    CHECK_EQ(sley_gather(out, 3, coros, 0), -1003);
    CHECK_TEXT(sley_error_text(sley_error_detail()), "after 3 ms");
    CHECK_EQ(sley_time().ns, 3000000);
    CHECK_EQ(ended, 1);
    CHECK_EQ(sley_sleep(sley_ms(10)), 0);
    CHECK_EQ(ended, 3);
    CHECK(out[0] == 77 && out[1] == 77 && out[2] == 77);
    CHECK_EQ(told.count, 0);
    return 0;
}
