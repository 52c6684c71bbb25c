/* Unless it was told otherwise a loop goes on waiting after the report: another thread may help. To
 * ignore means not to look. */
#include "check.h"

#include "../os/child.h"

#include <pthread.h>
#include <time.h>

static sley_event event = SLEY_EVENT_INIT_LOCAL;

static void set(void *arg)
{
    sley_event_set(arg);
}

static void *helps(void *loop)
{
    /* Until it has been said: many workers take longer to be all asleep. */
    const struct timespec some = {0, sl_test_many() ? 300000000 : 50000000};

    nanosleep(&some, NULL);
    sley_loop_call_soon_threadsafe(loop, set, &event);
    return NULL;
}

/* At one worker: the event is local. */
static intptr_t waits_there(void *arg)
{
    pthread_t thread;

    (void)arg;
    CHECK(pthread_create(&thread, NULL, helps, sley_get_running_loop()) == 0);
    CHECK_EQ(sley_event_wait(&event), 0);
    pthread_join(thread, NULL);
    return 0;
}

static intptr_t waits(void *arg)
{
    return sley_run_on(0, waits_there, arg);
}

static int in_child(void *options)
{
    return (int)sl_test_run(waits, options);
}

TEST_PLAIN(a_reported_deadlock_may_be_none)
{
    static struct child child;
    sley_options options = {.on_deadlock = SLEY_DEADLOCK_REPORT};

    assert_true(child_run(&child, in_child, &options));
    CHECK_VOID(child_exited_with(&child, 0));
    EXPECT(strstr(child.text, "sley: deadlock") != NULL);
    options.on_deadlock = SLEY_DEADLOCK_IGNORE;
    assert_true(child_run(&child, in_child, &options));
    CHECK_VOID(child_exited_with(&child, 0));
    EXPECT(strstr(child.text, "deadlock") == NULL);
}
