/* Unless it was told otherwise a loop goes on waiting after the report: another thread may help. To
 * ignore means not to look. And where nobody is known who could end a wait, but the program has the
 * loop, into which a thread may call, nothing is certain. */
#include "check.h"

#include "../os/child.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

static sley_event event = SLEY_EVENT_INIT_LOCAL;

static sley_lock lock = SLEY_LOCK_INIT_LOCAL;
static sley_task *second;

static void set(void *arg)
{
    (void)arg;
    sley_event_set(&event);
}

static void cancel(void *arg)
{
    (void)arg;
    sley_task_cancel(second);
}

struct help {
    sley_loop *loop;
    sley_callback *fn;
};

static void *helps(void *arg)
{
    const struct help *help = arg;
    /* Until it has been said: many workers take longer to be all asleep. */
    const struct timespec some = {0, sl_test_many() ? 300000000 : 50000000};

    nanosleep(&some, NULL);
    sley_loop_call_soon_threadsafe(help->loop, help->fn, NULL);
    return NULL;
}

static intptr_t wants_the_lock(void *arg)
{
    (void)arg;
    return sley_lock_acquire(&lock);
}

/* At one worker: what it waits for is local. */
static intptr_t waits_there(void *fn)
{
    struct help help = {sley_get_running_loop(), *(sley_callback **)fn};
    sley_task_options pinned = {.pinned = true};
    pthread_t thread;

    CHECK(pthread_create(&thread, NULL, helps, &help) == 0);
    if (help.fn == set) {
        CHECK_EQ(sley_event_wait(&event), 0);
    } else {
        CHECK_EQ(sley_lock_acquire(&lock), 0);
        CHECK((second = sley_create_task_with(wants_the_lock, NULL, &pinned)) != NULL);
        CHECK_EQ(sley_join(second), -ECANCELED);
    }
    pthread_join(thread, NULL);
    return 0;
}

static sley_callback *help_by;

static intptr_t waits(void *arg)
{
    (void)arg;
    return sley_run_on(0, waits_there, &help_by);
}

static int in_child(void *options)
{
    return (int)sl_test_run(waits, options);
}

TEST_PLAIN(a_reported_deadlock_may_be_none)
{
    static struct child child;
    sley_options options = {.on_deadlock = SLEY_DEADLOCK_REPORT};

    help_by = cancel;
    assert_true(child_run(&child, in_child, &options));
    CHECK_VOID(child_exited_with(&child, 0));
    EXPECT(strstr(child.text, "sley: deadlock") != NULL);
    options.on_deadlock = SLEY_DEADLOCK_IGNORE;
    assert_true(child_run(&child, in_child, &options));
    CHECK_VOID(child_exited_with(&child, 0));
    EXPECT(strstr(child.text, "deadlock") == NULL);
    help_by = set;
    options.on_deadlock = SLEY_DEADLOCK_RETURN;
    assert_true(child_run(&child, in_child, &options));
    CHECK_VOID(child_exited_with(&child, 0));
    EXPECT(strstr(child.text, "deadlock") == NULL);
}
