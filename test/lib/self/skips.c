/* A skip from a fiber, with its reason. */
#include "check.h"

TEST_FIBER(skips)
{
    SKIP("reason %d", 1);
}
