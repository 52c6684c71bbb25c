/* sley_main says in one line on stderr which error ended the program, with its detail. */
#include "check.h"

#include "../os/child.h"

static intptr_t raises(void *arg)
{
    return sley_raise((intptr_t)arg, "no %d", 5);
}

static intptr_t word(void *arg)
{
    return (intptr_t)arg;
}

static int with_detail(void *arg)
{
    sley_options options = sl_test_options(NULL);

    return sley_main(raises, arg, &options);
}

static int without_detail(void *arg)
{
    sley_options options = sl_test_options(NULL);

    sley_raise(-1, "an earlier error's");
    return sley_main(word, arg, &options);
}

static int never_begins(void *arg)
{
    sley_options options = sl_test_options(NULL);

    sley_raise((intptr_t)arg, "an earlier error's");
    options.workers = -2;
    return sley_main(word, NULL, &options);
}

static void says(int (*fn)(void *arg), intptr_t code, const char *text)
{
    static struct child child;
    char line[200];

    snprintf(line, sizeof line, "%s: %s\n", program_invocation_short_name, text);
    assert_true(child_run(&child, fn, (void *)code));
    EXPECT(child_exited_with(&child, 1));
    EXPECT_TEXT(child.text, line);
}

TEST_PLAIN(main_prints_the_error)
{
    sley_options options = sl_test_options(NULL);

    /* If io_uring is refused that is said here, once, and not by the children. */
    assert_int_equal(sley_run(word, NULL, &options), 0);
    says(with_detail, -SLEY_EVALUE, "SLEY_EVALUE: no 5");
    says(with_detail, -1001, "-1001: no 5");
    says(without_detail, -ENOENT, "ENOENT: No such file or directory");
    says(without_detail, -ECANCELED, "ECANCELED: Cancelled");
    says(never_begins, -1, "EINVAL: Invalid argument");
}
