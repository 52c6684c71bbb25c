/* Every code of sley's and of the system's has a name and a sentence, by either sign. */
#include "check.h"

#include <errno.h>
#include <string.h>

TEST_PLAIN(every_code_has_a_name_and_a_text)
{
    const char *texts[SLEY_EFORKED + 1] = {NULL};

    for (int code = SLEY_ETIMEOUT; code <= SLEY_EFORKED; code++) {
        assert_non_null(sley_error_name(code));
        assert_int_equal(strncmp(sley_error_name(code), "SLEY_E", 6), 0);
        assert_string_equal(sley_error_name(-code), sley_error_name(code));
        texts[code] = sley_strerror(-code);
        assert_string_not_equal(texts[code], "Unknown error");
        for (int before = SLEY_ETIMEOUT; before < code; before++)
            assert_string_not_equal(texts[before], texts[code]);
    }
    assert_string_equal(sley_error_name(-SLEY_ECYCLE), "SLEY_ECYCLE");
    assert_string_equal(sley_error_name(-ECANCELED), "ECANCELED");
    assert_string_equal(sley_strerror(-ECANCELED), "Cancelled");
    assert_string_equal(sley_error_name(ENOMEM), "ENOMEM");
    assert_string_equal(sley_strerror(-ENOENT), "No such file or directory");
    assert_null(sley_error_name(0));
    assert_null(sley_error_name(-1001));
    assert_string_equal(sley_strerror(-1001), "Error of the program");
    assert_null(sley_error_name(-3999));
    assert_string_equal(sley_strerror(-3999), "Unknown error");
    assert_non_null(sley_strerror(INTPTR_MIN));
    assert_null(sley_error_name(INTPTR_MIN));
    assert_true(sley_is_error(-1) && sley_is_error(-4095));
    assert_false(sley_is_error(0) || sley_is_error(-4096) || sley_is_error(5));
}
