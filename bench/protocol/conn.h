/* One connection as a protocol sees it: bytes come into `in`, answers go out of `out`. Whoever
 * does the input and output (an epoll loop, an io_uring loop, a fiber) is no part of this, so that
 * the servers of this folder differ in nothing else. */
#ifndef BENCH_CONN_H
#define BENCH_CONN_H

#include <http_parser.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CONN_IN = 16384, CONN_OUT = 16384 };

struct conn {
    size_t in_len;    /* bytes of `in` that no request has used yet */
    size_t out_len;   /* bytes of `out` to be sent; the sender puts it back to 0 */
    bool closing;     /* send what is in `out`, then close */
    http_parser http; /* HTTP's state between two pieces of a request */
    char in[CONN_IN];
    char out[CONN_OUT];
};

/* Serves the whole requests of `in`, as far as `out` has room. Returns true if `out` was full:
 * send it and call again. */
typedef bool conn_serve_fn(struct conn *conn);

struct protocol {
    const char *name;
    conn_serve_fn *serve;
};

/* Prepares a connection; the two buffers are left as they are. */
void conn_init(struct conn *conn);
/* Takes `used` bytes off the front of `in`. */
void conn_consume(struct conn *conn, size_t used);

/* "ping" or "http"; NULL for another name. */
const struct protocol *protocol_find(const char *name);

/* Requests served by this process. */
extern uint64_t protocol_requests;

conn_serve_fn resp_serve;
conn_serve_fn http_serve;

#endif
