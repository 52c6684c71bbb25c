/* The signal may be another one; what others send goes to the handler of before, which is back when
 * the run is over. */
#include "rescue.h"

#include <signal.h>
#include <string.h>

static sl_atomic_u32 mine;

static void handler(int signal)
{
    (void)signal;
    sl_add_relaxed(&mine, 1);
}

/* Something is always due meanwhile. */
static intptr_t sleeps(void *arg)
{
    while (!sl_load_relaxed(&stop))
        CHECK_EQ(sley_sleep(sley_us(100)), 0);
    return (intptr_t)arg;
}

static intptr_t computes(void *arg)
{
    sley_task *task = sley_create_task(sleeps, arg);

    CHECK_EQ(raise(SIGUSR2), 0);
    CHECK_EQ(sl_load_relaxed(&mine), 1);
    sl_store_relaxed(&stop, 0);
    CHECK_EQ(sley_sleep(sley_ms(1)), 0);
    compute(20);
    sl_store_relaxed(&stop, 1);
    return sley_join(task);
}

static intptr_t body(void *arg)
{
    (void)arg;
    return sley_join(sley_create_task_with(computes, NULL, &on_0));
}

static void check_action(void)
{
    struct sigaction action;

    assert_int_equal(sigaction(SIGUSR2, NULL, &action), 0);
    assert_ptr_equal(action.sa_handler, handler);
}

TEST_PLAIN(the_signal_of_before_is_handed_on_and_comes_back)
{
    static const int refused[] = {SIGKILL, SIGSTOP, SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP,
                                  SIGSYS, -5, 32, 200};
    sley_options options = {.size = sizeof options, .workers = 2, .rescue_signal = SIGUSR2};
    struct sigaction action = {.sa_handler = handler};

    assert_int_equal(sigaction(SIGUSR2, &action, NULL), 0);
    assert_int_equal(sl_test_run(body, &options), 0);
    check_action();
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        options.rescue_signal = refused[i];
        assert_int_equal(sley_run(body, NULL, &options), -EINVAL);
        assert_non_null(strstr(sley_error_text(sley_error_detail()), "rescue_signal"));
    }
    check_action();
    options.rescue_signal = SLEY_NO_RESCUE;
    sl_store_relaxed(&mine, 0);
    assert_int_equal(sl_test_run(body, &options), 0);
    check_action();
}
