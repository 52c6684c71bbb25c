/* The bytes of a socket come in order and none is lost, although the worker whose ring has them
 * is stopped now and then for a pass amid what it computes. */
#include "rescue.h"

static uint32_t count = 5000;
static int pair[2];
static sl_atomic_u32 received;

static void *writer(void *arg)
{
    (void)arg;
    for (uint32_t i = 0; i < count; i++) {
        CHECK_NULL(write(pair[1], &i, sizeof i) == sizeof i);
        if (i % 16 == 15)
            usleep(100);
    }
    return NULL;
}

static intptr_t receive(void *arg)
{
    uint32_t next = 0, word;

    (void)arg;
    while (next < count) {
        size_t have = 0;

        while (have < sizeof word) {
            ssize_t n = sley_recv(pair[0], (char *)&word + have, sizeof word - have);

            CHECK(n > 0);
            have += (size_t)n;
        }
        CHECK_EQ(word, next);
        sl_store_relaxed(&received, ++next);
    }
    sl_store_relaxed(&stop, 1);
    return 0;
}

/* Each worker now and then. */
static intptr_t hog(void *arg)
{
    while (!sl_load_relaxed(&stop)) {
        compute((intptr_t)arg);
        CHECK_EQ(sley_sleep(sley_ms(2)), 0);
    }
    return 0;
}

static intptr_t body(void *arg)
{
    sley_task *tasks[3];
    pthread_t thread;

    (void)arg;
    CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    CHECK((tasks[0] = sley_create_task_with(hog, (void *)3, &on_0)) != NULL);
    CHECK((tasks[1] = sley_create_task_with(hog, (void *)5, &on_1)) != NULL);
    CHECK((tasks[2] = sley_create_task(receive, NULL)) != NULL);
    CHECK_EQ(pthread_create(&thread, NULL, writer, NULL), 0);
    for (int i = 2; i >= 0; i--)
        CHECK_EQ(sley_join(tasks[i]), 0);
    pthread_join(thread, NULL);
    CHECK_EQ(sley_close(pair[0]), 0);
    CHECK_EQ(sley_close(pair[1]), 0);
    return 0;
}

TEST_PLAIN(bytes_come_in_order_through_a_pass_amid)
{
    sley_options options = {.workers = 2};

    if (sl_test_under() || sl_test_setting("SLOW", 0))
        SKIP("too many bytes for what is slow");
    if (getenv("SLEY_MIGRATE")) /* whoever is woken may be sent to the one that computes */
        count /= 10;
    assert_int_equal(sl_test_run(body, &options), 0);
}
