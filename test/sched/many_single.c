/* A single entry that is ready behind a worker that goes on with something else, or blocks in a
 * system call, is begun by another one, and so is who waits for a timer of that worker: also where
 * workers share a processor, where nobody looks round (.on_idle), and where the kernel has no tick
 * to give. */
#include "rescue.h"

#include "sched/current.h"
#include "sched/worker.h"

#include <poll.h>
#include <sys/resource.h>

static sl_atomic_u32 begun;

static int ends[2]; /* who blocks is let go by the byte of who has begun */

static intptr_t begins(void *arg)
{
    sl_store_relaxed(&begun, 1);
    CHECK_EQ(write(ends[1], "x", 1), 1);
    return (intptr_t)arg;
}

/* Computes, or blocks, until the other one has begun. */
static bool meets(bool blocks)
{
    struct pollfd readable = {.fd = ends[0], .events = POLLIN};
    int64_t end = now_ns() + INT64_C(5000000000);
    char byte;
    int rc;

    while (!blocks && !sl_load_relaxed(&begun) && now_ns() < end)
        ;
    while ((rc = poll(&readable, 1, blocks ? 4000 : 1000)) < 0 && errno == EINTR)
        ; /* by the tests' own timer */
    return rc == 1 && read(ends[0], &byte, 1) == 1;
}

/* As after many searches that found nothing: single offers wake nobody, if somebody will look. */
static void be_quiet(void)
{
    sl_store_relaxed(&sl_current()->member->quiet, 1000);
}

static intptr_t body(void *blocks)
{
    for (int i = 0; i < 20; i++) {
        sley_task *task;

        sl_store_relaxed(&begun, 0);
        CHECK_EQ(sley_sleep(sley_us(100 + 700 * (i % 7))), 0);
        be_quiet();
        CHECK((task = sley_create_task(begins, NULL)) != NULL);
        CHECK(meets(blocks));
        CHECK_EQ(sley_join(task), 0);
    }
    return 0;
}

static intptr_t nothing(void *arg)
{
    return (intptr_t)arg;
}

static intptr_t sleeps_and_blocks(void *arg)
{
    CHECK_EQ(sley_sleep(sley_ms(3)), 0);
    CHECK(meets(true));
    return (intptr_t)arg;
}

/* Its worker's timer comes due meanwhile, and anybody may fire it. */
static intptr_t timers(void *arg)
{
    for (int i = 0; i < 20; i++) {
        sley_task *hog;

        CHECK_EQ(sley_sleep(sley_us(100 + 700 * (i % 7))), 0);
        CHECK_EQ(sley_run_on(0, nothing, NULL), 0);
        CHECK((hog = sley_create_task_with(sleeps_and_blocks, NULL, &on_0)) != NULL);
        CHECK_EQ(sley_sleep(sley_ms(6)), 0);
        CHECK_EQ(begins(NULL), 0);
        CHECK_EQ(sley_join(hog), 0);
    }
    return (intptr_t)arg;
}

static void without_ticks(void)
{
    struct rlimit none = {0}, before;

    assert_int_equal(getrlimit(RLIMIT_SIGPENDING, &before), 0);
    none.rlim_max = before.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_SIGPENDING, &none), 0); /* no timer of the kernel's */
    assert_int_equal(sl_test_run(body, &(sley_options){.workers = 4}), 0);
    assert_int_equal(setrlimit(RLIMIT_SIGPENDING, &before), 0);
}

static bool on_idle(sley_loop *loop, void *arg)
{
    (void)loop, (void)arg;
    return false;
}

TEST_PLAIN(a_single_one_is_begun_by_another_worker)
{
    NEEDS_RESCUE();
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(sl_test_run(body, &(sley_options){.workers = 2}), 0);
    assert_int_equal(sl_test_run_arg(body, ends, &(sley_options){.workers = 2}), 0);
    assert_int_equal(sl_test_run(timers, &(sley_options){.workers = 2}), 0);
    assert_true(keep_one_processor());
    assert_int_equal(sl_test_run(body, &(sley_options){.workers = 4}), 0);
    assert_int_equal(sl_test_run(body, &(sley_options){.workers = 4, .on_idle = on_idle}), 0);
    assert_int_equal(sl_test_run_arg(body, ends, &(sley_options){.workers = 4}), 0);
    assert_int_equal(sl_test_run(timers, &(sley_options){.workers = 4}), 0);
    without_ticks();
    close(ends[0]);
    close(ends[1]);
}
