/* Endless recursion ends the process by the fault, and names the task, its function, its size. */
#include "overflow.h"

static intptr_t deep_entry(void *arg)
{
    volatile int n = 0;

    (void)arg;
    return endless(&n);
}

TEST_PLAIN(an_overflow_names_its_task)
{
    overflow_is_named();
}
