/* Address space for some tasks and no more: whoever makes one too many gets no memory, the others
 * go on, and when they have ended there is room again. */
#include "limits_test.h"

#include "os/plain.h"

enum { MOST = 100000 };

static sley_event go;
static sley_task *tasks[MOST];

static intptr_t waits(void *arg)
{
    CHECK_EQ(sley_event_wait(&go), 0);
    return (intptr_t)arg;
}

static intptr_t body(void *arg)
{
    struct rlimit all, less;
    char text[64];
    long pages, made, again;

    (void)arg;
    CHECK(sl_plain_text("/proc/self/statm", text, sizeof text) > 0);
    pages = strtol(text, NULL, 10);
    getrlimit(RLIMIT_AS, &all);
    less = all;
    less.rlim_cur = (rlim_t)pages * 4096 + ((rlim_t)400 << 20);
    CHECK_EQ(setrlimit(RLIMIT_AS, &less), 0);
    for (made = 0; made < MOST && (tasks[made] = sley_create_task(waits, NULL)); made++)
        if (made % 100 == 0)
            sley_yield(); /* some have begun */
    CHECK(made > 256 && made < MOST);
    CHECK_EQ(sley_event_set(&go), 0);
    for (long i = 0; i < made; i++)
        CHECK_EQ(sley_join(tasks[i]), 0);
    for (again = 0; again < 256 && (tasks[again] = sley_create_task(waits, NULL)); again++)
        ;
    CHECK_EQ(again, 256);
    for (long i = 0; i < again; i++)
        CHECK_EQ(sley_join(tasks[i]), 0);
    CHECK_EQ(setrlimit(RLIMIT_AS, &all), 0);
    return 0;
}

TEST_PLAIN(address_space)
{
    if (sl_test_slow())
        SKIP("a sanitizer's or an emulator's own memory is counted, too");
    assert_int_equal(sl_test_run(body, NULL), 0);
}
