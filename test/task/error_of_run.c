/* The detail of what run returned is the thread's, outside of any loop. */
#include "check.h"

static intptr_t raises(void *arg)
{
    return arg ? sley_raise(-1001, "%s", (char *)arg) : 0;
}

TEST_PLAIN(what_run_returned_has_its_detail)
{
    sley_options options = sl_test_options(NULL);

    assert_int_equal(sley_run(raises, "for the caller", &options), -1001);
    CHECK_VOID(sley_error_detail() != NULL);
    assert_string_equal(sley_error_text(sley_error_detail()), "for the caller");
    assert_int_equal(sley_run(raises, NULL, &options), 0);
    assert_null(sley_error_detail());
    assert_int_equal(sley_raise(-7, "outside"), -7);
    assert_string_equal(sley_error_text(sley_error_detail()), "outside");
    assert_int_equal(sley_run(raises, NULL, &options), 0);
}
