/* Rings: which kind is wanted, can it be had, and what does it lack? */
#include "doctor/finding.h"

#include "os/plain.h"
#include "os/sys.h"
#include "ring/uring.h"
#include "sched/worker.h"

#include <sley/error.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EPOLL_COSTS "epoll is used: a system call for each operation, threads for files."

static struct sl_sys real;
static unsigned features; /* of the ring that was set up last */
static const struct sl_ring_class *wanted; /* by the environment; NULL: it leaves it open */

static int listen_to_setup(unsigned entries, struct io_uring_params *params)
{
    int rc = real.ring_setup(entries, params);

    if (rc >= 0)
        features = params->features;
    return rc;
}

/* ---- what is wanted ---- */

void doctor_look_at_backend(void)
{
    const sley_options open = {.size = sizeof open};
    const char *wrong = sl_backend_wanted(&open, &wanted);

    if (wrong)
        doctor_lacks(DOCTOR_STOPS, "backend", "a program that does not choose one gets -EINVAL.",
                     "Unset SLEY_BACKEND.", "%s.", wrong);
    else if (wanted == &sl_ring_epoll)
        doctor_lacks(DOCTOR_LACKS, "backend", EPOLL_COSTS, "Unset SLEY_BACKEND.",
                     "SLEY_BACKEND is \"epoll\".");
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

static const char *remedy_of(int rc)
{
    if (rc == -ENOMEM)
        return DOCTOR_RAISE_MEMLOCK;
    if (rc == -EMFILE || rc == -ENFILE)
        return DOCTOR_RAISE_NOFILE;
    if (sl_plain_number("/proc/sys/kernel/io_uring_disabled") > 0)
        return "sysctl kernel.io_uring_disabled=0, or join the group kernel.io_uring_group.";
    if (is_filtered())
        return "Let the container's seccomp profile allow io_uring_setup, io_uring_enter, "
               "io_uring_register and eventfd2.";
    return "A kernel from 5.13 on, better 6.1, built with CONFIG_IO_URING; no security module that "
           "refuses it.";
}

static void look_at_epoll(void)
{
    struct sl_ring ring;
    int rc = sl_ring_open(&ring, &sl_ring_epoll, 8, 1);

    if (rc < 0)
        doctor_lacks(DOCTOR_STOPS, "epoll", "sley_run answers this error.",
                     is_filtered() ? "Let the container's seccomp profile allow epoll_create1, "
                                     "epoll_ctl, epoll_wait and eventfd2." : DOCTOR_RAISE_NOFILE,
                     "%s (%s).", ring.refusal, sley_strerror(rc));
    else
        sl_ring_close(&ring);
}

static void refused(const struct sl_ring *ring, int rc)
{
    /* As sched/backend.c does. */
    bool replaced = wanted ? wanted == &sl_ring_epoll : rc == -SLEY_ENOURING;
    char lacks[200] = "";

    if (features)
        name_what_lacks(lacks, sizeof lacks);
    doctor_lacks(replaced ? DOCTOR_LACKS : DOCTOR_STOPS, "io_uring",
                 replaced ? EPOLL_COSTS : "sley_run answers this error; SLEY_BACKEND=epoll does "
                                          "without io_uring.",
                 remedy_of(rc), "%s (%s)%s%s%s.", ring->refusal,
                 sley_strerror(rc), is_filtered() ? "; this process is under a seccomp filter" : "",
                 *lacks ? "; what is missing:" : "", lacks);
    look_at_epoll();
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

bool doctor_look_at_io_uring(void)
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
        return false;
    }
    accepted(&ring);
    sl_ring_close(&ring);
    if (wanted == &sl_ring_epoll)
        look_at_epoll();
    return true;
}
