/* A plain thread completes a future while the worker sleeps: how long until the fiber runs.
 *
 *     micro-wake [--workers N] [--apart] [--call-soon] [COUNT]     prints the latencies
 *
 * Thread and worker share a processor, or have one each (--apart). The thread calls
 * sley_future_set_result itself, or has the loop call it (--call-soon). */
#include "micro.h"
#include "waker.h"

#include <errno.h>

enum { COUNT_MAX = 1000000 };

static struct waker waker;
static sley_loop *loop;
static int64_t late[COUNT_MAX];
static long count;
static atomic_long completed; /* whose references the thread has given back */

static void complete(void *future)
{
    if (sley_future_set_result(future, 42) < 0)
        abort();
    sley_future_drop(future);
    atomic_fetch_add(&completed, 1);
}

static void complete_in_loop(void *future)
{
    if (sley_loop_call_soon_threadsafe(loop, complete, future) < 0)
        abort();
}

static intptr_t run(void *arg)
{
    (void)arg;
    loop = sley_get_running_loop();
    for (long i = 0; i < count; i++) {
        sley_future *future = sley_future_new();
        if (future == NULL)
            return -ENOMEM;
        atomic_store(&waker.target, sley_future_ref(future)); /* the thread's own reference */
        intptr_t result = sley_await(future);
        late[i] = clock_now_ns() - atomic_load(&waker.rang);
        sley_future_drop(future);
        if (result != 42 || late[i] < 0)
            return result < 0 ? result : sley_raise(-1001, "woken with %ld", (long)result);
    }
    while (atomic_load(&completed) < count) /* before the loop may be closed */
        sley_sleep(sley_us(100));
    print_latencies(late, count);
    return 0;
}

int main(int argc, char **argv)
{
    long workers = micro_option(&argc, argv, "--workers", 1);
    waker.apart = micro_flag(&argc, argv, "--apart");
    waker.ring = micro_flag(&argc, argv, "--call-soon") ? complete_in_loop : complete;
    count = argc == 2 ? atol(argv[1]) : 5000;
    if (count < 1 || count > COUNT_MAX)
        return 2;
    waker_start(&waker);
    int status = micro_run("micro-wake", workers, run, NULL);
    waker_join(&waker);
    return status;
}
