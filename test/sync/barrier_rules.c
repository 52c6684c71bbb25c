/* All meet, each with its number of arrival; again and again; late ones wait until the round before
 * has left. */
#include "check.h"

#include <errno.h>

static sley_barrier barrier = SLEY_BARRIER_INIT_LOCAL(3);
static int numbers[9], met;

static intptr_t meets(void *arg)
{
    for (int round = 0; round < 3; round++) {
        ssize_t number = sley_barrier_wait(&barrier);

        CHECK(number >= 0 && number < 3);
        CHECK_EQ(met / 3, round);
        numbers[number + 3 * round]++;
        met++;
    }
    return (intptr_t)arg;
}

TEST_FIBER(the_parties_of_a_barrier_meet)
{
    ONE_LOOP(LOCAL_KIND);
    sley_coro coros[3] = {SLEY_CORO(meets, NULL), SLEY_CORO(meets, NULL), SLEY_CORO(meets, NULL)};
    sley_barrier one = SLEY_BARRIER_INIT(1), none = SLEY_BARRIER_INIT(0);

    CHECK_EQ(sley_barrier_parties(&barrier), 3);
    CHECK_EQ(sley_spawn(meets, NULL), 0);
    CHECK_EQ(sley_yield(), 0);
    CHECK_EQ(sley_barrier_n_waiting(&barrier), 1);
    CHECK(!sley_barrier_broken(&barrier));
    CHECK_EQ(sley_gather(NULL, 2, coros, 0), 0);
    for (int i = 0; i < 9; i++)
        CHECK_EQ(numbers[i], 1);
    CHECK_EQ(sley_barrier_n_waiting(&barrier), 0);
    CHECK_EQ(sley_barrier_wait(&one), 0);
    CHECK_EQ(sley_barrier_wait(&none), -EINVAL);
    return 0;
}
