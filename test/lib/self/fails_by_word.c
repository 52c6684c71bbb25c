/* A main task that returns anything but 0 fails. */
#include "check.h"

#include <errno.h>

TEST_FIBER(fails_by_word)
{
    return -ENOMEM;
}
