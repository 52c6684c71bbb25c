/* check.h: cmocka for tests that run on fibers.
 *
 * One test is one file, one process, one behaviour. The common form:
 *
 *     #include "check.h"
 *
 *     TEST_FIBER(gather_keeps_the_order)
 *     {
 *         ...
 *         CHECK(sley_gather(out, 3, coros, 0) == 0);
 *         CHECK_EQ(out[0], 1);
 *         return 0;
 *     }
 *
 * cmocka's assertions jump out of the stack with longjmp, which must not happen on a fiber. CHECK
 * records what failed and ends the function it stands in; when the loop is over the test fails
 * with the record. In a plain function called by the runner (TEST_PLAIN) both kinds work.
 *
 * The environment lets the whole suite run on another footing; sl_test_options applies it:
 *   SLEY_TEST_SIM=seed    the simulated ring
 *   SLEY_BACKEND=epoll    the ring of epoll
 *   SLEY_TEST_RING=n      rings of n entries
 *   SLEY_TEST_WORKERS=n   n workers (and SLEY_MIGRATE=1: src/sched/roam.c)
 *   SLEY_TEST_SEED=seed   of everything random in the runtime
 *   SLEY_TEST_KERNEL=5.15 what that kernel knows (older_kernel.h)
 *   SLEY_TEST_SLOW=1      a machine that is emulated: sl_test_slow
 *   SLEY_TEST_TIMED=0     one that others use, too: sl_test_timed
 * A test that makes a loop by itself passes its options through sl_test_options. */
#ifndef SL_TEST_CHECK_H
#define SL_TEST_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sley.h>

/* Any thread, any fiber. `text` is an expression's; copied. */
void sl_test_failed(const char *file, int line, const char *format, ...) SLEY_PRINTF(3, 4);
/* How many failures there are. */
unsigned sl_test_failures(void);
/* From cmocka's stack: prints the failures and fails the test if there are any. */
void sl_test_assert_clean(void);

/* The process ends as a skipped test. The reason is shown in the totals; there is no skip without
 * one. */
_Noreturn void sl_test_skip(const char *format, ...) SLEY_PRINTF(1, 2);
#define SKIP(...) sl_test_skip(__VA_ARGS__)

/* For what holds on one loop only, and why. */
#define ONE_LOOP(why)                          \
    do {                                       \
        if (sl_test_many())                    \
            SKIP("one loop only: %s", why);    \
    } while (0)
/* The reasons that many tests have. */
#define ITS_ORDER "the order of its tasks and callbacks"
#define LOCAL_KIND "local primitives, by tasks that are not pinned"

/* For the main task of a test on a virtual clock: lets all that is ready run once, as yielding does
 * on one loop; among many workers until nobody has anything to do. */
#define TURN() CHECK_EQ(sl_test_many() ? sley_sleep(sley_ns(1)) : sley_yield(), 0)

/* Among many workers: waits until the condition holds, for 10 s at most. On one loop, where what is
 * expected has happened by now: nothing. For a check that follows. */
#define SETTLE(condition)                                                        \
    do {                                                                         \
        for (int turn_ = 0; sl_test_many() && turn_ < 10000 && !(condition); turn_++) \
            sley_sleep(sley_ms(1));                                              \
    } while (0)

/* The options of a test's loop (NULL: the defaults), with what the environment wants. */
sley_options sl_test_options(const sley_options *options);
/* Does the suite run among many workers now? */
bool sl_test_many(void);
/* Does the suite run on the simulated ring now? */
bool sl_test_simulated(void);
/* Does a signal interrupt whatever waits, now and then (itimer.c)? */
bool sl_test_interrupted(void);
/* Does the suite play an older kernel now? */
bool sl_test_older(void);
/* On epoll: because the environment says so, or because io_uring is refused? */
bool sl_test_epoll(void);
/* Everything takes much longer there: a sanitizer, valgrind, an emulator, SLEY_TEST_SLOW. */
bool sl_test_slow(void);
/* Do upper bounds on time mean anything? Not where it is slow, nor where SLEY_TEST_TIMED=0 says
 * that others use the machine, too; test/run.sh does. */
