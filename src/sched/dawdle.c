/* Workers that dawdle: for tests (built with SL_DAWDLE: test/all.sh, dawdle). Who has made
 * something ready, or has taken it, sleeps for a moment, now and then; the others overtake it where
 * nobody would believe it. */
#include "sched/share.h"

#ifdef SL_DAWDLE
#include <unistd.h>

/* So often, then the process hurries: long tests are to end. */
#define DAWDLES 3000

void sl_dawdle(unsigned one_in)
{
    static sl_atomic_u64 calls, slept;
    struct sl_rng rng = {(uint64_t)sl_sys.clock_now() + sl_add_relaxed(&calls, 1)};

    if (sl_rng_below(&rng, one_in) == 0 && sl_add_relaxed(&slept, 1) < DAWDLES)
        usleep(sl_rng_below(&rng, 300));
}
#endif
