#include "conn.h"

#include <string.h>

uint64_t protocol_requests;

static const struct protocol protocols[] = {
    {"ping", resp_serve},
    {"http", http_serve},
};

const struct protocol *protocol_find(const char *name)
{
    for (size_t i = 0; i < sizeof protocols / sizeof *protocols; i++)
        if (strcmp(protocols[i].name, name) == 0)
            return &protocols[i];
    return NULL;
}

void conn_init(struct conn *conn)
{
    conn->in_len = 0;
    conn->out_len = 0;
    conn->closing = false;
    http_parser_init(&conn->http, HTTP_REQUEST);
    conn->http.data = conn;
}

void conn_consume(struct conn *conn, size_t used)
{
    conn->in_len -= used;
    if (used > 0 && conn->in_len > 0)
        memmove(conn->in, conn->in + used, conn->in_len);
}
