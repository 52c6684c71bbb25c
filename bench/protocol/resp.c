/* PING, ECHO, GET and SET over the store; whatever else a client greets us with gets an answer. */
#include "resp.h"

#include "conn.h"
#include "store.h"

#include <string.h>

static void put(struct conn *conn, const char *text, size_t len)
{
    memcpy(conn->out + conn->out_len, text, len);
    conn->out_len += len;
}

#define PUT(conn, text) put((conn), (text), sizeof(text) - 1)

static void put_bulk(struct conn *conn, const char *text, size_t len)
{
    char head[24], *p = head + sizeof head;
    size_t rest = len;
    *--p = '\n';
    *--p = '\r';
    do
        *--p = (char)('0' + rest % 10);
    while ((rest /= 10) > 0);
    *--p = '$';
    put(conn, p, (size_t)(head + sizeof head - p));
    put(conn, text, len);
    PUT(conn, "\r\n");
}

/* The word in lower case against an argument in any. */
static inline bool is(const struct resp_arg *arg, const char *word, size_t len)
{
    if (arg->len != len)
        return false;
    for (size_t i = 0; i < len; i++)
        if ((arg->text[i] | 0x20) != word[i])
            return false;
    return true;
}

#define IS(arg, word) is((arg), (word), sizeof(word) - 1)

static void answer(struct conn *conn, const struct resp_arg *args, int count)
{
    size_t len;
    if (IS(args, "ping") && count == 1) {
        PUT(conn, "+PONG\r\n");
    } else if (IS(args, "get") && count == 2) {
        const char *value = store_get(args[1].text, args[1].len, &len);
        if (value != NULL)
            put_bulk(conn, value, len);
        else
            PUT(conn, "$-1\r\n");
    } else if (IS(args, "set") && count == 3) {
        if (store_set(args[1].text, args[1].len, args[2].text, args[2].len))
            PUT(conn, "+OK\r\n");
        else
            PUT(conn, "-OOM out of memory\r\n");
    } else if ((IS(args, "ping") || IS(args, "echo")) && count == 2) {
        put_bulk(conn, args[1].text, args[1].len);
    } else if (IS(args, "command") || IS(args, "config")) {
        PUT(conn, "*0\r\n");
    } else if (IS(args, "quit")) {
        PUT(conn, "+OK\r\n");
        conn->closing = true;
    } else {
        PUT(conn, "-ERR unknown command or wrong number of arguments\r\n");
    }
}

/* The form in which every client sends a PING is known by one comparison. */
static inline bool is_plain_ping(const char *in, size_t len)
{
    static const char ping[] = "*1\r\n$4\r\nPING\r\n";
    return len >= sizeof ping - 1 && memcmp(in, ping, sizeof ping - 1) == 0;
}

enum { PLAIN_PING_LEN = 14 };

bool resp_serve(struct conn *conn)
{
    struct resp_arg args[RESP_ARGS];
    size_t used = 0;
    bool full = false;
    while (used < conn->in_len && !conn->closing) {
        int count = 0;
        if (CONN_OUT - conn->out_len < RESP_VALUE_MAX + 64) {
            full = true;
            break;
        }
        if (is_plain_ping(conn->in + used, conn->in_len - used)) {
            PUT(conn, "+PONG\r\n");
            used += PLAIN_PING_LEN;
            protocol_requests++;
            continue;
        }
        ssize_t n = resp_parse(conn->in + used, conn->in_len - used, args, &count);
        if (n == 0 && used == 0 && conn->in_len == CONN_IN)
            n = -1; /* longer than the buffer: it will never be all there */
        if (n < 0) {
            PUT(conn, "-ERR Protocol error\r\n");
            conn->closing = true;
        }
        if (n <= 0)
            break;
        used += (size_t)n;
        if (count > 0) {
            answer(conn, args, count);
            protocol_requests++;
        }
    }
    conn_consume(conn, used);
    return full;
}
