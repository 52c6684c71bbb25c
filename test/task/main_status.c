/* sley_main returns the exit status: the word if it is one, 1 for an error, 130 for Ctrl-C. */
#include "check.h"

#include "../os/child.h"

static struct child child;

static intptr_t word(void *arg)
{
    return (intptr_t)arg;
}

static intptr_t interrupted(void *arg)
{
    (void)arg;
    raise(SIGINT);
    return sley_sleep(sley_s(60));
}

static int main_of_word(void *arg)
{
    sley_options options = sl_test_options(NULL);

    return sley_main(arg ? word : interrupted, arg, &options);
}

static bool exits(intptr_t returned, int status)
{
    return child_run(&child, main_of_word, (void *)returned) && child_exited_with(&child, status);
}

static bool ends(intptr_t returned, int status)
{
    return exits(returned, status) && !child.text[0]; /* this is no error */
}

static intptr_t in_a_loop(void *arg)
{
    return sley_main(word, arg, NULL);
}

static int nested(void *arg)
{
    return sl_test_run_arg(in_a_loop, arg, NULL) == 1 ? 9 : 0;
}

TEST_PLAIN(main_returns_an_exit_status)
{
    sley_options options = sl_test_options(NULL);

    assert_int_equal(sley_main(word, NULL, &options), 0);
    CHECK_VOID(ends(1, 1) && ends(7, 7) && ends(255, 255));
    CHECK_VOID(ends(256, 255) && ends((intptr_t)&options, 255));
    CHECK_VOID(ends(INTPTR_MIN, 255) && ends(SLEY_ERROR_MIN - 1, 255));
    CHECK_VOID(exits(SLEY_ERROR_MIN, 1) && exits(-1, 1) && exits(-ECANCELED, 1));
    CHECK_VOID(ends(0, 130)); /* interrupted */
    assert_true(child_run(&child, nested, (void *)3));
    CHECK_VOID(child_exited_with(&child, 9));
}
