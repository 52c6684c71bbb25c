/* A descriptor is closed, and its number taken again, between the queueing of an operation and the
 * enter that submits it, or between its completion and its task: nobody ever reads the wrong file.
 *
 *     reader                 main                        kernel
 *     recv(5) queued         close(5)                    |
 *     |                      pair() -> 5? recv, send     |
 *     -SLEY_ECLOSED          .                           enter
 */
#include "io_test.h"

struct round {
    int fd, peer;
    char tag;
};

static long closed, data, end, reused;

/* Receives its own tag, or learns that its descriptor was closed. */
static intptr_t reader(void *arg)
{
    struct round *round = arg;
    char byte = 0;
    ssize_t n = sley_recv(round->fd, &byte, 1);

    if (n == 1) {
        EXPECT_EQ(byte, round->tag);
        data++;
    } else if (n == 0) {
        end++;
    } else {
        EXPECT_EQ(n, -SLEY_ECLOSED);
        closed++;
    }
    return n;
}

static int open_round(struct round *round, char tag)
{
    int fds[2], rc = pair(fds);

    *round = (struct round){fds[0], fds[1], tag};
    return rc;
}

TEST_FIBER(close_and_reopen)
{
    ONE_LOOP("nobody calls with a number that is another file's by now");
    int before = descriptors();

    for (long i = 0; i < rounds(); i++) {
        struct round old, new;
        sley_task *first, *second;
        unsigned kind = chance(4);

        CHECK_EQ(open_round(&old, 'o'), 0);
        if (kind & 1)
            CHECK_EQ(send(old.peer, "o", 1, 0), 1);
        first = sley_create_task(reader, &old);
        yields(1);
        pause_somehow(); /* queued, submitted, or completed and not run */
        if (kind & 2 && !(kind & 1))
            CHECK_EQ(send(old.peer, "o", 1, 0), 1);
        CHECK_EQ(sley_close(old.fd), 0);
        pause_somehow(); /* perhaps the number is free by then, perhaps not */
        CHECK_EQ(open_round(&new, 'n'), 0);
        reused += new.fd == old.fd;
        CHECK_EQ(send(new.peer, "n", 1, 0), 1);
        second = sley_create_task(reader, &new);
        sley_join(first);
        CHECK_EQ(sley_join(second), 1);
        CHECK_EQ(sley_close(new.fd), 0);
        CHECK_EQ(sley_close(new.peer), 0);
        CHECK_EQ(sley_close(old.peer), 0);
    }
    EXPECT(closed > 0);
    EXPECT(data >= rounds());
    EXPECT(reused > 0);
    EXPECT_EQ(end, 0);
    EXPECT_IN_FLIGHT(0);
    EXPECT_EQ(descriptors(), before);
    return 0;
}
