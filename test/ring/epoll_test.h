/* What the tests of the ring of epoll share: they run it whatever the suite runs on. */
#ifndef SL_TEST_EPOLL_TEST_H
#define SL_TEST_EPOLL_TEST_H

#include "ring_test.h"

#include "ring/epoll.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>

/* test/lib/itimer.c is about other tests: these call what can be interrupted, too. */
static inline void undisturbed(void)
{
    sigset_t alarm;

    sigemptyset(&alarm);
    sigaddset(&alarm, SIGALRM);
    pthread_sigmask(SIG_BLOCK, &alarm, NULL);
}

static inline void open_epoll(struct sl_ring *ring)
{
    undisturbed();
    assert_int_equal(sl_ring_open(ring, &sl_ring_epoll, 4, 1), 0);
}

static inline struct sl_op receiving(int fd, void *buffer, unsigned size)
{
    struct sl_op op = reading(fd, buffer, size);

    op.opcode = IORING_OP_RECV;
    return op;
}

/* A connection over TCP. */
static inline void new_connection(int ends[2])
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof at;
    int listener = socket(AF_INET, SOCK_STREAM, 0);

    undisturbed();
    ends[0] = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(listener, 8), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&at, &length), 0);
    assert_int_equal(connect(ends[0], (struct sockaddr *)&at, sizeof at), 0);
    ends[1] = accept(listener, NULL, NULL);
    assert_true(ends[1] >= 0);
    close(listener);
}

/* Does it now; its result. */
static inline int32_t result_of(struct sl_ring *ring, struct sl_op *op)
{
    completions = 0;
    submit(ring, op);
    turn_until(ring, 1);
    return op->result;
}

#endif
