/* What the tests of input and output share. */
#ifndef SL_TEST_IO_TEST_H
#define SL_TEST_IO_TEST_H

#include "check.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <unistd.h>

/* Open descriptors of the process. */
static inline int descriptors(void)
{
    DIR *folder = opendir("/proc/self/fd");
    int n = 0;

    for (struct dirent *entry; (entry = readdir(folder)); n++) {
        char path[32], target[64] = "";

        /* Of many workers: their rings and doorbells, which come when they first run. */
        snprintf(path, sizeof path, "/proc/self/fd/%.12s", entry->d_name);
        if (sl_test_many() && readlink(path, target, sizeof target - 1) > 0)
            n -= !strncmp(target, "anon_inode:", 11);
    }
    closedir(folder);
    return n;
}

static inline intptr_t nothing_at_all(void *arg)
{
    return (intptr_t)arg;
}

/* Of many workers: all of them have their rings and doorbells afterwards. */
static inline void all_begin(void)
{
    for (unsigned i = 1; sl_test_many() && i < (unsigned)sl_test_setting("WORKERS", 1); i++) {
        sley_task_options options = {.pinned = true, .worker = i};

        EXPECT_EQ(sley_join(sley_create_task_with(nothing_at_all, NULL, &options)), 0);
    }
}

/* For tests of what happens at RLIMIT_NOFILE. */
static inline void need_a_real_limit(void)
{
    if (sl_test_under() && !strcmp(sl_test_under(), "valgrind"))
        SKIP("valgrind keeps the limit itself: it accepts, drops the connection, says EMFILE");
}

/* Rounds of a race: few by default, as many as one likes by SLEY_TEST_ROUNDS. */
static inline long rounds(void)
{
    return sl_test_setting("ROUNDS", sl_test_slow() ? 500 : 2000);
}

/* A connected pair of stream sockets. */
static inline int pair(int fds[2])
{
    return sley_socketpair(AF_UNIX, SOCK_STREAM, 0, fds);
}

/* A listening socket on 127.0.0.1 and the address to reach it. */
static inline int listening(char address[32])
{
    int fd = sley_listen_tcp("127.0.0.1:0", 128);

    if (fd >= 0)
        snprintf(address, 32, "127.0.0.1:%d", sley_socket_port(fd));
    return fd;
}

/* A small deterministic generator for delays. */
static inline unsigned chance(unsigned below)
{
    static uint64_t state = 1;

    state = state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(state >> 33) % below;
}

/* All of it, or less at the end or at an error. */
static inline size_t receive_all(int fd, void *buffer, size_t size)
{
    size_t total = 0;
    ssize_t n = 1;

    while (total < size && n > 0) {
        n = sley_recv(fd, (char *)buffer + total, size - total);
        total += n > 0 ? (size_t)n : 0;
    }
    return total;
}

/* Of many workers each says how many it has at the end of a pass. */
static inline uint64_t in_flight(uint64_t expected)
{
    sley_stats stats = {.size = sizeof stats};

    sley_stats_get(&stats);
    for (int i = 0; sl_test_many() && stats.in_flight != expected && i < 1000; i++) {
        sley_sleep(sley_ms(5));
        sley_stats_get(&stats);
    }
    return stats.in_flight;
}
#define CHECK_IN_FLIGHT(n)  CHECK_EQ(in_flight(n), n)
#define EXPECT_IN_FLIGHT(n) EXPECT_EQ(in_flight(n), n)

/* What a call returned in a task that was cancelled. Not the task's word: a cancel that came too
 * late for its last call makes the task a cancelled one, as in asyncio. */
static intptr_t call_result;

static inline intptr_t called(intptr_t result)
{
    call_result = result;
    return 0;
}

static inline sley_task *task_of_call(sley_fn *fn, void *arg)
{
    call_result = -ECANCELED; /* of a task that never began */
    return sley_create_task(fn, arg);
}

/* Cancels, awaits, and returns what the call said. */
static inline intptr_t cancel_and_join(sley_task *task)
{
    intptr_t rc;

    sley_task_cancel(task);
    rc = sley_join(task);
    EXPECT(rc == 0 || rc == -ECANCELED);
    return call_result;
}

/* Lets the others run a few times; the ring is not looked at. */
static inline void yields(unsigned n)
{
    while (n--)
        sley_yield();
}

/* For no time, within the pass, or over some passes. */
static inline void pause_somehow(void)
{
    unsigned kind = chance(4);

    if (kind == 1)
        yields(1 + chance(3));
    else if (kind)
        sley_sleep(sley_us(chance(60)));
}

#endif
