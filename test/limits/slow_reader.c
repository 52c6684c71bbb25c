/* A peer that reads nothing keeps its own task waiting and nobody else: what others want goes on,
 * and it gets all of its bytes when it reads. (There are no pools of buffers that it could drain:
 * each receive brings its own.) */
#include "limits_test.h"

enum { BYTES = 4 << 20, OTHERS = 20, PINGS = 50 };

static int slow[2];

static intptr_t floods(void *arg)
{
    char *bytes = calloc(1, BYTES);
    intptr_t n = sley_send_all(slow[1], bytes, BYTES);

    (void)arg;
    free(bytes);
    return n;
}

TEST_FIBER(a_slow_reader_keeps_nobody_else)
{
    static char some[65536];
    sley_task *flood, *others[OTHERS];
    intptr_t got = 0, n;

    CHECK_EQ(sley_socketpair(AF_UNIX, SOCK_STREAM, 0, slow), 0);
    CHECK((flood = sley_create_task(floods, NULL)) != NULL);
    for (int i = 0; i < OTHERS; i++)
        CHECK((others[i] = sley_create_task(pings, (void *)PINGS)) != NULL);
    for (int i = 0; i < OTHERS; i++)
        CHECK_EQ(sley_join(others[i]), 0);
    CHECK_EQ(sl_load_relaxed(&served), OTHERS * PINGS);
    CHECK(!sley_future_done(sley_task_future(flood)));
    while (got < BYTES && (n = sley_recv(slow[0], some, sizeof some)) > 0)
        got += n;
    CHECK_EQ(got, BYTES);
    CHECK_EQ(sley_join(flood), BYTES);
    sley_close(slow[0]);
    return sley_close(slow[1]);
}
