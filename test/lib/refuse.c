/* Runs a program to which io_uring is refused: refuse EPERM|ENOSYS PROGRAM [ARGUMENT...] */
#include "refuse.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc < 3 || (strcmp(argv[1], "EPERM") != 0 && strcmp(argv[1], "ENOSYS") != 0)) {
        fprintf(stderr, "usage: %s EPERM|ENOSYS PROGRAM [ARGUMENT...]\n", argv[0]);
        return 2;
    }
    if (!refuse_io_uring(strcmp(argv[1], "EPERM") ? ENOSYS : EPERM)) {
        perror("seccomp");
        return 2;
    }
    execvp(argv[2], argv + 2);
    perror(argv[2]);
    return 2;
}
