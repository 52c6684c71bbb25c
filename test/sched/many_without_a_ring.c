/* A runtime of many workers of which one gets no ring, or no thread: the run fails with that error,
 * whichever it is, and says what is missing; nothing has run, and nothing is lost: with memory the
 * next run does it all. */
#include "check.h"

#include "os/sys.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

enum { WORKERS = 4 };

static int (*real_ring_setup)(unsigned entries, struct io_uring_params *params);
static int (*real_epoll_new)(void), (*real_event_fd)(void);
static int (*real_thread_create)(pthread_t *thread, void *(*start)(void *), void *arg);

static _Atomic int asked, refused, ran, trial;
enum { A_RING, AN_EVENTFD, A_THREAD, WAYS };
static const char *const missing[] = {"no memory for a ring", "no descriptor left", "no thread"};
static int way;

static bool is_refused(int mine)
{
    static _Thread_local int numbered, number; /* the threads, as they ask */

    if (mine != way || !refused)
        return false;
    if (way == A_THREAD) /* one thread asks for all */
        return atomic_fetch_add(&asked, 1) >= refused - 1;
    if (numbered != trial) {
        numbered = trial;
        number = atomic_fetch_add(&asked, 1) + 1;
    }
    return number == refused;
}

static int ring_setup(unsigned entries, struct io_uring_params *params)
{
    return is_refused(A_RING) ? -ENOMEM : real_ring_setup(entries, params);
}

static int epoll_new(void)
{
    return is_refused(A_RING) ? -ENOMEM : real_epoll_new();
}

static int event_fd(void)
{
    return is_refused(AN_EVENTFD) ? -EMFILE : real_event_fd();
}

static int thread_create(pthread_t *thread, void *(*start)(void *), void *arg)
{
    return is_refused(A_THREAD) ? -EAGAIN : real_thread_create(thread, start, arg);
}

static intptr_t child(void *arg)
{
    ran++;
    CHECK_EQ(sley_yield(), 0);
    return (intptr_t)arg;
}

static intptr_t body(void *arg)
{
    sley_coro coros[8];
    intptr_t out[8];

    ran++;
    for (intptr_t i = 0; i < 8; i++)
        coros[i] = SLEY_CORO(child, (void *)i);
    CHECK_EQ(sley_gather(out, 8, coros, 0), 0);
    for (intptr_t i = 0; i < 8; i++)
        CHECK_EQ(out[i], i);
    return (intptr_t)arg;
}

static void called(void *arg)
{
    ++*(_Atomic int *)arg;
}

/* The i-th that asks is refused, again and again; then it is not. */
static void refuse(int i, int error)
{
    sley_options options = sl_test_options(&(sley_options){.workers = WORKERS});
    _Atomic int calls = 0;
    sley_loop *loop;
    sley_task *task;

    refused = i;
    asked = ran = 0;
    trial++;
    CHECK_EQ_VOID(sley_run(body, NULL, &options), error);
    CHECK_EQ_VOID(sley_error_code(sley_error_detail()), error);
    EXPECT(strstr(sley_error_text(sley_error_detail()), missing[way]) != NULL);
    CHECK_EQ_VOID(ran, 0);

    asked = 0;
    trial++;
    CHECK_EQ_VOID(sley_loop_new(&loop, &options), 0);
    task = sley_loop_create_task(loop, body, (void *)5, NULL);
    CHECK_VOID(task != NULL);
    CHECK_VOID(sley_handle_valid(sley_loop_call_soon(loop, called, &calls)));
    CHECK_EQ_VOID(sley_loop_run_until_complete(loop, sley_task_future(task)), error);
    CHECK_EQ_VOID(sley_loop_run_until_complete(loop, sley_task_future(task)), error);
    CHECK_EQ_VOID(ran, 0);
    CHECK_EQ_VOID(calls, 0);
    refused = 0;
    CHECK_EQ_VOID(sley_loop_run_until_complete(loop, sley_task_future(task)), 5);
    CHECK_EQ_VOID(ran, 9);
    for (int j = 0; j < 1000 && !calls; j++)
        CHECK_EQ_VOID(sley_loop_run_coro(loop, child, NULL), 0);
    CHECK_EQ_VOID(calls, 1);
    sley_task_drop(task);
    CHECK_EQ_VOID(sley_loop_close(loop), 0);
}

TEST_PLAIN(a_worker_without_a_ring)
{
    if (sl_test_simulated())
        SKIP("the simulated ring asks the kernel for none");
    CHECK_EQ_VOID(sley_run(body, NULL, &SLEY_OPTIONS(.workers = 2)), 0);
    real_ring_setup = sl_sys.ring_setup;
    real_epoll_new = sl_sys.epoll_new;
    real_event_fd = sl_sys.event_fd;
    real_thread_create = sl_sys.thread_create;
    sl_sys.ring_setup = ring_setup;
    sl_sys.epoll_new = epoll_new;
    sl_sys.event_fd = event_fd;
    sl_sys.thread_create = thread_create;
    for (int i = 1; i <= WORKERS; i++) {
        way = A_RING;
        refuse(i, -ENOMEM);
        way = AN_EVENTFD;
        refuse(i, -EMFILE);
        way = A_THREAD;
        if (i < WORKERS)
            refuse(i, -EAGAIN);
    }
}
