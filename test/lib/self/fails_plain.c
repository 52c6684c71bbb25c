/* EXPECT in a plain function. */
#include "check.h"

TEST_PLAIN(fails_plain)
{
    EXPECT_TEXT("a", "b");
}
