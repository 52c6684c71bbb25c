/* The sley server of `stall` and `stall_load`: one fiber for each connection.
 *
 *     sley-stall PORT [--workers N] [--hog MS] [--work US] [--off]
 *
 * It answers each request with +PONG; before it answers WORK it computes for US microseconds.
 * --hog: one task computes for MS milliseconds in each second. --off: no worker is rescued. The
 * first line of output is "port N"; the end of its input ends it. */
#include "burn.h"
#include "micro.h"

#include <string.h>

enum { REQUEST = 14 };

static unsigned long hog_steps, work_steps;

static intptr_t client(void *arg)
{
    int fd = *(int *)arg;
    char in[4096];
    size_t have = 0;
    ssize_t n;
    while ((n = sley_recv(fd, in + have, sizeof in - have)) > 0) {
        have += (size_t)n;
        size_t used = 0;
        for (; have - used >= REQUEST; used += REQUEST) {
            if (in[used + 8] == 'W') {
                volatile unsigned long sink = burn(work_steps);
                (void)sink;
            }
            if (sley_send_all(fd, "+PONG\r\n", 7) != 7)
                break;
        }
        have -= used;
        memmove(in, in + used, have);
    }
    sley_close(fd);
    return 0;
}

static intptr_t hog(void *arg)
{
    (void)arg;
    while (sley_sleep(sley_ms(900)) == 0) {
        volatile unsigned long sink = burn(hog_steps);
        (void)sink;
    }
    return 0;
}

static intptr_t control(void *clients)
{
    char line[64];
    while (sley_read(0, line, sizeof line) > 0)
        ;
    sley_task_group_cancel(clients);
    return 0;
}

static intptr_t serve(void *address)
{
    int fd, listener = sley_listen_tcp(address, 1024);
    if (listener < 0)
        return listener;
    printf("port %d\n", sley_socket_port(listener));
    fflush(stdout);
    sley_task_group clients = SLEY_TASK_GROUP_INIT;
    SLEY_TASK_GROUP(&clients) {
        sley_task_group_create_task(&clients, control, &clients);
        if (hog_steps)
            sley_task_group_create_task(&clients, hog, NULL);
        while ((fd = sley_accept(listener)) >= 0)
            if (sley_task_group_create_task_copy(&clients, client, &fd, sizeof fd) < 0)
                sley_close(fd);
    }
    sley_close(listener);
    return clients.rc;
}

int main(int argc, char **argv)
{
    char address[64];
    long workers = micro_option(&argc, argv, "--workers", 2);
    hog_steps = (unsigned long)micro_option(&argc, argv, "--hog", 0) * burn_steps_per_ms();
    work_steps = (unsigned long)micro_option(&argc, argv, "--work", 0) * burn_steps_per_ms() / 1000;
    bool off = micro_flag(&argc, argv, "--off"), roam = micro_flag(&argc, argv, "--roam");
    if (argc != 2) {
        fprintf(stderr, "usage: %s PORT [--workers N] [--hog MS] [--work US] [--off]\n", argv[0]);
        return 2;
    }
    snprintf(address, sizeof address, "127.0.0.1:%d", atoi(argv[1]));
    intptr_t rc = sley_run(serve, address,
                           &SLEY_OPTIONS(.workers = (int)workers, .roaming_workers = roam,
                                         .rescue_signal = off ? SLEY_NO_RESCUE : 0));
    if (rc < 0)
        fprintf(stderr, "%s: %s\n", argv[0], sley_strerror(rc));
    return rc < 0;
}
