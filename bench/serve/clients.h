/* What the sley servers share: a listening socket, a task for each connection, and the driver's
 * line, whose end ends the server. */
#ifndef BENCH_CLIENTS_H
#define BENCH_CLIENTS_H

#include <sley.h>
#include <stdio.h>

struct serving {
    const char *address;
    sley_fn *client;      /* its argument is a copy of the descriptor */
    sley_fn *beside;      /* another task, or NULL */
    void (*asked)(void);  /* a line has come, or NULL */
    sley_task_group clients;
};

static inline intptr_t serve_control(void *arg)
{
    struct serving *serving = (struct serving *)arg;
    char line[64];
    while (sley_read(0, line, sizeof line) > 0)
        if (serving->asked != NULL)
            serving->asked();
    sley_task_group_cancel(&serving->clients);
    return 0;
}

/* A main task; the argument is a struct serving. */
static inline intptr_t serve_clients(void *arg)
{
    struct serving *serving = (struct serving *)arg;
    sley_task_group *clients = &serving->clients;
    int fd, listener = sley_listen_tcp(serving->address, 1024);
    if (listener < 0)
        return listener;
    printf("port %d\n", sley_socket_port(listener));
    fflush(stdout);
    *clients = (sley_task_group)SLEY_TASK_GROUP_INIT;
    SLEY_TASK_GROUP(clients) {
        sley_task_group_create_task(clients, serve_control, serving);
        if (serving->beside != NULL)
            sley_task_group_create_task(clients, serving->beside, NULL);
        while ((fd = sley_accept(listener)) >= 0)
            if (sley_task_group_create_task_copy(clients, serving->client, &fd, sizeof fd) < 0)
                sley_close(fd);
    }
    sley_close(listener);
    return clients->rc;
}

#endif