bool sl_test_timed(void);
/* "valgrind" or "qemu-user" if the program runs under it (SLEY_TEST_UNDER), else NULL: for the
 * skips of tests that need the machine itself. */
const char *sl_test_under(void);
/* Of many fibers. Valgrind sees a switch only between stacks that are far apart: os/hooks.h. */
size_t sl_test_small_stack(void);
/* SLEY_TEST_<NAME> as a number, or `otherwise`. */
long sl_test_setting(const char *name, long otherwise);

/* From cmocka's stack: runs fn(NULL) as main task of a loop, fails the test with what CHECK
 * recorded, and returns the word of sley_run. */
intptr_t sl_test_run(sley_fn *fn, const sley_options *options);
intptr_t sl_test_run_arg(sley_fn *fn, void *arg, const sley_options *options);

/* ---- checks ---- */

/* Record, and end the function: of type intptr_t (or int), void, pointer. */
#define CHECK_OR_(expression, leave)                                \
    do {                                                            \
        if (!(expression)) {                                        \
            sl_test_failed(__FILE__, __LINE__, "%s", #expression);  \
            leave;                                                  \
        }                                                           \
    } while (0)
#define CHECK(expression) CHECK_OR_(expression, return -1)
#define CHECK_VOID(expression) CHECK_OR_(expression, return)
#define CHECK_NULL(expression) CHECK_OR_(expression, return NULL)
/* Record, and go on. */
#define EXPECT(expression) CHECK_OR_(expression, (void)0)

/* The same of two words that should be equal, both of which are shown. */
bool sl_test_equal(intptr_t a, intptr_t b, const char *texts, const char *file, int line);
#define SL_TEST_EQ_(a, b) \
    sl_test_equal((intptr_t)(a), (intptr_t)(b), #a " == " #b, __FILE__, __LINE__)
#define CHECK_EQ(a, b)            \
    do {                          \
        if (!SL_TEST_EQ_(a, b))   \
            return -1;            \
    } while (0)
#define CHECK_EQ_VOID(a, b)       \
    do {                          \
        if (!SL_TEST_EQ_(a, b))   \
            return;               \
    } while (0)
#define EXPECT_EQ(a, b) ((void)SL_TEST_EQ_(a, b))

bool sl_test_equal_text(const char *a, const char *b, const char *texts, const char *file,
                        int line);
#define CHECK_TEXT(a, b)                                                            \
    do {                                                                            \
        if (!sl_test_equal_text((a), (b), #a " is " #b, __FILE__, __LINE__))        \
            return -1;                                                              \
    } while (0)
#define EXPECT_TEXT(a, b) ((void)sl_test_equal_text((a), (b), #a " is " #b, __FILE__, __LINE__))

/* ---- files of one test ---- */

int sl_test_main_fiber(const char *name, sley_fn *fn, const sley_options *options);
int sl_test_main_plain(const char *name, void (*fn)(void));

/* The main task of one loop; must return 0. */
#define TEST_FIBER(name) TEST_FIBER_WITH(name, .size = sizeof(sley_options))
/* With options: TEST_FIBER_WITH(name, .virtual_clock = true) */
#define TEST_FIBER_WITH(name, ...)                                            \
    static intptr_t test_##name(void *arg);                                   \
    int main(void)                                                            \
    {                                                                         \
        return sl_test_main_fiber(#name, test_##name, &TEST_OPTIONS_(__VA_ARGS__)); \
    }                                                                         \
    static intptr_t test_##name(void *arg __attribute__((unused)))
#define TEST_OPTIONS_(...) ((sley_options){__VA_ARGS__})

/* A plain function on the thread's stack: cmocka's assertions and CHECK_VOID both work. */
#define TEST_PLAIN(name)                                  \
    static void test_##name(void);                        \
    int main(void)                                        \
    {                                                     \
        return sl_test_main_plain(#name, test_##name);    \
    }                                                     \
    static void test_##name(void)

#endif
