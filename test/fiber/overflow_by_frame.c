/* One frame larger than stack and guard together is caught, too: it touches the guard on its way
 * (-fstack-clash-protection). */
#include "overflow.h"

__attribute__((noinline)) static intptr_t large_frame(void)
{
    volatile char room[200000];

    room[0] = 1;
    __asm__ volatile("" : : "r"(room) : "memory"); /* all of it is wanted */
    return room[0];
}

static intptr_t deep_entry(void *arg)
{
    (void)arg;
    return large_frame();
}

TEST_PLAIN(an_overflow_names_its_task)
{
    overflow_is_named();
}
