/* Permits are handed to the first who waits; a newcomer does not overtake; bounds; a zeroed one was
 * never initialised. */
#include "check.h"

#include "../task/trail.h"

#include <errno.h>

static sley_semaphore semaphore = SLEY_SEMAPHORE_INIT_LOCAL(2);

static intptr_t takes(void *name)
{
    CHECK_EQ(sley_semaphore_acquire(&semaphore), 0);
    mark("%s", (char *)name);
    return 0;
}

static int bounds(void)
{
    sley_semaphore bounded = SLEY_BOUNDED_SEMAPHORE_INIT(1), zero, none = SLEY_SEMAPHORE_INIT(0);

    memset(&zero, 0, sizeof zero);
    CHECK_EQ(sley_semaphore_acquire(&zero), -EINVAL);
    CHECK_EQ(sley_semaphore_try_acquire(&zero), -EINVAL);
    CHECK_EQ(sley_semaphore_release(&zero), -EINVAL);
    CHECK_EQ(sley_semaphore_release(&bounded), -SLEY_EVALUE);
    CHECK_EQ(sley_semaphore_acquire(&bounded), 0);
    CHECK(sley_semaphore_locked(&bounded));
    CHECK_EQ(sley_semaphore_release(&bounded), 0);
    CHECK_EQ(sley_semaphore_release(&bounded), -SLEY_EVALUE);
    CHECK(sley_semaphore_locked(&none));
    CHECK_EQ(sley_semaphore_release(&none), 0); /* no bound: it grows */
    CHECK_EQ(sley_semaphore_release(&none), 0);
    CHECK_EQ(sley_semaphore_try_acquire(&none), 0);
    CHECK_EQ(sley_semaphore_try_acquire(&none), 0);
    CHECK_EQ(sley_semaphore_try_acquire(&none), -EAGAIN);
    return 0;
}

TEST_FIBER(the_rules_of_a_semaphore)
{
    ONE_LOOP(LOCAL_KIND);
    CHECK_EQ(sley_semaphore_acquire(&semaphore), 0);
    CHECK(!sley_semaphore_locked(&semaphore));
    CHECK_EQ(sley_semaphore_acquire(&semaphore), 0);
    CHECK(sley_semaphore_locked(&semaphore));
    CHECK_EQ(sley_spawn(takes, "a"), 0);
    CHECK_EQ(sley_spawn(takes, "b"), 0);
    CHECK_EQ(sley_spawn(takes, "c"), 0);
    CHECK_EQ(sley_yield(), 0);
    CHECK_EQ(sley_semaphore_release(&semaphore), 0);
    CHECK_EQ(sley_semaphore_try_acquire(&semaphore), -EAGAIN); /* it is a's */
    CHECK_EQ(sley_semaphore_release(&semaphore), 0);
    CHECK_TEXT(trail, "");
    CHECK_EQ(sley_yield(), 0);
    CHECK_TEXT(trail, "a b");
    CHECK(sley_semaphore_locked(&semaphore)); /* c waits */
    CHECK_EQ(sley_semaphore_release(&semaphore), 0);
    CHECK_EQ(sley_spawn(takes, "d"), 0);
    CHECK_EQ(sley_yield(), 0);
    CHECK_TEXT(trail, "a b c");
    CHECK_EQ(sley_semaphore_release(&semaphore), 0);
    CHECK_EQ(sley_yield(), 0);
    CHECK_TEXT(trail, "a b c d");
    return bounds();
}
