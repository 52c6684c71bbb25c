/* Who keeps a worker for long is reported, by name, with its frames: meanwhile, one that computes,
 * and one that sits in a system call; for how long; no more than five a minute; also if all are
 * stuck. */
#include "rescue.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

static char text[65536];
enum { LONG_MS = 20 };
static int keeps_ms, blocks_ms; /* much longer than it takes somebody to look */

/* However much of a processor others leave. */
static int64_t processor_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

__attribute__((noinline)) static void busy_function(void)
{
    int64_t end = processor_ns() + keeps_ms * 1000000;

    while (processor_ns() < end)
        compute(1);
    __asm__ volatile(""); /* no tail call */
}

static intptr_t computes(void *arg)
{
    busy_function();
    return (intptr_t)arg;
}

static intptr_t blocks(void *arg)
{
    CHECK_EQ(poll(NULL, 0, blocks_ms), 0);
    return (intptr_t)arg;
}

static intptr_t body(void *arg)
{
    sley_task_options hog = {.pinned = true, .worker = 0, .name = "hog"};
    sley_task_options blocker = {.pinned = true, .worker = 0, .name = "blocker"};

    (void)arg;
    CHECK_EQ(sley_join(sley_create_task_with(computes, NULL, &hog)), 0);
    CHECK_EQ(sley_join(sley_create_task_with(blocks, NULL, &blocker)), 0);
    for (int i = 0; i < 5; i++)
        CHECK_EQ(sley_join(sley_create_task_with(computes, NULL, &hog)), 0);
    return 0;
}

static size_t count(const char *what)
{
    size_t n = 0;

    for (const char *at = text; (at = strstr(at, what)); at++)
        n++;
    return n;
}

static void run(sley_fn *main_fn)
{
    sley_options options = {
        .size = sizeof options, .workers = 2, .slow_callback = sley_ms(LONG_MS)};
    FILE *file = tmpfile();
    int before = dup(STDERR_FILENO);

    assert_non_null(file);
    memset(text, 0, sizeof text);
    assert_true(dup2(fileno(file), STDERR_FILENO) >= 0);
    assert_int_equal(sley_run(main_fn, NULL, &options), 0);
    assert_true(dup2(before, STDERR_FILENO) >= 0);
    assert_true(pread(fileno(file), text, sizeof text - 1, 0) > 0);
    fputs(text, stderr);
    fclose(file);
    close(before);
}

static void reports(void)
{
    keeps_ms = sl_test_timed() ? 150 : 300;
    blocks_ms = sl_test_timed() ? 150 : 1500;
    run(body);
    assert_int_equal(count("sley: worker 0: task 'hog', computes has computed for "), 4);
    assert_int_equal(count("sley: worker 0: task 'blocker', blocks has blocked in a system "), 1);
    assert_int_equal(count("no more of these"), 1); /* there were six */
    assert_true(count("from busy_function") >= 1);
    assert_true(count("from computes") >= 1);
    assert_true(count("from blocks") >= 1);
    assert_int_equal(count("sl_task_main") + count("sl_switch_entry"), 0); /* not the program's */
}

/* All are stuck at once: no worker is there to look. */
static intptr_t all_compute(void *arg)
{
    sley_task_options hogs[] = {{.pinned = true, .worker = 0, .name = "hog 0"},
                                {.pinned = true, .worker = 1, .name = "hog 1"}};
    sley_task *tasks[2];

    for (int i = 0; i < 2; i++)
        tasks[i] = sley_create_task_with(computes, NULL, &hogs[i]);
    for (int i = 0; i < 2; i++)
        CHECK_EQ(sley_join(tasks[i]), 0);
    return (intptr_t)arg;
}

static void reports_of_all(void)
{
    run(all_compute);
    assert_int_equal(count("sley: worker 0: task 'hog 0', computes has computed for "), 1);
    assert_int_equal(count("sley: worker 1: task 'hog 1', computes has computed for "), 1);
    assert_int_equal(count("from busy_function"), 2);
}

static intptr_t all_block(void *arg)
{
    sley_task_options blockers[] = {{.pinned = true, .worker = 0, .name = "blocker 0"},
                                    {.pinned = true, .worker = 1, .name = "blocker 1"}};
    sley_task *tasks[2];

    for (int i = 0; i < 2; i++)
        tasks[i] = sley_create_task_with(blocks, NULL, &blockers[i]);
    for (int i = 0; i < 2; i++)
        CHECK_EQ(sley_join(tasks[i]), 0);
    return (intptr_t)arg;
}

static void reports_of_all_that_block(void)
{
    run(all_block);
    assert_int_equal(count("sley: worker 0: task 'blocker 0', blocks has blocked in a system "), 1);
    assert_int_equal(count("sley: worker 1: task 'blocker 1', blocks has blocked in a system "), 1);
    assert_int_equal(count("from blocks"), 2);
}

static intptr_t computes_for(void *ms)
{
    compute((intptr_t)ms);
    return 0;
}

/* Who is asked goes on soon after; and the next one is late, too, when the answer is read. The last
 * one is reported however little of a processor there is. */
static intptr_t just_too_long(void *arg)
{
    for (intptr_t ms = LONG_MS; ms < LONG_MS + 8; ms++) {
        CHECK_EQ(sley_join(sley_create_task_with(computes_for, (void *)ms, &on_0)), 0);
        CHECK_EQ(sley_join(sley_create_task_with(computes_for, (void *)(intptr_t)6, &on_0)), 0);
    }
    CHECK_EQ(sley_join(sley_create_task_with(computes, NULL, &on_0)), 0);
    return (intptr_t)arg;
}

static void how_long(void)
{
    long ms;

    run(just_too_long);
    for (const char *at = text; (at = strstr(at, "has computed for ")); at++) {
        assert_int_equal(sscanf(at, "has computed for %ld ms", &ms), 1);
        assert_true(ms >= LONG_MS);
    }
}

static intptr_t blocks_once(void *arg)
{
    CHECK_EQ(sley_join(sley_create_task_with(blocks, NULL, &on_0)), 0);
    return (intptr_t)arg;
}

/* As daemons do, whose /proc is then root's: nobody says where it stands. */
static void as_another_user(void)
{
    pid_t child = fork();
    int status;

    assert_true(child >= 0);
    if (child == 0) {
        assert_int_equal(setuid(65534), 0);
        run(blocks_once);
        _exit(count(", blocks has blocked in a system ") == 1 ? 0 : 3);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

TEST_PLAIN(who_keeps_a_worker_is_reported)
{
    NEEDS_RESCUE();
    if (sl_test_interrupted())
        SKIP("nothing blocks for long");
    reports();
    if (sl_test_timed()) /* where others compute, ticks are few */
        reports_of_all();
    reports_of_all_that_block();
    how_long();
    if (geteuid() == 0)
        as_another_user();
    assert_true(keep_one_processor());
    reports();
}
