/* A stack that overflows inside of a section that blocks is reported as anywhere else. */
#include "fiber/overflow.h"

static intptr_t deep_entry(void *arg)
{
    sley_blocking section = SLEY_BLOCKING_INIT;
    volatile int n = 0;

    (void)arg;
    SLEY_BLOCKING(&section)
        endless(&n);
    return section.rc;
}

TEST_PLAIN(an_overflow_in_a_section_names_its_task)
{
    overflow_is_named();
}
