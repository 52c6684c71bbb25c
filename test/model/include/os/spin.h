/* The shipped os/spin.h, in which a turn of waiting is the explorer's: the thread goes on when
 * another one has written to the word that it looked at last. Else a thread that waits would be
 * followed through every number of turns. */
#include "base/atomic.h"
#include "explore.h"

#undef sl_cpu_relax
#define sl_cpu_relax() sl_model_spin()
#include_next "os/spin.h"
#undef sl_cpu_relax
#define sl_cpu_relax() ((void)0)
