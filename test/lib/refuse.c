/* Runs a program to which io_uring is refused, and more if that is wanted:
 * refuse EPERM|ENOSYS|EACCES[+eventfd|+epoll] PROGRAM [ARGUMENT...] */
#include "refuse.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct {
    const char *name;
    int error;
} errors[] = {{"EPERM", EPERM}, {"ENOSYS", ENOSYS}, {"EACCES", EACCES}};

static int refuse(const char *what)
{
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        size_t length = strlen(errors[i].name);
        int error = errors[i].error;

        if (strncmp(what, errors[i].name, length) != 0)
            continue;
        if (!refuse_io_uring(error))
            return -1;
        if (!strcmp(what + length, "+eventfd"))
            return refuse_calls(error, __NR_eventfd2, __NR_eventfd2) ? 0 : -1;
        if (!strcmp(what + length, "+epoll"))
            return refuse_calls(error, __NR_epoll_create1, __NR_epoll_create1) ? 0 : -1;
        return what[length] ? 2 : 0;
    }
    return 2;
}

int main(int argc, char **argv)
{
    int rc = argc < 3 ? 2 : refuse(argv[1]);

    if (rc == 2)
        fprintf(stderr, "usage: %s EPERM|ENOSYS|EACCES[+eventfd|+epoll] PROGRAM [ARGUMENT...]\n",
                argv[0]);
    else if (rc < 0)
        perror("seccomp");
    if (rc)
        return 2;
    execvp(argv[2], argv + 2);
    perror(argv[2]);
    return 2;
}
