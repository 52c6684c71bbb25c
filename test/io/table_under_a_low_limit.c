/* A hard limit of few descriptors, and none left to read the system's own limit by: the table is
 * made, and holds what was opened under another limit, too. */
#include "io_test.h"

#include "io/table.h"

TEST_PLAIN(table_under_a_low_limit)
{
    struct rlimit limit = {16, 16};
    int high = fcntl(0, F_DUPFD, 100);

    need_a_real_limit();
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    while (dup(0) >= 0)
        ;
    assert_int_equal(errno, EMFILE);
    assert_int_equal(sl_table_begin(0, 1), 0);
    assert_false(sl_table_end(0));
    assert_int_equal(sl_table_begin(high, 1), 0);
    assert_false(sl_table_end(high));
    for (int fd = 3; fd < 16; fd++) /* a sanitizer's end needs some */
        close(fd);
}
