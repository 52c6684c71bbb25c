/* With sley-debug a task that suspends or ends while it holds an OS lock is reported in debug mode,
 * once for each place; without the library, or without debug mode, nothing is said.
 *
 * Built with the library (HELD=1) and without it; SLEY_TEST_DEBUG_LIBRARY=1 says that it is
 * preloaded. */
#include "check.h"

#include "../os/child.h"

#include <pthread.h>
#include <time.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER, other = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;

/* The places are functions of their own, so that their names are in the report. */
#define PLACE(name, call)                                       \
    static __attribute__((noinline)) int name(void)             \
    {                                                           \
        int rc = call;                                          \
        /* No tail call, and no two of the same code. */        \
        __asm__ volatile("/* " #name " */" : "+r"(rc));         \
        return rc;                                              \
    }
static const struct timespec far = {.tv_sec = INT32_MAX};
PLACE(place_lock, pthread_mutex_lock(&mutex))
PLACE(place_try, pthread_mutex_trylock(&mutex))
PLACE(place_timed, pthread_mutex_timedlock(&mutex, &far))
PLACE(place_clock, pthread_mutex_clocklock(&mutex, CLOCK_MONOTONIC, &far))
PLACE(place_read, pthread_rwlock_rdlock(&rwlock))
PLACE(place_write, pthread_rwlock_wrlock(&rwlock))
PLACE(place_tryread, pthread_rwlock_tryrdlock(&rwlock))
PLACE(place_trywrite, pthread_rwlock_trywrlock(&rwlock))
PLACE(place_timedread, pthread_rwlock_timedrdlock(&rwlock, &far))
PLACE(place_timedwrite, pthread_rwlock_timedwrlock(&rwlock, &far))
PLACE(place_clockread, pthread_rwlock_clockrdlock(&rwlock, CLOCK_MONOTONIC, &far))
PLACE(place_clockwrite, pthread_rwlock_clockwrlock(&rwlock, CLOCK_MONOTONIC, &far))
PLACE(place_end, pthread_mutex_lock(&other))
PLACE(place_second, pthread_mutex_lock(&other))
PLACE(place_section, pthread_mutex_lock(&other))
PLACE(quiet_lock, pthread_mutex_lock(&mutex))
PLACE(quiet_outside, pthread_mutex_lock(&other))
PLACE(quiet_busy, pthread_mutex_trylock(&mutex))

static int (*const places[])(void) = {
    place_lock,     place_try,      place_timed,     place_clock,      place_read,      place_write,
    place_tryread,  place_trywrite, place_timedread, place_timedwrite, place_clockread,
    place_clockwrite,
};
static const char *const names[] = {
    "place_lock",     "place_try",       "place_timed",      "place_clock",
    "place_read",     "place_write",     "place_tryread",    "place_trywrite",
    "place_timedread", "place_timedwrite", "place_clockread", "place_clockwrite",
};
#define PLACES (sizeof places / sizeof *places)

static intptr_t holds(void *arg)
{
    size_t i = (size_t)arg;

    CHECK_EQ(places[i](), 0);
    CHECK_EQ(sley_yield(), 0);
    CHECK_EQ(i < 4 ? pthread_mutex_unlock(&mutex) : pthread_rwlock_unlock(&rwlock), 0);
    return 0;
}

static intptr_t ends(void *arg)
{
    return place_end() + (intptr_t)arg;
}

/* Unlocked and waited for within one turn: nobody else is concerned. */
static intptr_t correct(void *arg)
{
    struct timespec at = {0};

    CHECK_EQ(quiet_lock(), 0);
    CHECK_EQ(quiet_busy(), EBUSY);
    CHECK_EQ(pthread_cond_timedwait(&cond, &mutex, &at), ETIMEDOUT);
    CHECK_EQ(pthread_mutex_unlock(&mutex), 0);
    CHECK_EQ(sley_yield(), 0);
    return (intptr_t)arg;
}

/* It lets one go and takes another: as many as before, but a new one. */
static intptr_t swaps(void *arg)
{
    CHECK_EQ(place_lock(), 0);
    CHECK_EQ(sley_yield(), 0);
    CHECK_EQ(place_second(), 0);
    CHECK_EQ(pthread_mutex_unlock(&mutex), 0);
    CHECK_EQ(sley_yield(), 0);
    CHECK_EQ(pthread_mutex_unlock(&other), 0);
    return (intptr_t)arg;
}

/* In a thread of the pool: what is taken there is not given back here. */
static intptr_t brings(void *arg)
{
    sley_blocking section = SLEY_BLOCKING_INIT;

    SLEY_BLOCKING(&section) {
        CHECK_EQ(quiet_lock(), 0);
        CHECK_EQ(pthread_mutex_unlock(&mutex), 0);
        CHECK_EQ(place_section(), 0);
    }
    CHECK_EQ(pthread_mutex_unlock(&other), 0);
    return (intptr_t)arg;
}

static intptr_t join_as(const char *name, sley_fn *fn, void *arg)
{
    /* Who locks a mutex unlocks it: of many workers each task stays at one. */
    sley_task_options options = {.name = name, .pinned = true};

    return sley_join(sley_create_task_with(fn, arg, &options));
}

static intptr_t all(void *arg)
{
    (void)arg;
    CHECK_EQ(join_as("correct", correct, NULL), 0);
    for (int round = 0; round < 3; round++)
        for (size_t i = 0; i < PLACES; i++)
            CHECK_EQ(join_as("holder", holds, (void *)i), 0);
    CHECK_EQ(join_as("ender", ends, NULL), 0);
    CHECK_EQ(pthread_mutex_unlock(&other), 0);
    CHECK_EQ(join_as("swapper", swaps, NULL), 0);
    CHECK_EQ(join_as("bringer", brings, NULL), 0);
    return 0;
}

static int in_child(void *options)
{
    return (int)sl_test_run(all, options);
}

static intptr_t correct_only(void *arg)
{
    return join_as("correct", correct, arg);
}

/* What is held before the loop runs is not its tasks' affair. */
static int holds_before(void *options)
{
    return quiet_outside() ? 1 : (int)sl_test_run(correct_only, options);
}

static unsigned count(const char *text, const char *word)
{
    unsigned n = 0;

    for (; (text = strstr(text, word)); text++)
        n++;
    return n;
}

TEST_PLAIN(an_os_lock_held_across_a_suspension_is_reported_once)
{
    static struct child child;
    sley_options options = {.debug = true};
    bool library = sl_test_setting("DEBUG_LIBRARY", HELD) != 0;
    char name[64];

    if (library != HELD && sl_test_under())
        SKIP("what is preloaded would be the emulator's");
    assert_true(child_run(&child, in_child, &options));
    assert_true(child_exited_with(&child, 0));
    EXPECT_EQ(count(child.text, "task 'holder' suspended or ended while it held an OS mutex"),
              library ? PLACES : 0);
    for (size_t i = 0; i < PLACES; i++) {
        snprintf(name, sizeof name, "locked at %s+", names[i]);
        EXPECT_EQ(count(child.text, name), library);
    }
    EXPECT_EQ(count(child.text, "task 'ender'"), library);
    EXPECT_EQ(count(child.text, "locked at place_end+"), library);
    EXPECT_EQ(count(child.text, "task 'swapper'"), library);
    EXPECT_EQ(count(child.text, "locked at place_second+"), library);
    EXPECT_EQ(count(child.text, "task 'bringer'"), library);
    EXPECT_EQ(count(child.text, "locked at place_section+"), library);
    EXPECT_EQ(count(child.text, "OS mutex"), library ? PLACES + 3 : 0);

    assert_true(child_run(&child, holds_before, &options));
    assert_true(child_exited_with(&child, 0));
    EXPECT_EQ(count(child.text, "OS mutex"), 0);

    options.debug = false;
    assert_true(child_run(&child, in_child, &options));
    assert_true(child_exited_with(&child, 0));
    EXPECT_EQ(count(child.text, "OS mutex"), 0);
}
