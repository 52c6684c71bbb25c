/* A TCP echo server: a task for each client, all of them in a group. Ctrl-C cancels the serving
 * task, and leaving the group cancels and awaits the clients; the exit status is 1 then.
 * asyncio: loop.sock_accept, sock_recv, sock_sendall, TaskGroup.
 *
 *     echo_server 127.0.0.1:7000 */
#include <sley.h>

static intptr_t echo(void *arg) /* >= 0 a value, < 0 an error */
{
    int fd = *(int *)arg; /* copied into this task's record */
    char buf[1024];
    ssize_t n;
    while ((n = sley_recv(fd, buf, sizeof buf)) > 0 && (n = sley_send_all(fd, buf, n)) > 0)
        ;
    sley_close(fd); /* never suspends: safe in a cancelled task */
    return 0; /* a reset is that client's affair: an error here would end the group */
}

static intptr_t serve(void *address)
{
    int fd, listener = sley_listen_tcp(address, 1024);
    if (listener < 0)
        return listener;
    sley_task_group clients = SLEY_TASK_GROUP_INIT;
    SLEY_TASK_GROUP(&clients) /* leaves when every child has ended; a cancel ends them first */
        while ((fd = sley_accept(listener)) >= 0) /* pauses on EMFILE; ends on cancel or close */
            if (sley_task_group_create_task_copy(&clients, echo, &fd, sizeof fd) < 0)
                sley_close(fd);
    sley_close(listener);
    return clients.rc < 0 ? clients.rc : fd;
}

int main(int argc, char **argv)
{
    char *address = argc > 1 ? argv[1] : "127.0.0.1:7000";
    return sley_main(serve, address, &SLEY_OPTIONS(.workers = SLEY_ALL_CPUS));
}
