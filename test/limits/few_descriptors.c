/* RLIMIT_NOFILE 64, and 300 clients at once: accept pauses, goes on, and nobody is lost. */
#include "limits_test.h"

enum { CLIENTS = 300 };

static struct clients clients;

static intptr_t body(void *arg)
{
    int listener = sley_listen_tcp("127.0.0.1:0", 1024);

    (void)arg;
    CHECK(listener >= 0);
    CHECK_EQ(clients_start(&clients, listener), 0);
    CHECK_EQ(serve(listener, CLIENTS), 0);
    CHECK_EQ(sl_load_relaxed(&served), CLIENTS);
    return sley_close(listener);
}

TEST_PLAIN(few_descriptors)
{
    if (sl_test_under() && !strcmp(sl_test_under(), "valgrind"))
        SKIP("valgrind keeps the limit itself: it accepts, drops the connection, says EMFILE");
    limit(RLIMIT_NOFILE, 1024);
    clients_begin(&clients, CLIENTS);
    limit(RLIMIT_NOFILE, 64);
    assert_int_equal(sl_test_run(body, NULL), 0);
    clients_end(&clients);
}
