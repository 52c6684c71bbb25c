/* The word of a descriptor: counts, closing, and the queue of those that nobody has asked for. */
#include "io_test.h"

#include "io/table.h"

/* Whether the last receive has left something. */
static void hint(int fd)
{
    assert_int_equal(sl_table_begin(fd, 1), 0);
    assert_int_equal(sl_table_begin(fd, 1), 0);
    assert_false(sl_table_end_receive(fd, true));
    assert_false(sl_table_end(fd)); /* says nothing about it */
    assert_int_equal(sl_table_begin(fd, 1), SL_TABLE_DRAINED);
    assert_false(sl_table_end_receive(fd, false));
    assert_int_equal(sl_table_begin(fd, 1), 0);
    assert_false(sl_table_end_receive(fd, true));
    assert_int_equal(sl_table_close(fd, 1), SL_TABLE_FREE);
    assert_int_equal(sl_table_begin(fd, 1), 0); /* forgotten with the file */
    assert_int_equal(sl_table_close(fd, 1), SL_TABLE_HERE);
    assert_true(sl_table_end_receive(fd, true));
    assert_int_equal(dup(0), fd);
    assert_int_equal(sl_table_begin(fd, 1), 0);
    assert_false(sl_table_end(fd));
}

TEST_PLAIN(table)
{
    struct sl_table_queue queue = {-1, -1, 0};
    int fd = dup(0), other = dup(0);

    assert_int_equal(sl_table_begin(-1, 1), -EBADF);
    assert_int_equal(sl_table_begin(1 << 30, 1), -EBADF);
    assert_int_equal(sl_table_close(fd, 1), SL_TABLE_FREE);
    assert_int_equal(sl_table_begin(fd, 1), 0);
    assert_int_equal(sl_table_begin(fd, 1), 0);
    assert_false(sl_table_end(fd));
    assert_int_equal(sl_table_close(fd, 1), SL_TABLE_HERE);
    assert_int_equal(sl_table_close(fd, 1), SL_TABLE_BAD);
    assert_true(sl_table_closed(fd));
    assert_int_equal(sl_table_begin(fd, 1), -EBADF);
    assert_int_not_equal(fcntl(fd, F_GETFD), -1);
    assert_true(sl_table_end(fd)); /* the last one closes */
    assert_int_equal(fcntl(fd, F_GETFD), -1);
    assert_false(sl_table_closed(fd));
    assert_int_equal(dup(0), fd);
    assert_int_equal(sl_table_begin(fd, 1), 0); /* a new life */
    assert_int_equal(sl_table_begin(fd, 2), 0);
    assert_false(sl_table_end(fd));
    assert_int_equal(sl_table_close(fd, 1), SL_TABLE_FOREIGN);
    assert_true(sl_table_end(fd));
    assert_int_not_equal(fcntl(fd, F_GETFD), -1); /* the closer's own count */
    assert_true(sl_table_end(fd));
    assert_int_equal(fcntl(fd, F_GETFD), -1);

    assert_int_equal(dup(0), fd);
    assert_int_equal(sl_table_begin(fd, 1), 0);
    assert_int_equal(sl_table_close(fd, 0), SL_TABLE_FOREIGN); /* no ring of its own */
    assert_true(sl_table_end(fd));
    assert_true(sl_table_end(fd));

    assert_int_equal(dup(0), fd);
    assert_int_equal(sl_table_pop(&queue), -1);
    assert_true(sl_table_push(&queue, fd));
    assert_true(sl_table_push(&queue, other));
    assert_int_equal(queue.count, 2);
    assert_int_equal(sl_table_begin(fd, 1), -EBADF);
    assert_int_equal(sl_table_close(other, 1), SL_TABLE_BAD);
    assert_int_equal(sl_table_pop(&queue), fd);
    sl_table_unshift(&queue, fd);
    assert_int_equal(sl_table_pop(&queue), fd);
    assert_int_equal(sl_table_pop(&queue), other);
    assert_int_equal(sl_table_pop(&queue), -1);
    sl_table_unshift(&queue, fd);
    assert_true(sl_table_push(&queue, other));
    assert_int_equal(sl_table_pop(&queue), fd);
    assert_int_equal(sl_table_pop(&queue), other);
    assert_int_equal(queue.count, 0);
    assert_int_equal(sl_table_begin(fd, 1), 0);
    assert_false(sl_table_end(fd));
    assert_false(sl_table_push(&queue, 1 << 30));
    hint(fd);
    close(fd);
    close(other);
}
