/* What the library asks of the kernel, asked by the library's own code: the table of system calls
 * listens. */
#include "doctor/finding.h"

#include "fiber/stack.h"
#include "os/kick.h"
#include "os/plain.h"
#include "os/sys.h"
#include "ring/uring.h"

#include <sley/error.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct sl_sys real;
static unsigned features; /* of the ring that was set up last */

static int listen_to_setup(unsigned entries, struct io_uring_params *params)
{
    int rc = real.ring_setup(entries, params);

    if (rc >= 0)
        features = params->features;
    return rc;
}

/* ---- a ring that is refused ---- */

static const struct {
    unsigned bit;
    const char *name;
} feature_names[] = {
    {IORING_FEAT_SINGLE_MMAP, "SINGLE_MMAP (5.4)"},
    {IORING_FEAT_NODROP, "NODROP (5.5)"},
    {IORING_FEAT_SUBMIT_STABLE, "SUBMIT_STABLE (5.5)"},
    {IORING_FEAT_RW_CUR_POS, "RW_CUR_POS (5.6)"},
    {IORING_FEAT_FAST_POLL, "FAST_POLL (5.7)"},
    {IORING_FEAT_EXT_ARG, "EXT_ARG (5.11)"},
    {IORING_FEAT_RSRC_TAGS, "RSRC_TAGS (5.13)"},
};

static bool is_filtered(void)
{
    char text[4096], *row;

    return sl_plain_text("/proc/self/status", text, sizeof text) > 0 &&
           (row = strstr(text, "\nSeccomp:")) && strtol(row + strlen("\nSeccomp:"), NULL, 10) > 0;
}

/* A ring could be set up, and lacks something: what? */
static void name_what_lacks(char *text, size_t size)
{
    struct io_uring_params params = {.flags = SL_SETUP_BASE, .cq_entries = 16};
    uint8_t operation;
    int fd, n = 0;

    text[0] = 0;
    for (size_t i = 0; i < sizeof feature_names / sizeof *feature_names && n < (int)size; i++)
        if (SL_FEAT_NEEDED & ~features & feature_names[i].bit)
            n += snprintf(text + n, size - (size_t)n, " %s", feature_names[i].name);
    fd = real.ring_setup(4, &params);
    if (fd < 0)
        return;
    if (sl_kernel_probe(fd, &operation) < 0 && n < (int)size)
        snprintf(text + n, size - (size_t)n, " operation %u", operation);
    sl_sys.close(fd);
}

static void refused(const struct sl_ring *ring, int rc)
{
    bool replaced = rc == -SLEY_ENOURING; /* sched/backend.c */
    const char *remedy;
    char lacks[200] = "";
    int64_t sysctl = sl_plain_number("/proc/sys/kernel/io_uring_disabled");

    if (features)
        name_what_lacks(lacks, sizeof lacks);
    if (!replaced)
        remedy = "See what is said of memory and descriptors here.";
    else if (sysctl > 0)
        remedy = "sysctl kernel.io_uring_disabled=0, or join the group kernel.io_uring_group.";
    else if (is_filtered())
        remedy = "Let the container's seccomp profile allow io_uring_setup, io_uring_enter and "
                 "io_uring_register.";
    else
        remedy = "A kernel from 5.13 on, better 6.1, built with CONFIG_IO_URING; no security "
                 "module that refuses it.";
    doctor_lacks(replaced ? DOCTOR_LACKS : DOCTOR_STOPS, "io_uring",
                 replaced ? "epoll is used: a system call for each operation, threads for files."
                          : "sley_run answers this error.",
                 remedy, "%s (%s)%s%s%s.", ring->refusal,
                 sley_strerror(rc), is_filtered() ? "; this process is under a seccomp filter" : "",
                 *lacks ? "; what is missing:" : "", lacks);
}

/* ---- a ring that works ---- */

static void flag(bool has, const char *subject, const char *says, const char *cost,
                 const char *remedy)
{
    if (has)
        doctor_good(subject, "%s", says);
    else
        doctor_lacks(DOCTOR_LACKS, subject, cost, remedy, "this kernel has none.");
}

static void accepted(const struct sl_ring *ring)
{
    const struct uring *uring = ring->state;

    doctor_good("io_uring", "a ring can be made, and answers.");
    flag(uring->setup_flags & IORING_SETUP_DEFER_TASKRUN, "deferred work",
         "completions are made when the loop asks for them, all at once.",
         uring->setup_flags & IORING_SETUP_COOP_TASKRUN
             ? "completions come one by one, at the next system call; more of them a request."
             : "each completion interrupts the thread: more processor time for each request.",
         "Linux 6.1.");
    flag(uring->registered, "registered rings", "the kernel finds the ring without a look into the "
         "table of descriptors.", "about 50 ns for each system call.", "Linux 5.18.");
    flag(uring->cancels_by_fd, "cancels by descriptor",
         "closing cancels what a descriptor has in flight; receives wait before they try, accepts "
         "go on.", "each operation stands in a list, each accept and receive is one more attempt.",
         "Linux 5.19.");
    flag(uring->enter_flags & SL_ENTER_NO_IOWAIT, "idle waits",
         "a loop that waits does not count as waiting for a disk.",
         "an idle loop shows as iowait, and its processor sleeps less deeply.", "Linux 6.15.");
}

void doctor_look_at_io_uring(void)
{
    struct sl_ring ring;
    int rc;

    real = sl_sys;
    sl_sys.ring_setup = listen_to_setup;
    /* A small one: what it had comes back late, and how many are possible is asked next. */
    rc = sl_ring_open(&ring, &sl_ring_uring, 8, 1);
    sl_sys.ring_setup = real.ring_setup;
    if (rc < 0) {
        refused(&ring, rc);
        return;
    }
    accepted(&ring);
    sl_ring_close(&ring);
}

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
