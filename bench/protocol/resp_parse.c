#include "resp.h"

#include <string.h>

/* Reads digits and the end of the line. Returns what follows, NULL if the line is not all there;
 * *value is -1 if it is no number that a request may have. */
static __attribute__((noinline)) const char *read_longer_number(const char *p,
                                                               const char *end, long *value)
{
    long n = 0;
    const char *start = p;
    while (p < end && *p >= '0' && *p <= '9' && n <= RESP_VALUE_MAX)
        n = 10 * n + (*p++ - '0');
    if (end - p < 2 && (p == end || *p == '\r'))
        return NULL;
    *value = p > start && n <= RESP_VALUE_MAX && p[0] == '\r' && p[1] == '\n' ? n : -1;
    return p + 2;
}

/* Most numbers have one digit. */
static inline const char *read_number(const char *p, const char *end, long *value)
{
    if (end - p >= 3 && p[1] == '\r' && p[2] == '\n' && (unsigned char)(p[0] - '0') <= 9) {
        *value = p[0] - '0';
        return p + 3;
    }
    return read_longer_number(p, end, value);
}

static ssize_t parse_line(const char *in, size_t len, struct resp_arg *args, int *count)
{
    const char *end = memchr(in, '\n', len);
    if (end == NULL)
        return 0;
    const char *p = in;
    int n = 0;
    while (p < end) {
        if (*p == ' ' || *p == '\r') {
            p++;
            continue;
        }
        if (n == RESP_ARGS)
            return -1;
        args[n].text = p;
        while (p < end && *p != ' ' && *p != '\r')
            p++;
        args[n].len = (size_t)(p - args[n].text);
        if (args[n].len > RESP_VALUE_MAX)
            return -1;
        n++;
    }
    *count = n;
    return end + 1 - in;
}

ssize_t resp_parse(const char *in, size_t len, struct resp_arg args[RESP_ARGS], int *count)
{
    if (len == 0)
        return 0;
    if (in[0] != '*')
        return parse_line(in, len, args, count);
    const char *end = in + len;
    long n;
    const char *p = read_number(in + 1, end, &n);
    if (p == NULL)
        return 0;
    if (n < 0 || n > RESP_ARGS)
        return -1;
    for (long i = 0; i < n; i++) {
        long size;
        if (p == end)
            return 0;
        if (*p != '$')
            return -1;
        p = read_number(p + 1, end, &size);
        if (p == NULL)
            return 0;
        if (size < 0)
            return -1;
        if (end - p < size + 2)
            return 0;
        if (p[size] != '\r' || p[size + 1] != '\n')
            return -1;
        args[i].text = p;
        args[i].len = (size_t)size;
        p += size + 2;
    }
    *count = (int)n;
    return p - in;
}
