/* Thousands of connections that are open at a time: 2,000; SLEY_TEST_CONNECTIONS of them. */
#include "limits_test.h"

static struct clients clients;
static int connections;

static intptr_t body(void *arg)
{
    int listener = sley_listen_tcp("127.0.0.1:0", 4096);

    (void)arg;
    CHECK(listener >= 0);
    CHECK_EQ(clients_start(&clients, listener), 0);
    CHECK_EQ(serve(listener, connections), 0);
    CHECK_EQ(sl_load_relaxed(&served), connections);
    return sley_close(listener);
}

TEST_PLAIN(many_connections)
{
    connections = (int)sl_test_setting("CONNECTIONS", sl_test_slow() ? 300 : 2000);
    limit(RLIMIT_NOFILE, (rlim_t)connections + 200);
    clients_begin(&clients, connections);
    assert_int_equal(sl_test_run(body, NULL), 0);
    clients_end(&clients);
}
