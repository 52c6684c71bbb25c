/* The controller: contexts that take turns, and the choices that say which. */
#include "explore.h"

#include "arch/switch.h"
#include "os/hooks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

#define STACK 65536
#define STEPS 20000 /* of one execution */
#define SCOUTS 100  /* executions before a search */
#define CHANGES 3   /* of priority, in an execution by random priorities */

struct sl_model_settings sl_model_settings = {.memory = SL_MODEL_LATE, .bound = 3, .seconds = 300};

struct context {
    void *sp;
    struct sl_hook_fiber hook;
};

static struct thread {
    struct context context;
    void (*body)(void);
    bool done;
    /* Waits while *word == value is `equal`; NULL: does not wait. */
    const uint32_t *word;
    uint32_t value;
    bool equal;
    bool timed, timed_out; /* goes on when nobody else can */
    uint64_t priority;
} threads[SL_MODEL_THREADS];

static _Alignas(64) char stacks[SL_MODEL_THREADS][STACK];
static struct context controller;
static int current = -1;
static const char *failure;
static jmp_buf *outside; /* setup or finish runs: where a failure leaves it */
bool sl_model_tracing;
static int disturbed; /* preemptions, and weak compare-and-swaps that failed */
static long steps, most_steps, changes_at[CHANGES];
struct sl_rng sl_model_rng;

/* ---- turns ---- */

int sl_model_current(void)
{
    return current;
}

static SL_NOINLINE void go(struct context *from, struct context *to, bool last)
{
    (void)last;
    sl_hook_switch(&from->hook, &to->hook, last);
    sl_arch_switch(&from->sp, to->sp, NULL);
    sl_hook_switched(&from->hook);
}

/* to -1: to the controller, who ends the execution. */
static void give_turn(int to)
{
    struct context *from = current < 0 ? &controller : &threads[current].context;
    bool last = current >= 0 && (threads[current].done || failure);

    current = to;
    go(from, to < 0 ? &controller : &threads[to].context, last);
}

static bool runnable(const struct thread *thread)
{
    if (!thread->body || thread->done)
        return false;
    return !thread->word || thread->timed_out || (*thread->word == thread->value) != thread->equal;
}

/* By priority: the running thread loses its own at the points of change. */
static unsigned by_priority(const int *options, int n)
{
    unsigned best = 0;

    for (int i = 0; current >= 0 && i < CHANGES; i++)
        if (changes_at[i] == steps)
            threads[current].priority = (uint64_t)i + 1;
    for (int i = 1; i < n; i++)
        if (threads[options[i]].priority > threads[options[best]].priority)
            best = (unsigned)i;
    return best;
}

/* Nobody can run: a timeout comes, if somebody waits with one. */
static bool time_out(void)
{
    int options[SL_MODEL_THREADS], n = 0;

    for (int i = 0; i < SL_MODEL_THREADS; i++)
        if (threads[i].body && !threads[i].done && threads[i].timed)
            options[n++] = i;
    if (n)
        threads[options[sl_model_choose((unsigned)n)]].timed_out = true;
    return n;
}

/* The threads that can run, the running one first if it may go on. */
static int candidates(int *options, bool may_go_on)
{
    bool bounded = sl_model_settings.bound <= disturbed && !sl_model_settings.random;
    int n = 0;

    if (may_go_on)
        options[n++] = current;
    for (int i = 0; i < SL_MODEL_THREADS && !(may_go_on && bounded); i++)
        if (i != current && runnable(&threads[i]))
            options[n++] = i;
    return n;
}

/* Gives the turn to a thread that can run. To prefer another one than the running thread, which
 * could go on, is a preemption. */
static void turn(bool may_go_on)
{
    int options[SL_MODEL_THREADS], n = candidates(options, may_go_on), next = -1;

    if (!n && !failure && (sl_model_flush_all() || time_out())) {
        turn(current >= 0 && runnable(&threads[current]));
        return;
    }
    if (n && sl_model_settings.random) {
        unsigned choice = by_priority(options, n);

        sl_model_chosen(choice, (unsigned)n);
        next = options[choice];
    } else if (n) {
        next = options[sl_model_choose((unsigned)n)];
    }
    if (next == current)
        return;
    disturbed += may_go_on;
    give_turn(next);
}

void sl_model_step_if(bool matters)
{
    const struct sl_model_settings *settings = &sl_model_settings;
    int options[SL_MODEL_THREADS];

    if (current < 0)
        return;
    if (++steps > STEPS)
        sl_model_fail("does not end");
    if (matters || settings->every || settings->random || settings->replay)
        turn(true);
    else
        sl_model_chosen(0, (unsigned)candidates(options, true));
}

void sl_model_step(const char *where)
{
    (void)where;
    sl_model_step_if(true);
}

void sl_model_give_way(void)
{
    for (int i = 0; i < SL_MODEL_THREADS; i++)
        if (i != current && runnable(&threads[i])) {
            if (sl_model_settings.random) /* else it would have the next turn again */
                threads[current].priority = 0;
            turn(false);
            return;
        }
}

bool sl_model_may_disturb(void)
{
    if (sl_model_settings.bound <= disturbed && !sl_model_settings.random)
        return false;
    if (!sl_model_choose(2))
        return false;
    disturbed++;
    return true;
}

