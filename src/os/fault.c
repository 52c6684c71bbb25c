#include "os/fault.h"

#include "base/atomic.h"
#include "os/sys.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static struct sl_sys real;
static uint64_t fail_at, fail_from;
static sl_atomic_u64 requests;

static bool fails(void)
{
    uint64_t n = sl_add_relaxed(&requests, 1) + 1;

    return n == fail_at || (fail_from && n >= fail_from);
}

static void *fault_allocate(size_t bytes, unsigned arena)
{
    return fails() ? NULL : real.allocate(bytes, arena);
}
static void *fault_map(size_t bytes)
{
    return fails() ? NULL : real.map(bytes);
}
static int fault_ring_setup(unsigned entries, struct io_uring_params *params)
{
    return fails() ? -ENOMEM : real.ring_setup(entries, params);
}
static int fault_epoll_new(void)
{
    return fails() ? -EMFILE : real.epoll_new();
}
static int fault_epoll_control(int fd, int how, int target, struct epoll_event *event)
{
    return fails() ? -ENOMEM : real.epoll_control(fd, how, target, event);
}
static int fault_thread_create(pthread_t *thread, void *(*start)(void *), void *arg)
{
    return fails() ? -EAGAIN : real.thread_create(thread, start, arg);
}
static int fault_event_fd(void)
{
    return fails() ? -EMFILE : real.event_fd();
}

static void print_requests(void)
{
    fprintf(stderr, "sley: %llu allocation sites\n",
            (unsigned long long)sl_load_relaxed(&requests));
}

static uint64_t setting(const char *name)
{
    const char *text = getenv(name);

    return text ? strtoull(text, NULL, 10) : 0;
}

void sl_fault_start(void)
{
    fail_at = setting("SLEY_FAULT_ALLOC");
    fail_from = setting("SLEY_FAULT_ALLOC_FOREVER");
    if (!fail_at && !fail_from && !setting("SLEY_FAULT_COUNT"))
        return;
    real = sl_sys;
    sl_sys.allocate = fault_allocate;
    sl_sys.map = fault_map;
    sl_sys.ring_setup = fault_ring_setup;
    sl_sys.epoll_new = fault_epoll_new;
    sl_sys.epoll_control = fault_epoll_control;
    sl_sys.thread_create = fault_thread_create;
    sl_sys.event_fd = fault_event_fd;
    if (setting("SLEY_FAULT_COUNT"))
        atexit(print_requests);
}
