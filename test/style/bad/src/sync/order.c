/* expect: order 5 */
#include "base/atomic.h"

void f(sl_atomic_u32 *word)
{
    sl_load_acquire(word);
    sl_store_release(word, 1);
    sl_cas_weak_acq_rel(word, 0, 0);
    sl_shared_load_acquire(word);
    sl_fence_seq_cst();
    sl_load_relaxed(word);
    sl_signal_fence();
}
