/* add_reader and add_writer: level-triggered, replaced, removed, also from inside the callback. */
#include "io_test.h"

static int fds[2], calls, second_calls, writes;

static void look(void *arg)
{
    (void)arg;
    calls++; /* reads nothing: is called again */
}

static void take(void *arg)
{
    char byte;

    (void)arg;
    second_calls++;
    recv(fds[0], &byte, 1, MSG_DONTWAIT);
}

static void remove_itself(void *arg)
{
    bool *was = arg;

    calls++;
    *was = sley_remove_reader(fds[0]);
}

static void writable(void *arg)
{
    (void)arg;
    if (++writes == 3)
        sley_remove_writer(fds[0]);
}

static void close_it(void *arg)
{
    (void)arg;
    calls++;
    sley_close(fds[0]);
}

static sley_context_var variable = {0};

static void in_context(void *arg)
{
    char byte;

    *(intptr_t *)arg = sley_context_get(&variable);
    recv(fds[0], &byte, 1, MSG_DONTWAIT);
}

/* At least so many, which may take its time; and a moment more, for those that are too many. */
static void sleep_until(const int *count, int wanted)
{
    for (int ms = 0; ms < 10000 && *count < wanted; ms++)
        sley_sleep(sley_ms(1));
    sley_sleep(sley_ms(2));
}

static intptr_t open_pair_with(sley_callback *fn, void *arg)
{
    CHECK_EQ(pair(fds), 0);
    calls = second_calls = 0;
    CHECK_EQ(sley_add_reader(fds[0], fn, arg), 0);
    return 0;
}

TEST_FIBER(readers)
{
    ONE_LOOP("its readers are called by the thread that looks");
    int before = descriptors();
    bool was = false;
    intptr_t value = 0;

    CHECK_EQ(open_pair_with(look, NULL), 0);
    sley_sleep(sley_ms(2));
    CHECK_EQ(calls, 0);
    CHECK_EQ(send(fds[1], "ab", 2, 0), 2);
    sleep_until(&calls, 3);
    CHECK(calls > 2);
    CHECK_EQ(sley_add_reader(fds[0], take, NULL), 0); /* replaces it */
    calls = 0;
    sleep_until(&second_calls, 2);
    CHECK_EQ(calls, 0);
    CHECK_EQ(second_calls, 2);
    CHECK_EQ(sley_add_writer(fds[0], writable, NULL), 0); /* the other direction */
    sleep_until(&writes, 3);
    CHECK_EQ(writes, 3);
    CHECK(!sley_remove_writer(fds[0]));
    CHECK(sley_remove_reader(fds[0]));
    CHECK(!sley_remove_reader(fds[0]));
    CHECK_EQ(send(fds[1], "c", 1, 0), 1);
    sley_sleep(sley_ms(2));
    CHECK_EQ(second_calls, 2);
    CHECK_EQ(sley_close(fds[0]), 0);
    CHECK_EQ(sley_close(fds[1]), 0);

    CHECK_EQ(open_pair_with(remove_itself, &was), 0);
    CHECK_EQ(send(fds[1], "x", 1, 0), 1);
    sleep_until(&calls, 1);
    CHECK_EQ(calls, 1);
    CHECK(was);
    CHECK_EQ(sley_close(fds[0]), 0);
    CHECK_EQ(sley_close(fds[1]), 0);

    /* Closed by its own callback, and closed while nothing comes: it is never called again. */
    CHECK_EQ(open_pair_with(close_it, NULL), 0);
    CHECK_EQ(send(fds[1], "xx", 2, 0), 2);
    sleep_until(&calls, 1);
    CHECK_EQ(calls, 1);
    CHECK(!sley_remove_reader(fds[0]));
    CHECK_EQ(sley_close(fds[1]), 0);
    CHECK_EQ(open_pair_with(look, NULL), 0);
    CHECK_EQ(sley_close(fds[0]), 0);
    CHECK_EQ(send(fds[1], "x", 1, MSG_NOSIGNAL), 1);
    sley_sleep(sley_ms(2));
    CHECK_EQ(calls, 0);
    CHECK_EQ(sley_close(fds[1]), 0);

    CHECK_EQ(sley_context_set(&variable, 7), 0);
    CHECK_EQ(open_pair_with(in_context, &value), 0);
    CHECK_EQ(sley_context_set(&variable, 8), 0);
    CHECK_EQ(send(fds[1], "x", 1, 0), 1);
    for (int ms = 0; ms < 10000 && !value; ms++)
        sley_sleep(sley_ms(1));
    CHECK_EQ(value, 7);
    CHECK(sley_remove_reader(fds[0]));
    CHECK_EQ(sley_close(fds[0]), 0);
    CHECK_EQ(sley_close(fds[1]), 0);

    CHECK_EQ(sley_add_reader(-1, look, NULL), -EBADF);
    CHECK_EQ(sley_add_reader(0, NULL, NULL), -EINVAL);
    sley_sleep(sley_ms(1));
    CHECK_EQ(descriptors(), before);
    CHECK_IN_FLIGHT(0);
    return 0;
}
