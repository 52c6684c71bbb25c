#include "check.h"

#include "older_kernel.h"

#include <linux/io_uring.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { SKIPPED = 77, STOPPED = 76, FAILURES_SHOWN = 50, TEXT_MAX = 400 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char shown[FAILURES_SHOWN][TEXT_MAX];
static unsigned failures;

void sl_test_failed(const char *file, int line, const char *format, ...)
{
    char text[TEXT_MAX];
    va_list list;
    int n = snprintf(text, sizeof text, "%s:%d: ", file, line);

    va_start(list, format);
    if (n >= 0 && n < TEXT_MAX)
        vsnprintf(text + n, sizeof text - (size_t)n, format, list);
    va_end(list);
    pthread_mutex_lock(&lock);
    if (failures < FAILURES_SHOWN)
        strcpy(shown[failures], text);
    failures++;
    pthread_mutex_unlock(&lock);
    /* At once, too: the test may hang afterwards. */
    fprintf(stderr, "CHECK failed: %s\n", text);
    /* Under a fault (faults.py) checks fail for good reasons, and a test that leaves by its middle
     * may leave tasks that still use its frame: no judgement beyond this point. */
    if (getenv("SLEY_TEST_FAULT")) {
        fflush(NULL);
        _exit(STOPPED);
    }
}

unsigned sl_test_failures(void)
{
    pthread_mutex_lock(&lock);
    unsigned n = failures;
    pthread_mutex_unlock(&lock);
    return n;
}

void sl_test_assert_clean(void)
{
    unsigned n = sl_test_failures();

    for (unsigned i = 0; i < n && i < FAILURES_SHOWN; i++)
        print_error("%s\n", shown[i]);
    if (n > 0)
        fail_msg("%u checks failed", n);
}

_Noreturn void sl_test_skip(const char *format, ...)
{
    va_list list;

    va_start(list, format);
    printf("SKIP: ");
    vprintf(format, list);
    printf("\n");
    va_end(list);
    fflush(NULL);
    _exit(failures ? 1 : SKIPPED);
}

bool sl_test_equal(intptr_t a, intptr_t b, const char *texts, const char *file, int line)
{
    if (a == b)
        return true;
    const char *name_a = a < 0 ? sley_error_name(a) : NULL;
    const char *name_b = b < 0 ? sley_error_name(b) : NULL;

    sl_test_failed(file, line, "%s: %jd%s%s, %jd%s%s", texts, (intmax_t)a, name_a ? " " : "",
                   name_a ? name_a : "", (intmax_t)b, name_b ? " " : "", name_b ? name_b : "");
    return false;
}

bool sl_test_equal_text(const char *a, const char *b, const char *texts, const char *file, int line)
{
    if (a == b || (a && b && strcmp(a, b) == 0))
        return true;
    sl_test_failed(file, line, "%s: \"%s\", \"%s\"", texts, a ? a : "(null)", b ? b : "(null)");
    return false;
}

long sl_test_setting(const char *name, long otherwise)
{
    char full[64];

    snprintf(full, sizeof full, "SLEY_TEST_%s", name);
    const char *text = getenv(full);
    return text && *text ? strtol(text, NULL, 0) : otherwise;
}

bool sl_test_simulated(void)
{
    return sl_test_setting("SIM", 0) != 0;
}

bool sl_test_epoll(void)
{
    const char *backend = getenv("SLEY_BACKEND");
    struct io_uring_params params = {0};
    int ring;

    if (backend && *backend)
        return strcmp(backend, "epoll") == 0;
    ring = (int)syscall(__NR_io_uring_setup, 1, &params);
    if (ring >= 0)
        close(ring);
    return ring < 0;
}

bool sl_test_many(void)
{
    return sl_test_setting("WORKERS", 1) > 1;
}

bool sl_test_interrupted(void)
{
    const char *preloaded = getenv("LD_PRELOAD");

    return preloaded && strstr(preloaded, "libitimer");
}

bool sl_test_older(void)
{
    return getenv("SLEY_TEST_KERNEL") != NULL;
}

bool sl_test_slow(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
    return true;
#endif
#endif
    return sl_test_under() || sl_test_setting("SLOW", 0);
}

bool sl_test_timed(void)
{
    return !sl_test_slow() && sl_test_setting("TIMED", 1);
}

const char *sl_test_under(void)
{
    const char *name = getenv("SLEY_TEST_UNDER");

    return name && *name ? name : NULL;
}

size_t sl_test_small_stack(void)
{
    const char *under = sl_test_under();

    return under && !strcmp(under, "valgrind") ? 256 << 10 : 16 << 10;
}

sley_options sl_test_options(const sley_options *given)
{
    sley_options options;
    long seed = sl_test_setting("SIM", 0), entries = sl_test_setting("RING", 0);
    long workers = sl_test_setting("WORKERS", 0);

    memset(&options, 0, sizeof options);
    if (given)
        options = *given;
    options.size = sizeof options;
    if (seed) {
        options.simulated_ring = true;
        if (!options.seed)
            options.seed = (uint64_t)seed;
    }
    if (entries && !options.ring_entries)
        options.ring_entries = (unsigned)entries;
    if (workers && !options.workers)
        options.workers = (int)workers;
    if (!options.seed)
        options.seed = (uint64_t)sl_test_setting("SEED", 0);
    if (!options.slow_callback.ns && sl_test_slow()) /* a report opens files */
        options.slow_callback = sley_s(600);
    return options;
}

intptr_t sl_test_run_arg(sley_fn *fn, void *arg, const sley_options *given)
{
    sley_options options = sl_test_options(given);
    intptr_t word = sley_run(fn, arg, &options);

    sl_test_assert_clean();
    return word;
}

intptr_t sl_test_run(sley_fn *fn, const sley_options *options)
{
    return sl_test_run_arg(fn, NULL, options);
}

/* ---- files of one test ---- */

static sley_fn *the_fiber;
static void (*the_plain)(void);
static const sley_options *the_options;

static void run_fiber(void **state)
{
    (void)state;
    intptr_t word = sl_test_run(the_fiber, the_options);
    if (word != 0) {
        const char *name = sley_error_name(word);
        fail_msg("the main task returned %jd %s", (intmax_t)word, name ? name : "");
    }
}

static void run_plain(void **state)
{
    (void)state;
    the_plain();
    sl_test_assert_clean();
}

static int run_one(const char *name, CMUnitTestFunction function)
{
    const struct CMUnitTest tests[] = {{name, function, NULL, NULL, NULL}};

    sl_test_older_kernel();
    return cmocka_run_group_tests_name(name, tests, NULL, NULL);
}

int sl_test_main_fiber(const char *name, sley_fn *fn, const sley_options *options)
{
    the_fiber = fn;
    the_options = options;
    return run_one(name, run_fiber);
}

int sl_test_main_plain(const char *name, void (*fn)(void))
{
    the_plain = fn;
    return run_one(name, run_plain);
}
