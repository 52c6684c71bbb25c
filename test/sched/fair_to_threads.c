/* What other threads send waits for few slow turns, not for 64, though the loop itself waits for
 * nothing: neither for its ring, nor for a timer. */
#include "check.h"

#include "base/atomic.h"

#include <pthread.h>

enum { ROUNDS = 10, FIRST = 200 };

static sl_atomic_u32 yields, heard_at, heard;
static uint32_t late;
static sley_loop *loop;

static void hear(void *arg)
{
    (void)arg;
    sl_store_relaxed(&heard_at, sl_load_relaxed(&yields));
    sl_store_release(&heard, sl_load_relaxed(&heard) + 1); /* pairs with the load in sends */
}

static void *sends(void *arg)
{
    while (sl_load_relaxed(&yields) < FIRST) /* until it is known how slow turns are */
        sched_yield();
    for (uint32_t i = 1; i <= ROUNDS; i++) {
        uint32_t sent_at, at;

        EXPECT_EQ(sley_loop_call_soon_threadsafe(loop, hear, NULL), 0);
        sent_at = sl_load_relaxed(&yields);
        while (sl_load_acquire(&heard) < i) /* pairs with the store in hear */
            sched_yield();
        at = sl_load_relaxed(&heard_at);
        late += at > sent_at ? at - sent_at : 0;
    }
    return arg;
}

TEST_FIBER(threads_wait_for_few_slow_turns)
{
    ONE_LOOP("its pass");
    pthread_t thread;

    loop = sley_get_running_loop();
    CHECK_EQ(pthread_create(&thread, NULL, sends, NULL), 0);
    while (sl_load_relaxed(&heard) < ROUNDS) {
        for (int64_t until = sley_time().ns + 500000; sley_time().ns < until;)
            ;
        CHECK_EQ(sley_yield(), 0);
        sl_store_relaxed(&yields, sl_load_relaxed(&yields) + 1);
    }
    pthread_join(thread, NULL);
    CHECK(late <= ROUNDS * 8);
    return 0;
}