void sl_model_block(const uint32_t *word, uint32_t value, bool equal)
{
    struct thread *thread = &threads[current];

    thread->word = word;
    thread->value = value;
    thread->equal = equal;
    if (!runnable(thread)) {
        sl_model_note("waits");
        turn(false);
    }
    thread->word = NULL;
}

bool sl_model_block_timed(const uint32_t *word, uint32_t value, bool equal)
{
    struct thread *thread = &threads[current];
    bool in_time;

    thread->timed = true;
    sl_model_block(word, value, equal);
    in_time = !thread->timed_out;
    thread->timed = thread->timed_out = false;
    return in_time;
}

/* ---- one execution ---- */

void sl_model_print_note(const char *format, ...)
{
    va_list arguments;

    printf("  %c  ", current < 0 ? '-' : 'A' + current);
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
}

void sl_model_fail(const char *what)
{
    if (!failure)
        failure = what;
    sl_model_note("FAILS: %s", what);
    if (current >= 0)
        give_turn(-1);
    else if (outside)
        longjmp(*outside, 1);
}

void sl_model_not_called(void)
{
    sl_model_fail("a function is called that the model does not have");
}

_Noreturn void sl_check_failed(const char *expression, const char *file, int line)
{
    static char text[256];

    snprintf(text, sizeof text, "check failed: %s, %s:%d", expression, file, line);
    if (current >= 0 || outside)
        sl_model_fail(text);
    fprintf(stderr, "%s\n", text);
    __builtin_trap();
}

static void thread_main(void *passed)
{
    (void)passed;
    sl_hook_switched(&threads[current].context.hook);
    threads[current].body();
    threads[current].done = true;
    sl_model_note("has ended");
    turn(false);
    __builtin_unreachable();
}

static void begin_threads(const struct sl_model *model)
{
    for (int i = 0; i < SL_MODEL_THREADS; i++) {
        struct thread *thread = &threads[i];
        char *top = stacks[i] + STACK;
        static bool made[SL_MODEL_THREADS];

        if (!made[i]) {
            sl_hook_fiber_made(&thread->context.hook, stacks[i], STACK);
            made[i] = true;
        }
        sl_hook_unpoison(stacks[i], STACK); /* the last run may have been left in mid-call */
        thread->body = model->threads[i];
        thread->done = false;
        thread->word = NULL;
        thread->timed = thread->timed_out = false;
        thread->priority = CHANGES + (sl_rng_next(&sl_model_rng) >> 8);
        sl_arch_outermost_at(top);
        thread->context.sp = sl_arch_prepare(top, thread_main);
    }
    for (int i = 0; i < CHANGES; i++)
        changes_at[i] = 1 + sl_rng_below(&sl_model_rng, (uint32_t)most_steps + 1);
}

/* Setup or finish, which a failure ends as well. */
static void call_outside(void (*function)(void))
{
    jmp_buf place;

    if (setjmp(place) == 0) {
        outside = &place;
        function();
    }
    outside = NULL;
}

static void execute(const struct sl_model *model)
{
    disturbed = 0;
    steps = 0;
    failure = NULL;
    sl_model_choices_again();
    sl_model_access_reset();
    sl_model_block_reset();
    call_outside(model->setup);
    if (failure)
        return;
    begin_threads(model);
    turn(false);
    for (int i = 0; !failure && i < SL_MODEL_THREADS; i++)
        if (threads[i].body && !threads[i].done)
            sl_model_fail("nobody can run: a wake-up was lost");
    for (int i = 0; !failure && i < SL_MODEL_THREADS; i++)
        sl_model_flush(i);
    if (!failure && model->finish)
        call_outside(model->finish);
    if (steps > most_steps)
        most_steps = steps;
}

/* ---- all of them ---- */

static double seconds_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* A few executions by random priorities, to find most of the words that matter before the search,
 * which begins anew for each that it finds. Whatever fails here the search will find, or it lies
 * beyond the bound. */
static void find_words(const struct sl_model *model)
{
    sl_model_settings.random = true;
    for (int i = 0; i < SCOUTS; i++)
        execute(model);
    sl_model_settings.random = false;
    (void)sl_model_words_grown();
}

void sl_model_explore(const struct sl_model *model, struct sl_model_outcome *outcome)
{
    const struct sl_model_settings *settings = &sl_model_settings;
    double began = seconds_now();
    bool more = true;

    sl_hook_fiber_adopted(&controller.hook);
    *outcome = (struct sl_model_outcome){0};
    sl_model_tracing = false;
    most_steps = 0;
    sl_model_rng.state = settings->seed;
    sl_model_words_begin();
    if (!settings->random && !settings->replay && !settings->torn) /* these fail soon */
        find_words(model);
    sl_model_tracing = settings->trace;
    sl_model_choices_begin();
    while (more) {
        execute(model);
        outcome->failure = failure;
        outcome->executions++;
        outcome->steps += steps;
        if (failure)
            break;
        if (settings->random || settings->replay)
            more = settings->random && outcome->executions < settings->runs;
        else if (sl_model_words_grown())
            sl_model_choices_begin();
        else
            more = sl_model_choices_next();
        if (outcome->executions % 256 == 0 && seconds_now() - began > settings->seconds)
            break;
    }
    outcome->complete = !more && !settings->random && !settings->replay;
    outcome->seconds = seconds_now() - began;
}
