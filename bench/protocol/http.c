/* HTTP/1.1 keep-alive: every request is answered with the same small page. */
#include "conn.h"

#include <string.h>

static const char answer[] = "HTTP/1.1 200 OK\r\n"
                             "Content-Type: text/plain\r\n"
                             "Content-Length: 13\r\n"
                             "\r\n"
                             "Hello, World!";
enum { ANSWER_LEN = sizeof answer - 1 };

static int message_complete(http_parser *parser)
{
    struct conn *conn = parser->data;
    memcpy(conn->out + conn->out_len, answer, ANSWER_LEN);
    conn->out_len += ANSWER_LEN;
    protocol_requests++;
    if (!http_should_keep_alive(parser))
        conn->closing = true;
    /* Room for one more answer is what this callback relies on. */
    if (conn->closing || CONN_OUT - conn->out_len < ANSWER_LEN)
        http_parser_pause(parser, 1);
    return 0;
}

static const http_parser_settings settings = {.on_message_complete = message_complete};

bool http_serve(struct conn *conn)
{
    size_t used = http_parser_execute(&conn->http, &settings, conn->in, conn->in_len);
    enum http_errno error = HTTP_PARSER_ERRNO(&conn->http);
    if (error == HPE_OK && !conn->http.upgrade) {
        conn->in_len = 0;
        return false;
    }
    if (error != HPE_PAUSED || conn->closing) {
        conn->closing = true;
        return false;
    }
    http_parser_pause(&conn->http, 0);
    conn_consume(conn, used);
    return conn->in_len > 0;
}
