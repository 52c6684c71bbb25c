/* options.workers, and SLEY_WORKERS, which speaks only where the program asked for several. */
#include "check.h"

#include "os/cpus.h"

#include <errno.h>
#include <stdlib.h>

TEST_PLAIN(the_environment_overrides_only_who_asked_for_several)
{
    assert_int_equal(sl_workers_from(0, NULL, 8), 1);
    assert_int_equal(sl_workers_from(1, NULL, 8), 1);
    assert_int_equal(sl_workers_from(3, NULL, 8), 3);
    assert_int_equal(sl_workers_from(256, NULL, 8), 256);
    assert_int_equal(sl_workers_from(257, NULL, 8), -EINVAL);
    assert_int_equal(sl_workers_from(-2, NULL, 8), -EINVAL);
    assert_int_equal(sl_workers_from(SLEY_ALL_CPUS, NULL, 8), 8);
    assert_int_equal(sl_workers_from(SLEY_ALL_CPUS, NULL, 1), 1);
    assert_int_equal(sl_workers_from(SLEY_ALL_CPUS, NULL, 300), 256);

    assert_int_equal(sl_workers_from(0, "4", 8), 1);
    assert_int_equal(sl_workers_from(1, "4", 8), 1);
    assert_int_equal(sl_workers_from(2, "4", 8), 4);
    assert_int_equal(sl_workers_from(2, "1", 8), 1);
    assert_int_equal(sl_workers_from(SLEY_ALL_CPUS, "256", 8), 256);
    assert_int_equal(sl_workers_from(300, "4", 8), -EINVAL);
    assert_int_equal(sl_workers_from(-2, "4", 8), -EINVAL);

    assert_int_equal(sl_workers_from(2, "", 8), 2); /* as if it were not set */
    assert_int_equal(sl_workers_from(2, "0", 8), -EINVAL);
    assert_int_equal(sl_workers_from(2, "-1", 8), -EINVAL);
    assert_int_equal(sl_workers_from(2, "257", 8), -EINVAL);
    assert_int_equal(sl_workers_from(2, "99999999999999999999", 8), -EINVAL);
    assert_int_equal(sl_workers_from(2, "4x", 8), -EINVAL);
    assert_int_equal(sl_workers_from(2, "many", 8), -EINVAL);
    assert_int_equal(sl_workers_from(0, "many", 8), 1); /* it is not asked */

    assert_int_equal(unsetenv("SLEY_WORKERS"), 0);
    assert_int_equal(sl_workers_wanted(2), 2);
    assert_int_equal(sl_workers_wanted(SLEY_ALL_CPUS), sl_cpus_granted());
    assert_int_equal(setenv("SLEY_WORKERS", "7", 1), 0);
    assert_int_equal(sl_workers_wanted(2), 7);
    assert_int_equal(sl_workers_wanted(SLEY_ALL_CPUS), 7);
    assert_int_equal(sl_workers_wanted(1), 1);
}
