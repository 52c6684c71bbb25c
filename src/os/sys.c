#include "os/sys.h"

#include "base/atomic.h"
#include "base/check.h"
#include "os/fault.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* The allocation counter is a statistic: relaxed, and exact enough. */
static sl_atomic_u64 allocations;
static sl_atomic_u32 started;
static sley_allocator custom;

static int64_t sys_clock_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static uint64_t sys_random(void)
{
    uint64_t word;

    if (getrandom(&word, sizeof word, GRND_NONBLOCK) != sizeof word)
        word = (uint64_t)sys_clock_now() * 0x9e3779b97f4a7c15u;
    return word;
}

static void *sys_allocate(size_t bytes, unsigned arena)
{
    sl_add_relaxed(&allocations, 1);
    return custom.allocate ? custom.allocate(bytes, arena) : malloc(bytes);
}

static void sys_release(void *memory, size_t bytes, unsigned arena)
{
    if (custom.release)
        custom.release(memory, bytes, arena);
    else
        free(memory);
}

static void *sys_map(size_t bytes)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    return memory == MAP_FAILED ? NULL : memory;
}

static void sys_unmap(void *memory, size_t bytes)
{
    munmap(memory, bytes);
}

static int sys_advise(void *memory, size_t bytes, int advice)
{
    return madvise(memory, bytes, advice) ? -errno : 0;
}

static int sys_protect(void *memory, size_t bytes, int protection)
{
    return mprotect(memory, bytes, protection) ? -errno : 0;
}

static int sys_ring_setup(unsigned entries, struct io_uring_params *params)
{
    int rc = (int)syscall(__NR_io_uring_setup, entries, params);

    return rc < 0 ? -errno : rc;
}

static int sys_ring_enter(int fd, unsigned submit, unsigned complete, unsigned flags,
                          const void *arg, size_t size)
{
    int rc = (int)syscall(__NR_io_uring_enter, fd, submit, complete, flags, arg, size);

    return rc < 0 ? -errno : rc;
}

static int sys_ring_register(int fd, unsigned opcode, void *arg, unsigned n)
{
    int rc = (int)syscall(__NR_io_uring_register, fd, opcode, arg, n);

    return rc < 0 ? -errno : rc;
}

static int sys_epoll_new(void)
{
    int fd = epoll_create1(EPOLL_CLOEXEC);

    return fd < 0 ? -errno : fd;
}

static int sys_epoll_control(int fd, int how, int target, struct epoll_event *event)
{
    return epoll_ctl(fd, how, target, event) ? -errno : 0;
}

static int sys_epoll_wait_ns(int fd, struct epoll_event *events, int room, int64_t wait_ns)
{
    struct timespec wait = {wait_ns / 1000000000, wait_ns % 1000000000};
    int n = epoll_pwait2(fd, events, room, wait_ns < 0 ? NULL : &wait, NULL);

    return n < 0 ? -errno : n;
}

static int sys_epoll_wait_ms(int fd, struct epoll_event *events, int room, int wait_ms)
{
    int n = epoll_wait(fd, events, room, wait_ms);

    return n < 0 ? -errno : n;
}

static int sys_thread_create(pthread_t *thread, void *(*start)(void *), void *arg)
{
    return -pthread_create(thread, NULL, start, arg);
}

static int sys_event_fd(void)
{
    int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);

    return fd < 0 ? -errno : fd;
}

static int sys_close(int fd)
{
    return close(fd) ? -errno : 0;
}

struct sl_sys sl_sys = {
    .clock_now = sys_clock_now,
    .random = sys_random,
    .allocate = sys_allocate,
    .release = sys_release,
    .map = sys_map,
    .unmap = sys_unmap,
    .advise = sys_advise,
    .protect = sys_protect,
    .ring_setup = sys_ring_setup,
    .ring_enter = sys_ring_enter,
    .ring_register = sys_ring_register,
    .epoll_new = sys_epoll_new,
    .epoll_control = sys_epoll_control,
    .epoll_wait_ns = sys_epoll_wait_ns,
    .epoll_wait_ms = sys_epoll_wait_ms,
    .thread_create = sys_thread_create,
    .event_fd = sys_event_fd,
    .close = sys_close,
};

void sl_sys_start(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    sl_store_relaxed(&started, 1);
    pthread_once(&once, sl_fault_start);
}

int sley_allocator_set(const sley_allocator *allocator)
{
    /* The last field came later. */
    if (!allocator || allocator->size < offsetof(sley_allocator, figures) ||
        allocator->size > sizeof *allocator || !allocator->allocate || !allocator->release)
        return -EINVAL;
    if (sl_load_relaxed(&started))
        return -EBUSY;
    custom = (sley_allocator){0};
    memcpy(&custom, allocator, allocator->size);
    return 0;
}

void sl_sys_figures(sley_allocator_figures *figures)
{
    *figures = (sley_allocator_figures){0};
    if (custom.figures)
        custom.figures(figures);
}

void *sl_sys_allocate_zeroed(size_t bytes, unsigned arena)
{
    void *memory = sl_sys.allocate(bytes, arena);

    return memory ? memset(memory, 0, bytes) : NULL;
}

uint64_t sl_sys_allocations(void)
{
    return sl_load_relaxed(&allocations);
}
