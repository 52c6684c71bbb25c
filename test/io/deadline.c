/* A deadline ends a call: -SLEY_ETIMEOUT inside SLEY_TIMEOUT, asyncio's form turns -ECANCELED. */
#include "io_test.h"

TEST_FIBER(deadline)
{
    sley_timeout limit = SLEY_TIMEOUT_INIT, outer = SLEY_TIMEOUT_INIT;
    int fds[2];
    char byte;
    ssize_t n = 0, again = 0;

    CHECK_EQ(pair(fds), 0);
    SLEY_TIMEOUT(&limit, sley_ms(10)) {
        n = sley_recv(fds[0], &byte, 1);
        again = sley_recv(fds[0], &byte, 1); /* sticky: at once */
    }
    CHECK_EQ(n, -SLEY_ETIMEOUT);
    CHECK_EQ(again, -SLEY_ETIMEOUT);
    CHECK(sley_timeout_expired(&limit));
    CHECK_IN_FLIGHT(0);

    CHECK_EQ(sley_timeout_enter(&outer, sley_ms(10)), 0);
    n = sley_recv(fds[0], &byte, 1);
    CHECK_EQ(n, -ECANCELED);
    CHECK_EQ(sley_timeout_exit(&outer, n), -SLEY_ETIMEOUT);

    /* One that is not reached leaves no trace. */
    limit = (sley_timeout)SLEY_TIMEOUT_INIT;
    CHECK_EQ(send(fds[1], "x", 1, 0), 1);
    SLEY_TIMEOUT(&limit, sley_s(10))
        n = sley_recv(fds[0], &byte, 1);
    CHECK_EQ(n, 1);
    CHECK(!sley_timeout_expired(&limit));

    /* A scope that is cancelled before the call: nothing is queued, the byte stays. */
    CHECK_EQ(send(fds[1], "y", 1, 0), 1);
    sley_scope scope = SLEY_SCOPE_INIT;
    SLEY_SCOPE(&scope) {
        sley_scope_cancel(&scope);
        n = sley_recv(fds[0], &byte, 1);
    }
    CHECK_EQ(n, -ECANCELED);
    CHECK_EQ(sley_recv(fds[0], &byte, 1), 1);
    CHECK_EQ(byte, 'y');
    sley_close(fds[0]);
    sley_close(fds[1]);
    return 0;
}
