/* What the library asks of the kernel, asked by the library's own code: the table of system calls
 * listens. */
#include "doctor/finding.h"

#include "fiber/stack.h"
#include "os/kick.h"
#include "os/plain.h"
#include "os/sys.h"

#include <stdio.h>
#include <unistd.h>

static struct sl_sys real;

/* ---- guards ---- */

static bool protects;

static int listen_to_protect(void *memory, size_t bytes, int protection)
{
    protects = true;
    return real.protect(memory, bytes, protection);
}

void doctor_look_at_guards(void)
{
    static struct sl_stacks stacks;
    const char *subject = "guards";
    int64_t maps = sl_plain_number("/proc/sys/vm/max_map_count");
    unsigned class = (unsigned)sl_stack_class_of((size_t)256 << 10);
    struct sl_stack *stack;

    if (sl_stacks_promise(&stacks, class) < 0) {
        doctor_lacks(DOCTOR_STOPS, subject, "no task can be made.",
                     "Raise RLIMIT_AS (ulimit -v); see vm.overcommit_memory.",
                     "there is no address space for a slab of stacks (64 MiB).");
        return;
    }
    real = sl_sys;
    sl_sys.protect = listen_to_protect;
    stack = sl_stacks_bind(&stacks, class);
    sl_sys.protect = real.protect;
    if (stack->canary)
        doctor_lacks(DOCTOR_LACKS, subject,
                     "a stack that overflows is noticed when its task ends, not when it happens.",
                     "Raise sysctl vm.max_map_count; Linux 6.13 needs no mappings for guards.",
                     "no page below a stack can be protected: a word there must do.");
    else if (protects)
        doctor_lacks(DOCTOR_LACKS, subject,
                     "each guard splits a mapping; stacks beyond the limit have a canary only.",
                     "Linux 6.13, or raise sysctl vm.max_map_count.",
                     "guards are made by mprotect; vm.max_map_count (%jd) is enough for about %jd "
                     "stacks.", (intmax_t)maps, (intmax_t)maps / 2);
    else
        doctor_good(subject, "they stand in the page tables and use up no mappings.");
    sl_stacks_give(&stacks, stack);
    sl_stacks_close(&stacks);
}

/* ---- rescue ---- */

static bool ignore(bool ticks, uintptr_t pc)
{
    (void)pc;
    return ticks;
}

void doctor_look_at_rescue(void)
{
    const char *subject = "rescue", *cost = "a fiber that computes keeps its worker's I/O waiting.";
    int signal = sl_kick_default();
    timer_t tick;

    if (sl_kick_begin(signal, ignore) < 0) {
        doctor_lacks(DOCTOR_LACKS, subject, cost, "Another signal: .rescue_signal.",
                     "signal %d cannot be caught.", signal);
        return;
    }
    if (sl_kick_tick_begin(&tick, signal, 4000000) < 0) {
        doctor_lacks(DOCTOR_LACKS, subject,
                     "a fiber that computes while all others sleep is found late.",
                     "Allow timer_create on CLOCK_THREAD_CPUTIME_ID; raise RLIMIT_SIGPENDING.",
                     "there are no timers on a thread's processor time.");
    } else {
        sl_kick_tick_end(tick);
        doctor_good(subject, "a worker that computes can be told by signal %d to turn its ring.",
                    signal);
    }
    sl_kick_end(signal);
}

/* ---- frames ---- */

void doctor_look_at_frames(void)
{
    char path[64], text[256];

    snprintf(path, sizeof path, "/proc/self/task/%d/syscall", (int)gettid());
    if (sl_plain_text(path, text, sizeof text) > 0)
        doctor_good("frames", "where a blocked fiber stands can be read and reported.");
    else
        doctor_lacks(DOCTOR_LACKS, "frames", "blocked fibers are reported without frames.",
                     "Mount /proc; do not run set-uid.",
                     "/proc/self/task/*/syscall cannot be read.");
}
