/* A seed is a schedule: the sequence is splitmix64's (the reference values are its authors'), and
 * numbers below n cover all of 0 ... n - 1. */
#include "check.h"

#include "base/rng.h"

TEST_PLAIN(the_generator_is_splitmix64)
{
    static const uint64_t wanted[] = {
        6457827717110365317u, 3203168211198807973u,  9817491932198370423u,
        4593380528125082431u, 16408922859458223821u,
    };
    struct sl_rng rng = {1234567};
    unsigned seen = 0;

    for (int i = 0; i < 5; i++)
        assert_true(sl_rng_next(&rng) == wanted[i]);
    for (int i = 0; i < 1000; i++) {
        uint32_t n = sl_rng_below(&rng, 7);

        assert_true(n < 7);
        seen |= 1u << n;
    }
    assert_int_equal(seen, 127);
    assert_int_equal(sl_rng_below(&rng, 1), 0);
}
