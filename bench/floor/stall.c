/* An epoll loop for each of two pinned threads, connections dealt out in turns: what `stall` and
 * `stall_load` compare with. The same command line as sley-stall; --hog stops the first thread. */
#include "burn.h"
#include "clock.h"
#include "place.h"
#include "server.h"

#include <pthread.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

enum { THREADS = 2, REQUEST = 14 };

struct client {
    int fd;
    size_t have;
    char in[4096];
};

static int pollers[THREADS];
static unsigned long hog_steps, work_steps;
static struct client listener, control, hog; /* named by their descriptors alone */

static void watch(int poller, struct client *client)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, client->fd, &event) != 0)
        server_die("epoll_ctl");
}

static void compute(unsigned long steps)
{
    volatile unsigned long sink = burn(steps);
    (void)sink;
}

static void serve(struct client *client)
{
    ssize_t n = recv(client->fd, client->in + client->have, sizeof client->in - client->have, 0);
    size_t used = 0;
    client->have += n > 0 ? (size_t)n : 0;
    for (; client->have - used >= REQUEST; used += REQUEST) {
        if (client->in[used + 8] == 'W')
            compute(work_steps);
        if (send(client->fd, "+PONG\r\n", 7, MSG_NOSIGNAL) != 7)
            n = 0;
    }
    client->have -= used;
    memmove(client->in, client->in + used, client->have);
    if (n <= 0) {
        close(client->fd);
        free(client);
    }
}

static void take(void)
{
    static unsigned next;
    struct client *client = calloc(1, sizeof *client);
    if (client == NULL)
        server_die("calloc");
    client->fd = accept4(listener.fd, NULL, NULL, SOCK_CLOEXEC);
    if (client->fd < 0) {
        free(client);
        return;
    }
    server_no_delay(client->fd);
    watch(pollers[next++ % THREADS], client);
}

static void *loop(void *arg)
{
    int index = (int)(intptr_t)arg;
    struct epoll_event events[256];
    char word[64];
    place_on(index);
    for (;;) {
        int n = epoll_wait(pollers[index], events, 256, -1);
        for (int i = 0; i < n; i++) {
            struct client *client = events[i].data.ptr;
            if (client == &listener)
                take();
            else if (client == &control && read(STDIN_FILENO, word, sizeof word) <= 0)
                exit(0);
            else if (client == &hog && read(hog.fd, word, sizeof word) > 0)
                compute(hog_steps);
            else if (client != &control && client != &hog)
                serve(client);
        }
    }
    return NULL;
}

static long option(int *argc, char **argv, const char *name)
{
    long value = 0;
    for (int i = 1; i + 1 < *argc; i++)
        if (strcmp(argv[i], name) == 0) {
            value = atol(argv[i + 1]);
            memmove(argv + i, argv + i + 2, (size_t)(*argc - i - 1) * sizeof *argv);
            *argc -= 2;
        }
    return value;
}

int main(int argc, char **argv)
{
    static const struct itimerspec each_second = {{1, 0}, {1, 0}};
    pthread_t thread;
    hog_steps = (unsigned long)option(&argc, argv, "--hog") * burn_steps_per_ms();
    work_steps = (unsigned long)option(&argc, argv, "--work") * burn_steps_per_ms() / 1000;
    if (argc != 2)
        return 2;
    for (int i = 0; i < THREADS; i++)
        pollers[i] = epoll_create1(EPOLL_CLOEXEC);
    listener.fd = server_listen(atoi(argv[1]));
    control.fd = STDIN_FILENO;
    watch(pollers[0], &listener);
    watch(pollers[1], &control);
    if (hog_steps) {
        hog.fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
        timerfd_settime(hog.fd, 0, &each_second, NULL);
        watch(pollers[0], &hog);
    }
    place_on(0); /* notes which processors are ours, before any thread is placed */
    if (pthread_create(&thread, NULL, loop, (void *)1) != 0)
        server_die("pthread_create");
    loop(0);
}
