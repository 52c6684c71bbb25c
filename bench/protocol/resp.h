/* Requests of the Redis protocol, as far as the benchmarks' clients use it. */
#ifndef BENCH_RESP_H
#define BENCH_RESP_H

#include <stddef.h>
#include <sys/types.h>

enum {
    RESP_ARGS = 8,
    RESP_VALUE_MAX = 8192, /* the longest key or value */
};

struct resp_arg {
    const char *text;
    size_t len;
};

/* Reads one request, of either form (*2\r\n$3\r\nGET\r\n... or a line of words). Returns the bytes
 * that it takes, 0 if it is not all there yet, -1 if it is none. The arguments point into `in`;
 * *count may be 0 (an empty line). */
ssize_t resp_parse(const char *in, size_t len, struct resp_arg args[RESP_ARGS], int *count);

#endif
