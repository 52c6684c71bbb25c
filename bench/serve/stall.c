/* The sley server of `stall` and `stall_load`: one fiber for each connection.
 *
 *     sley-stall PORT [--workers N] [--hog MS] [--work US] [--off]
 *
 * It answers each request with +PONG; before it answers WORK it computes for US microseconds.
 * --hog: one task computes for MS milliseconds in each second. --off: no worker is rescued. The
 * first line of output is "port N"; the end of its input ends it. */
#include "burn.h"
#include "clients.h"
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

int main(int argc, char **argv)
{
    char address[64];
    long workers = micro_option(&argc, argv, "--workers", 2);
    hog_steps = (unsigned long)micro_option(&argc, argv, "--hog", 0) * burn_steps_per_ms();
    work_steps = (unsigned long)micro_option(&argc, argv, "--work", 0) * burn_steps_per_ms() / 1000;
    bool off = micro_flag(&argc, argv, "--off");
    if (argc != 2) {
        fprintf(stderr, "usage: %s PORT [--workers N] [--hog MS] [--work US] [--off]\n", argv[0]);
        return 2;
    }
    snprintf(address, sizeof address, "127.0.0.1:%d", atoi(argv[1]));
    struct serving serving = {
        .address = address, .client = client, .beside = hog_steps ? hog : NULL};
    intptr_t rc = sley_run(serve_clients, &serving,
                           &SLEY_OPTIONS(.workers = (int)workers,
                                         .rescue_signal = off ? SLEY_NO_RESCUE : 0));
    if (rc < 0)
        fprintf(stderr, "%s: %s\n", argv[0], sley_strerror(rc));
    return rc < 0;
}
