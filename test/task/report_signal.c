/* The report signal prints every task to stderr, and its previous action comes back. */
#include "check.h"

#include "../os/child.h"

static intptr_t signalled(void *arg)
{
    (void)arg;
    /* Among many workers the first one writes, perhaps before this has gone to sleep. */
    for (int i = 0; i < (sl_test_many() ? 20 : 1); i++) {
        raise(SIGUSR1);
        CHECK_EQ(sley_sleep(sley_ms(5)), 0);
    }
    return 0;
}

static int in_child(void *arg)
{
    sley_options options = {.report_signal = SIGUSR1};
    struct sigaction now;

    (void)arg;
    if (sl_test_run(signalled, &options))
        return 1;
    sigaction(SIGUSR1, NULL, &now);
    return now.sa_handler == SIG_DFL ? 0 : 2;
}

TEST_PLAIN(the_report_signal_prints_every_task)
{
    static struct child child;

    assert_true(child_run(&child, in_child, NULL));
    CHECK_VOID(child_exited_with(&child, 0));
    CHECK_VOID(strstr(child.text, "task 'main' signalled: waits for sleep") != NULL);
}
