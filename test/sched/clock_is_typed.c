/* Durations and instants are types of their own, and saturate instead of wrapping. */
#include "check.h"

_Static_assert(_Generic(sley_ms(1), sley_duration: 1, default: 0), "a duration");
_Static_assert(_Generic(SLEY_FOREVER, sley_duration: 1, default: 0), "a duration");
_Static_assert(_Generic(SLEY_NEVER, sley_instant: 1, default: 0), "an instant");
_Static_assert(!__builtin_types_compatible_p(sley_duration, int64_t), "no number");
_Static_assert(!__builtin_types_compatible_p(sley_duration, sley_instant), "not each other");
_Static_assert(__builtin_types_compatible_p(__typeof__(sley_sleep), int(sley_duration)),
               "a bare number does not compile");

TEST_PLAIN(time_saturates)
{
    sley_instant now = sley_time();

    assert_true(sley_s(1).ns == 1000000000 && sley_us(3).ns == 3000 && sley_ns(5).ns == 5);
    assert_true(sley_s(INT64_MAX / 2).ns == INT64_MAX);
    assert_true(sley_s(INT64_MIN / 2).ns == INT64_MIN);
    assert_true(sley_instant_add(now, SLEY_FOREVER).ns == SLEY_NEVER.ns);
    assert_true(sley_instant_add(now, sley_ns(INT64_MAX - 1)).ns == INT64_MAX);
    assert_true(sley_instant_add((sley_instant){INT64_MIN + 5}, sley_ns(-10)).ns == INT64_MIN);
    assert_true(sley_instant_sub(sley_instant_add(now, sley_ms(7)), now).ns == 7000000);
    assert_true(sley_time().ns >= now.ns); /* also outside of a loop */
}
