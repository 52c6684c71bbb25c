/* The report signal prints every task to stderr, and its previous action comes back. */
#include "check.h"

#include "../os/child.h"

static intptr_t signalled(void *arg)
{
    (void)arg;
    raise(SIGUSR1);
    return sley_sleep(sley_ms(sl_test_many() ? 200 : 5)); /* another worker reports */
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
    /* Another worker may do so before the task sleeps. */
    CHECK_VOID(strstr(child.text, sl_test_many() ? "task 'main' signalled"
                                                 : "task 'main' signalled: waits for sleep") !=
               NULL);
}
