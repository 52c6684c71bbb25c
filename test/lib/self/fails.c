/* A failed CHECK fails the test, although the main task goes on to return 0. */
#include "check.h"

static intptr_t inner(void)
{
    CHECK(1 == 2);
    return 0;
}

TEST_FIBER(fails)
{
    inner();
    return 0;
}
